#ifndef TESTS_ATTACKS_H
#define TESTS_ATTACKS_H

#include <stddef.h>

#include "spool/buf.h"
#include "tests/make_tar.h"
#include "tests/make_zip.h"

/*
 * attacks: what strangers have tried with packages, one row each, and the
 * finding that it must give.
 *
 * Each is the example's package but for the one thing its row says, so that
 * nothing else can be the reason.  test_attacks takes them through a worker's
 * work in process; e2e_attacks.sh drops them all into one spool.  What can be
 * done to the drop box itself is in test_intake and e2e_dropbox.sh.
 */

enum { HONEST = 4 };			/* instance.json, the form, two files */

/* With these limits, whoever runs them. */
enum {
	ATTACK_BYTES = 8 << 20, ATTACK_UNPACKED = 16 << 20,
	ATTACK_ENTRIES = 50,
};

struct honest {
	struct buf instance, form, file, pdf;
	struct zip_part parts[HONEST];
};

struct attack {
	const char *name;		/* letters, digits and dashes */
	const char *found;		/* codes in order; "": it is taken */
	void (*make)(struct buf *, struct honest *, const struct attack *);
	/* For `make`, each uses its own. */
	struct zip_part zip;
	struct tar_part tar;
	void (*edit)(struct buf *);
	const char *from, *to;		/* to NULL: taken out */
	const char *repeat;		/* between from and to, n times */
	size_t n;
};

struct attack_list {
	const struct attack *v;
	size_t n;
	const char *extension;
};

struct attack_list attacks_zip(void);
struct attack_list attacks_tar(void);
struct attack_list attacks_form(void);
struct attack_list attacks_json(void);

/* The n-th attack of them all, in a package of its own GUID. */
void attack_make(struct buf *, const struct attack *, unsigned n);

/* Tools of those who make them. */
void attack_zip(struct buf *, struct honest *);
void attack_noise(struct buf *, size_t n);	/* shrinks to a sixth */
void attack_gzip(struct buf *, const struct buf *);
void attack_deflate(struct buf *, const char *, size_t n);
void attack_form_is(struct honest *, const struct buf *form);

/* In place of the first `from` stands `to`; NULL is nothing. */
void attack_replace(struct buf *, const char *from, const char *to, size_t n);

#endif
