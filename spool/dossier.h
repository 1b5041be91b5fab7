#ifndef SPOOL_DOSSIER_H
#define SPOOL_DOSSIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/id.h"
#include "spool/stamp.h"
#include "spool/state.h"

/*
 * dossier: everything the ledger says about a package that is asked for.
 *
 * Asked for by its id, its instance's GUID, its SHA-256, or a B instance made
 * from it: the key, or a path that has it.  dossiers_feed() is fed all lines.
 */

struct err;
struct ledger_line;

struct dossier_made {
	char *path;			/* org/app/owner/key */
	char *content;			/* "": the ledger does not say */
	char *replaces;			/* likewise: the path of another */
};

struct dossier {
	char id[ID_MAX + 1];
	enum state state;
	char *name;			/* as shown */
	char sha256[DIGEST_HEX + 1];
	int64_t size;
	char guid[ID_GUID + 1], app[ID_APP_MAX + 1];	/* or "" */
	char received[STAMP_LEN + 1], time[STAMP_LEN + 1];
	bool purged;			/* its bytes and reasons are gone */
	uint64_t again;			/* how often it came once more */
	char **lines;			/* its records, in order */
	size_t n_lines, cap_lines;
	struct dossier_made *made;	/* of every generation */
	size_t n_made, cap_made;
	uint64_t replays;		/* how often it was made again */
};

struct dossiers;

struct dossiers *dossiers_new(void);
void dossiers_free(struct dossiers *);

/* False: it is nothing that could be known by the ledger. */
bool dossiers_want(struct dossiers *, const char *text);
int dossiers_feed(void *dossiers, const struct ledger_line *, struct err *);

/* What the i-th text asked for, one by one; NULL: no more. */
const struct dossier *dossiers_next(const struct dossiers *, size_t i,
    const struct dossier *before);

/* The key in what was asked for, e.g. the end of a path; else "". */
const char *dossiers_key(const struct dossiers *, size_t i);

/* The path of the B instance with this key, or NULL. */
const char *dossier_made(const struct dossier *, const char *key);

/* The path of the one that a replay made in place of this one, or NULL. */
const char *dossier_next(const struct dossier *, const char *path);

#endif
