#include "spool/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/ini.h"
#include "spool/mem.h"

enum { FILE_MAX = 64 * 1024, KEY_MIN = 32, KEY_FILE_MAX = 4096 };
enum { WORKERS_MAX = 256 };

static const char conf_name[] = "flerapp.conf";

/* For test environments only, so that tags are the same on every machine. */
static const char test_key[] = "flerapp: the published test key, no secret";

enum kind { TEXT, PATH, FILE_PATH, SIZE, COUNT, TIME, YES_NO, ENUM, DAYS };

static const char *const environments[] = { "test", "prod", NULL };
static const char *const claims[] = { "copy", "rename", NULL };
static const char *const polls[] = { "auto", "yes", "no", NULL };
static const char *const sandboxes[] = { "enforce", "open", NULL };
static const char *const outputs[] = { "directory", "zip", NULL };
static const char *const durabilities[] = { "group", "package", NULL };
static const char *const seals[] = { "daily", NULL };
static const char *const person_rules[] =
    { "strict-1964", "accept-2032", "format-only", NULL };

#define AT(member) offsetof(struct conf, member)
#define GIB (UINT64_C(1) << 30)

struct setting {
	const char *section, *key;
	enum kind kind;
	size_t at;
	const char *preset;
	uint64_t least, most;
	const char *const *names;
};

static const struct setting settings[] = {
	{ "spool", "root", PATH, AT(spool.root), "/var/spool/flerapp",
	    0, 0, NULL },
	{ "spool", "environment", ENUM, AT(spool.environment), "prod",
	    0, 0, environments },
	{ "spool", "min-free-bytes", SIZE, AT(spool.min_free_bytes), "1G",
	    0, UINT64_MAX, NULL },
	{ "spool", "min-free-inodes", COUNT, AT(spool.min_free_inodes),
	    "10000", 0, UINT64_MAX, NULL },
	{ "packages", "max-bytes", SIZE, AT(packages.max_bytes), "512M",
	    1024, 1024 * GIB, NULL },
	{ "packages", "max-unpacked", SIZE, AT(packages.max_unpacked), "2G",
	    1024, 1024 * GIB, NULL },
	{ "packages", "max-entries", COUNT, AT(packages.max_entries), "1000",
	    3, 100000, NULL },
	{ "packages", "max-ratio", COUNT, AT(packages.max_ratio), "200",
	    2, 100000, NULL },
	{ "packages", "max-xml-depth", COUNT, AT(packages.max_xml_depth),
	    "256", 4, 256, NULL },
	{ "packages", "require-sums", YES_NO, AT(packages.require_sums), "no",
	    0, 0, NULL },
	{ "packages", "require-pdf", YES_NO, AT(packages.require_pdf), "no",
	    0, 0, NULL },
	{ "watch", "claim", ENUM, AT(watch.claim), "copy", 0, 0, claims },
	{ "watch", "settle", TIME, AT(watch.settle), "2s", 0, 86400000, NULL },
	{ "watch", "rescan", TIME, AT(watch.rescan), "60s", 1000, 86400000,
	    NULL },
	{ "watch", "poll", ENUM, AT(watch.poll), "auto", 0, 0, polls },
	{ "workers", "count", COUNT, AT(workers.count), "cores",
	    1, WORKERS_MAX, NULL },
	{ "workers", "batch", COUNT, AT(workers.batch), "64", 1, 64, NULL },
	{ "workers", "cpu-seconds", COUNT, AT(workers.cpu_seconds), "60",
	    1, 86400, NULL },
	{ "workers", "memory", SIZE, AT(workers.memory), "512M",
	    64 << 20, 1024 * GIB, NULL },
	{ "workers", "timeout", TIME, AT(workers.timeout), "120s",
	    1000, 86400000, NULL },
	{ "workers", "sandbox", ENUM, AT(workers.sandbox), "enforce", 0, 0,
	    sandboxes },
	{ "transform", "output", ENUM, AT(transform.output), "directory",
	    0, 0, outputs },
	{ "transform", "durability", ENUM, AT(transform.durability), "group",
	    0, 0, durabilities },
	{ "owners", "person-number", ENUM, AT(owners.person_number),
	    "accept-2032", 0, 0, person_rules },
	{ "owners", "allow", TEXT, AT(owners.allow), "", 0, 0, NULL },
	{ "owners", "unit-types", FILE_PATH, AT(owners.unit_types), "", 0, 0,
	    NULL },
	{ "privacy", "key-file", FILE_PATH, AT(privacy.key_file), "", 0, 0,
	    NULL },
	{ "ledger", "signing-key", FILE_PATH, AT(ledger.signing_key), "",
	    0, 0, NULL },
	{ "ledger", "public-key", FILE_PATH, AT(ledger.public_key), "",
	    0, 0, NULL },
	{ "ledger", "origin", TEXT, AT(ledger.origin), "", 0, 0, NULL },
	{ "ledger", "seal", ENUM, AT(ledger.seal), "daily", 0, 0, seals },
	{ "retention", "accepted", DAYS, AT(retention.accepted), "keep",
	    0, 0, NULL },
	{ "retention", "held", DAYS, AT(retention.held), "keep", 0, 0, NULL },
	{ "retention", "rejected", DAYS, AT(retention.rejected), "keep",
	    0, 0, NULL },
	{ "retention", "done", DAYS, AT(retention.done), "keep", 0, 0, NULL },
	{ "retention", "outbox", DAYS, AT(retention.outbox), "keep", 0, 0,
	    NULL },
	{ "retention", "receipts", DAYS, AT(retention.receipts), "keep",
	    0, 0, NULL },
	{ "retention", "reports", DAYS, AT(retention.reports), "keep", 0, 0,
	    NULL },
};

enum { SETTINGS = sizeof settings / sizeof *settings };

struct loading {
	struct conf *conf;
	const char *file;
	struct faults *faults;
	long seen[SETTINGS];		/* the line it was set in */
};

static bool
parse_count(const char *s, const char **rest, uint64_t *n)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*n = strtoumax(s, &end, 10);
	*rest = end;
	return errno == 0;
}

/* A number and its unit; units is "name factor" pairs, "" is the bare one. */
static bool
parse_unit(const char *s, const char *const *units, const uint64_t *factors,
    uint64_t *n)
{
	const char *rest;

	if (!parse_count(s, &rest, n))
		return false;
	for (size_t i = 0; units[i] != NULL; i++)
		if (strcmp(rest, units[i]) == 0) {
			if (factors[i] != 0 && *n > UINT64_MAX / factors[i])
				return false;
			*n *= factors[i];
			return true;
		}
	return false;
}

static bool
parse_size(const char *s, uint64_t *n)
{
	static const char *const units[] = { "", "K", "M", "G", "T", NULL };
	static const uint64_t factors[] =
	    { 1, 1 << 10, 1 << 20, 1 << 30, UINT64_C(1) << 40 };

	return parse_unit(s, units, factors, n);
}

static bool
parse_time(const char *s, uint64_t *n)
{
	static const char *const units[] =
	    { "", "s", "ms", "m", "min", "h", NULL };
	static const uint64_t factors[] =
	    { 1000, 1000, 1, 60000, 60000, 3600000 };

	return parse_unit(s, units, factors, n);
}

static uint64_t
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		n = 1;
	return n > WORKERS_MAX ? WORKERS_MAX : (uint64_t)n;
}

static bool
parse_number(const struct setting *s, const char *value, void *to)
{
	const char *rest = "";
	uint64_t n = 0;
	bool ok = false;

	if (s->kind == SIZE)
		ok = parse_size(value, &n);
	else if (s->kind == TIME)
		ok = parse_time(value, &n);
	else if (strcmp(value, "cores") == 0 && s->most == WORKERS_MAX)
		ok = true, n = cores();
	else
		ok = parse_count(value, &rest, &n) && *rest == '\0';
	if (ok && n >= s->least && n <= s->most)
		memcpy(to, &n, sizeof n);
	else
		ok = false;
	return ok;
}

static bool
parse_days(const char *value, int64_t *to)
{
	const char *rest;
	uint64_t n;

	if (strcmp(value, "keep") == 0) {
		*to = CONF_KEEP;
		return true;
	}
	if (!parse_count(value, &rest, &n) || n > 36500 ||
	    (*rest != '\0' && strcmp(rest, "d") != 0))
		return false;
	*to = (int64_t)n;
	return true;
}

static bool
parse_name(const struct setting *s, const char *value, unsigned *to)
{
	for (unsigned i = 0; s->names[i] != NULL; i++)
		if (strcmp(s->names[i], value) == 0) {
			memcpy(to, &i, sizeof i);
			return true;
		}
	return false;
}

static bool
parse_path(const struct conf *c, const struct setting *s, const char *value,
    char *to)
{
	struct buf b = { 0 };
	bool ok = true;

	if (*value == '/')
		buf_str(&b, value);
	else if (s->kind == FILE_PATH && *value != '\0')
		buf_fmt(&b, "%s/%s", c->dir, value);
	else if (s->kind == PATH)
		ok = false;		/* a spool is named from the root */
	ok = ok && b.len < PATH_MAX;
	if (ok)
		memcpy(to, buf_text(&b), b.len + 1);
	buf_free(&b);
	return ok;
}

static bool
parse_value(struct conf *c, const struct setting *s, const char *value)
{
	void *to = (char *)c + s->at;

	switch (s->kind) {
	case TEXT:
		return snprintf(to, CONF_TEXT, "%s", value) < CONF_TEXT;
	case PATH:
	case FILE_PATH:
		return parse_path(c, s, value, to);
	case YES_NO:
		*(bool *)to = strcmp(value, "yes") == 0;
		return *(bool *)to || strcmp(value, "no") == 0;
	case ENUM:
		return parse_name(s, value, to);
	case DAYS:
		return parse_days(value, to);
	case SIZE:
	case COUNT:
	case TIME:
		break;
	}
	return parse_number(s, value, to);
}

static const char *
expected(const struct setting *s, struct buf *b)
{
	static const char *const words[] = {
		[TEXT] = "a short text", [PATH] = "an absolute path",
		[FILE_PATH] = "a path", [SIZE] = "a size as 512M",
		[COUNT] = "a number", [TIME] = "a time as 2s, 500ms or 5m",
		[YES_NO] = "yes or no", [DAYS] = "keep, or days as 90",
	};

	if (s->kind == ENUM) {
		for (size_t i = 0; s->names[i] != NULL; i++)
			buf_fmt(b, "%s%s", i > 0 ? " or " : "", s->names[i]);
	} else {
		buf_str(b, words[s->kind]);
		if (s->most > 0 && s->most < UINT64_MAX)
			buf_fmt(b, ", %" PRIu64 " to %" PRIu64, s->least,
			    s->most);
	}
	return buf_text(b);
}

static void
set(void *arg, const struct ini_line *l)
{
	struct loading *g = arg;
	struct buf want = { 0 };
	size_t i = 0;

	while (i < SETTINGS && (strcmp(settings[i].section, l->section) != 0 ||
	    strcmp(settings[i].key, l->key) != 0))
		i++;
	if (i == SETTINGS)
		faults_add(g->faults, g->file, l->line, 0,
		    "unknown key %s in [%s]; see flerapp.conf(5)", l->key,
		    l->section);
	else if (g->seen[i] != 0)
		faults_add(g->faults, g->file, l->line, 0,
		    "%s is already set in line %ld", l->key, g->seen[i]);
	else if (!parse_value(g->conf, &settings[i], l->value))
		faults_add(g->faults, g->file, l->line, 0,
		    "%s = %s: want %s", l->key, l->value,
		    expected(&settings[i], &want));
	if (i < SETTINGS && g->seen[i] == 0)
		g->seen[i] = l->line;
	buf_free(&want);
}

static void
presets(struct conf *c)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (!parse_value(c, &settings[i], settings[i].preset))
			abort();	/* a row of the table is wrong */
}

static void
read_file(struct loading *g)
{
	struct buf text = { 0 };
	struct err e;

	if (fsx_read(AT_FDCWD, g->file, FILE_MAX, &text, &e) == -1)
		faults_add(g->faults, g->file, 0, 0, "%s; give the folder "
		    "with --config DIR or FLERAPP_CONFIG", e.text);
	else if (strlen(buf_text(&text)) < text.len)
		faults_add(g->faults, g->file, 0, 0, "a NUL byte in the file: "
		    "it is no text; write it anew as UTF-8");
	else if (text.p != NULL)
		ini_parse(g->file, text.p, set, g, g->faults);
	buf_free(&text);
}

/* The spool of the command line; a relative one begins where we stand. */
static void
use_spool(struct conf *c, const char *spool, struct faults *f)
{
	char here[PATH_MAX] = "";
	int n;

	if (*spool == '\0')
		faults_add(f, "--spool", 0, 0, "the path is empty");
	else if (*spool != '/' && getcwd(here, sizeof here) == NULL)
		faults_add(f, "--spool", 0, 0, "%s", strerror(errno));
	n = snprintf(c->spool.root, sizeof c->spool.root, "%s%s%s", here,
	    here[0] != '\0' ? "/" : "", spool);
	if (n < 0 || (size_t)n >= sizeof c->spool.root)
		faults_add(f, "--spool", 0, 0, "the path is too long");
}

int
conf_load(struct conf *c, const char *dir, const char *spool,
    struct faults *f)
{
	struct loading g = { .conf = c, .faults = f };
	char file[PATH_MAX + sizeof conf_name + 1];
	size_t before = f->errors;

	memset(c, 0, sizeof *c);
	if (realpath(dir, c->dir) == NULL) {
		faults_add(f, dir, 0, 0, "no such folder: %s; give it with "
		    "--config DIR or FLERAPP_CONFIG", strerror(errno));
		return -1;
	}
	presets(c);
	snprintf(file, sizeof file, "%s/%s", c->dir, conf_name);
	g.file = file;
	read_file(&g);
	if (spool != NULL)
		use_spool(c, spool, f);
	if (c->owners.allow[0] != '\0' && c->spool.environment == CONF_PROD)
		faults_add(f, file, 0, 0, "[owners] allow is for "
		    "environment = test only; remove it");
	return f->errors > before ? -1 : 0;
}

const char *
conf_dir(const char *option)
{
	const char *dir = option != NULL ? option : getenv("FLERAPP_CONFIG");

	return dir != NULL && *dir != '\0' ? dir : "/etc/flerapp";
}

static bool
hex_key(const char *s, size_t n, unsigned char *key)
{
	unsigned byte;

	if (n != 2 * KEY_MIN || strspn(s, "0123456789abcdefABCDEF") < n)
		return false;
	for (size_t i = 0; i < KEY_MIN; i++) {
		if (sscanf(s + 2 * i, "%2x", &byte) != 1)
			return false;
		key[i] = (unsigned char)byte;
	}
	return true;
}

/* The bytes of the file as a key, or NULL: they are too few. */
static unsigned char *
make_key(const struct buf *raw, size_t *len)
{
	size_t line = strcspn(buf_text(raw), "\r\n");
	unsigned char *key = NULL;

	if (raw->len < KEY_MIN)
		return NULL;
	key = mem_alloc(raw->len);
	if (hex_key(raw->p, line, key)) {
		*len = KEY_MIN;
	} else {
		memcpy(key, raw->p, raw->len);
		*len = raw->len;
	}
	return key;
}

int
conf_key(const struct conf *c, unsigned char **key, size_t *len,
    struct faults *f)
{
	const char *file = c->privacy.key_file;
	unsigned char *made = NULL;
	struct buf raw = { 0 };
	struct err e;

	if (file[0] == '\0' && c->spool.environment == CONF_TEST) {
		*len = sizeof test_key - 1;
		*key = (unsigned char *)mem_dup(test_key);
		return 0;
	}
	if (file[0] == '\0')
		faults_add(f, c->dir, 0, 0, "[privacy] key-file is not set; "
		    "in production owner tags need a key of its own");
	else if (fsx_read(AT_FDCWD, file, KEY_FILE_MAX, &raw, &e) == -1)
		faults_add(f, file, 0, 0, "%s; [privacy] key-file", e.text);
	else if ((made = make_key(&raw, len)) == NULL)
		faults_add(f, file, 0, 0, "the key is too short; want at "
		    "least 32 bytes or 64 hex digits");
	else
		*key = made;
	buf_free(&raw);
	return made != NULL ? 0 : -1;
}
