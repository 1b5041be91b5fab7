#ifndef WATCHER_RULES_H
#define WATCHER_RULES_H

#include <stddef.h>

/*
 * rules: what Altinn asks of data elements by their data types (contract
 * 3.3), and whether an element's first bytes are what it declares.
 */

struct app;
struct element;
struct findings;
struct instance;

/*
 * Data types known; for types that are bound to a task also count, content
 * type, size and file scan, as Altinn checks them at the end of a task.
 */
void rules_elements(const struct instance *, const struct app *,
    struct findings *);

enum { RULES_HEAD = 1024 };

/* `data` are the first RULES_HEAD bytes of the element, or all `n` of them. */
void rules_content(const struct element *, const void *data, size_t n,
    struct findings *);

/* data/{id}: the place of an element, for findings; in their arena. */
const char *rules_place(const struct element *, struct findings *);

#endif
