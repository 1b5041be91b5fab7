#ifndef SPOOL_TEXT_H
#define SPOOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * text: strangers' text made fit to be shown.
 *
 * This is the one place where person numbers are masked (contract 8.4):
 * whatever a person can read passes text_show(), names pass text_name().
 */

struct buf;

/* Length of the UTF-8 sequence at s (1 to 4), or 0 when it is none. */
size_t text_utf8(const char *s, size_t n);
bool text_utf8_ok(const char *s, size_t n);

/*
 * Append s for people: control characters, bidirectional marks and bytes
 * that are no UTF-8 become \xNN or \u{N}, and any run of eleven digits, or of
 * six and five parted by a blank, becomes ***********.
 */
void text_show(struct buf *, const char *s, size_t n);

/* The same for a file name: only a valid person number is masked. */
void text_name(struct buf *, const char *s, size_t n);
bool text_has_person(const char *s, size_t n);

/* UTF-8 in which text_show() would have nothing to make visible. */
bool text_printable(const char *s, size_t n);

/* Norwegian and other Latin, Greek, Cyrillic letters: simple case mapping. */
void text_upper(struct buf *, const char *s, size_t n);
void text_lower(struct buf *, const char *s, size_t n);

#endif
