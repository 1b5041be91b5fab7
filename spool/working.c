#include "spool/working.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/crew.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/ledger.h"
#include "spool/listing.h"
#include "spool/spool.h"

/* The SHA-256 of a file, or "" where it cannot be read. */
static void
file_sum(const char *path, char sha256[DIGEST_HEX + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t size;
	struct err e;

	if (fd == -1 || intake_sum(fd, UINT64_MAX, sha256, &size, &e) == -1)
		sha256[0] = '\0';
	if (fd != -1)
		close(fd);
}

static int
put_listing(int ledger, const char *name, const struct buf *lines,
    struct err *e)
{
	int dir = fsx_open_dir(ledger, "config", e), rc = -1;

	if (dir == -1)
		return -1;
	if (faccessat(dir, name, F_OK, 0) == 0)
		rc = 0;
	else if (fsx_sync(ledger, "ledger/", e) == 0)
		rc = fsx_keep(dir, name, buf_text(lines), lines->len, e);
	close(dir);
	return rc;
}

/*
 * What the configuration consists of, file by file, under the hash of it
 * that the `started` line will have: two of these tell what was changed.
 */
static int
keep_listing(const struct spool *s, const struct conf *conf,
    const struct crew *crew, struct err *e)
{
	char hex[DIGEST_HEX + 1], name[DIGEST_HEX + 8];
	struct buf lines = { 0 };
	struct faults f = { 0 };
	int rc;

	listing_config(conf->dir, &lines, &f);
	digest_hex_of(buf_text(&lines), lines.len, hex);
	snprintf(name, sizeof name, "%s.txt", hex);
	if (f.errors > 0 || strcmp(hex, crew_config(crew)) != 0)
		rc = err_set(e, ERR_AGAIN, "the configuration changed while "
		    "we began");
	else
		rc = put_listing(s->dir[PLACE_LEDGER], name, &lines, e);
	faults_free(&f);
	buf_free(&lines);
	return rc;
}

int
working_began(const struct spool *s, struct ledger *l,
    const struct conf *conf, const struct crew *crew, const struct run *run,
    const char *mode, struct err *e)
{
	char program[DIGEST_HEX + 1], worker[DIGEST_HEX + 1];
	char settings[DIGEST_HEX + 1];
	struct buf path = { 0 };
	int rc;

	if (keep_listing(s, conf, crew, e) == -1)
		return -1;
	buf_fmt(&path, "%s/flerapp.conf", conf->dir);
	file_sum("/proc/self/exe", program);
	file_sum(crew_program(crew), worker);
	file_sum(path.p, settings);
	rc = ledger_note(l, e, "started", "run", run->id, "mode", mode,
	    "version", FLERAPP_VERSION, "program", program, "worker", worker,
	    "settings", settings, "config", crew_config(crew), "sandbox",
	    conf->workers.sandbox == SANDBOX_ENFORCE ? "enforce" : "open",
	    NULL);
	buf_free(&path);
	return rc;
}

int
working_ended(struct ledger *l, const struct run *run, const char *checked,
    struct err *e)
{
	return ledger_note(l, e, "ended", "run", run->id,
	    *checked != '\0' ? "checked" : NULL, checked, NULL);
}
