#ifndef TESTS_FUZZ_HOUSE_H
#define TESTS_FUZZ_HOUSE_H

/*
 * house: the example's configuration, loaded once for a whole run.
 *
 * Found from the top of the repository, where make starts the targets.
 */

struct app;
struct config;

#define HOUSE "tests/example/config"

extern const char house_a[], house_b[];

const struct config *house_config(void);
const struct app *house_app(const char *name);

#endif
