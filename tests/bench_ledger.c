/*
 * How fast a ledger is verified, and what part of that is hashing.
 * usage: bench_ledger [LINES]; the folder is made below TMPDIR.
 */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/lines.h"
#include "spool/merkle.h"
#include "spool/verify.h"

enum { GROUP = 64 * 16, LINES = 1000000 };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
stop(const struct err *e)
{
	fprintf(stderr, "bench_ledger: %s\n", e->text);
	exit(1);
}

/* The two lines of a package that is published, as a night writes them. */
static void
add_package(struct ledger *l, int i)
{
	char id[80], path[160], sha[DIGEST_HEX + 1];
	struct json *j = ledger_add(l, "received");

	digest_hex_of(&i, sizeof i, sha);
	snprintf(id, sizeof id, "6513270e-269e-4d37-b2a7-%012x-%.12s",
	    (unsigned)i, sha);
	json_str(j, "id", id);
	snprintf(path, sizeof path, "50012345_6513270e-269e-4d37-b2a7-%012x"
	    ".zip", (unsigned)i);
	json_str(j, "package", path);
	json_str(j, "sha256", sha);
	json_num(j, "size", 43210);
	snprintf(path, sizeof path, "6513270e-269e-4d37-b2a7-%012x",
	    (unsigned)i);
	json_str(j, "instance", path);
	json_str(j, "app", "ttd/innsending-a");
	json_str(j, "claim", "20260303T011502.123456Z-4711/1");
	json_str(j, "taken", "copy");
	json_str(j, "drop", "1234567:43210:1772500502.123456789");
	json_str(j, "run", "20260303T011502.123456Z-4711");
	json_num(j, "group", i / 64);
	ledger_end(l);
	j = ledger_add(l, "published");
	json_str(j, "id", id);
	json_open(j, "instances", '[');
	json_open(j, NULL, '{');
	snprintf(path, sizeof path, "ttd/mottak-b/org-310000027/6513270e-269e"
	    "-4d37-b2a7-%012x.melding-til-mottak", (unsigned)i);
	json_str(j, "path", path);
	json_str(j, "from", "w0/17");
	json_str(j, "sha256", sha);
	json_close(j, '}');
	json_close(j, ']');
	json_str(j, "run", "20260303T011502.123456Z-4711");
	json_num(j, "group", i / 64);
	ledger_end(l);
}

static void
make(int dir, int lines)
{
	struct err e;
	struct ledger *l = ledger_open(dir, true, NULL, NULL, &e);

	if (l == NULL)
		stop(&e);
	for (int i = 0; i < lines / 2; ) {
		if (ledger_begin(l, &e) == -1)
			stop(&e);
		for (int k = 0; k < GROUP && i < lines / 2; k++)
			add_package(l, i++);
		if (ledger_commit(l, &e) == -1)
			stop(&e);
	}
	ledger_close(l);
}

struct sums {
	struct digest *digest;
	struct merkle tree;
	int64_t bytes;
};

static int
only_read(void *arg, const char *text, size_t len, int64_t at, struct err *e)
{
	struct sums *s = arg;

	(void)text;
	(void)at;
	(void)e;
	s->bytes += (int64_t)len + 1;
	return 0;
}

/* Just the hashes that verifying makes. */
static int
only_hash(void *arg, const char *text, size_t len, int64_t at, struct err *e)
{
	char hex[DIGEST_HEX + 1];
	struct sums *s = arg;

	(void)at;
	(void)e;
	digest_begin(s->digest);
	digest_add(s->digest, text, len);
	digest_add(s->digest, "\n", 1);
	digest_end_hex(s->digest, hex);
	merkle_add(&s->tree, text, len);
	return 0;
}

static double
pass(int dir, lines_fn *fn, struct sums *s)
{
	struct fsx_list days = { 0 };
	double start = now();
	int64_t end, size;
	struct err e;

	if (lines_days(dir, &days, &e) == -1)
		stop(&e);
	for (size_t i = 0; i < days.n; i++)
		if (lines_read(dir, days.v[i], 0, fn, s, &end, &size,
		    &e) == -1)
			stop(&e);
	fsx_list_free(&days);
	return now() - start;
}

static void
measure(int dir)
{
	struct sums s = { .digest = digest_new() };
	double start, reading, hashing, all;
	struct verify_result v;
	struct err e;

	merkle_begin(&s.tree);
	reading = pass(dir, only_read, &s);
	hashing = pass(dir, only_hash, &s) - reading;
	start = now();
	if (verify_ledger(dir, NULL, &v, NULL, NULL, &e) == -1)
		stop(&e);
	all = now() - start;
	printf("%" PRId64 " lines, %.1f MB, %" PRId64 " faults: %.2f s of "
	    "processor, %.0f lines/s, %.0f MB/s\n", v.lines,
	    (double)s.bytes / 1e6, v.faults, all, (double)v.lines / all,
	    (double)s.bytes / 1e6 / all);
	printf("hashing %.0f %%, reading %.0f %%, the rest (form, chain) "
	    "%.0f %%\n", 100 * hashing / all, 100 * reading / all,
	    100 * (all - hashing - reading) / all);
	digest_free(s.digest);
	merkle_free(&s.tree);
}

int
main(int argc, char **argv)
{
	const char *below = getenv("TMPDIR");
	int dir, lines = argc > 1 ? atoi(argv[1]) : LINES;
	char path[256];
	struct err e;

	snprintf(path, sizeof path, "%.200s/flerapp-bench.XXXXXX",
	    below != NULL ? below : "/tmp");
	if (mkdtemp(path) == NULL || (dir = fsx_dir(AT_FDCWD, path,
	    &e)) == -1) {
		perror(path);
		return 1;
	}
	make(dir, lines);
	measure(dir);
	close(dir);
	if (fsx_remove_tree(AT_FDCWD, path, &e) == -1)
		stop(&e);
	return 0;
}
