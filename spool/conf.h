#ifndef SPOOL_CONF_H
#define SPOOL_CONF_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/number.h"

/*
 * conf: flerapp.conf (DESIGN 4), read once at start.
 *
 * One table row per setting: section, key, kind, default, least, most.
 * Sizes are bytes, times are milliseconds.  An unknown key or a value that
 * does not fit is a fault with file and line, and the programs do not start.
 */

struct err;
struct faults;

enum conf_environment { CONF_TEST, CONF_PROD };
enum conf_claim { CLAIM_COPY, CLAIM_RENAME };
enum conf_poll { POLL_AUTO, POLL_YES, POLL_NO };
enum conf_sandbox { SANDBOX_ENFORCE, SANDBOX_OPEN };
enum conf_output { OUTPUT_DIRECTORY, OUTPUT_ZIP };
enum conf_durability { DURABILITY_GROUP, DURABILITY_PACKAGE };

enum conf_seal { SEAL_DAILY };

enum { CONF_TEXT = 1024, CONF_KEEP = -1 };

struct conf {
	char dir[PATH_MAX];		/* the configuration folder, absolute */
	struct {
		char root[PATH_MAX];
		enum conf_environment environment;
		uint64_t min_free_bytes, min_free_inodes;
	} spool;
	struct {
		uint64_t max_bytes, max_unpacked, max_entries, max_ratio;
		uint64_t max_xml_depth;
		bool require_sums, require_pdf;
	} packages;
	struct {
		enum conf_claim claim;
		uint64_t settle, rescan;
		enum conf_poll poll;
	} watch;
	struct {
		uint64_t count, batch, cpu_seconds, memory, timeout;
		enum conf_sandbox sandbox;
	} workers;
	struct {
		enum conf_output output;
		enum conf_durability durability;
	} transform;
	struct {
		enum person_rule person_number;
		char allow[CONF_TEXT];	/* numbers parted by blanks, commas */
		char unit_types[PATH_MAX];	/* a table; "" when not set */
	} owners;
	struct {
		char key_file[PATH_MAX];	/* "" when not set */
	} privacy;
	struct {
		char signing_key[PATH_MAX];	/* "" when not set */
		char public_key[PATH_MAX];	/* likewise */
		char origin[CONF_TEXT];
		enum conf_seal seal;
	} ledger;
	struct {			/* days, or CONF_KEEP */
		int64_t accepted, held, rejected, done, outbox, receipts;
		int64_t reports;
	} retention;
};

/*
 * Read dir/flerapp.conf; spool, when not NULL, takes the place of
 * [spool] root.  -1 when there is any fault; all of them are in the list.
 */
int conf_load(struct conf *, const char *dir, const char *spool,
    struct faults *);

/* The folder from --config, else FLERAPP_CONFIG, else /etc/flerapp. */
const char *conf_dir(const char *option);

/*
 * The key for owner tags.  In test a published one when none is set; in
 * prod none is a fault.
 */
int conf_key(const struct conf *, unsigned char **key, size_t *len,
    struct faults *);

#endif
