/* flerapp: the operator's and auditor's tool; one table of verbs. */

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/args.h"
#include "spool/buf.h"
#include "spool/cmd.h"
#include "spool/err.h"
#include "spool/log.h"

enum { MANY = 1000000 };

enum option {
	O_CONFIG, O_SPOOL, O_HELP, O_VERSION, O_JSON, O_REASON, O_DRY_RUN,
	O_STATE, O_DATE, O_PROGRESS, O_MULTIPART, O_HEADER, O_KEY, O_SEAL,
	O_COUNT
};

struct given {
	struct cmdline cmd;
	const char *progress;
	bool help, version;
};

#define AT(member) offsetof(struct given, member)

static const struct args_option options[] = {
	[O_CONFIG] = { "config", 0, "DIR", AT(cmd.config),
	    "the configuration [FLERAPP_CONFIG or /etc/flerapp]" },
	[O_SPOOL] = { "spool", 0, "DIR", AT(cmd.spool),
	    "the spool [[spool] root of flerapp.conf]" },
	[O_HELP] = { "help", 'h', NULL, AT(help), "this text" },
	[O_VERSION] = { "version", 0, NULL, AT(version), "the version" },
	[O_JSON] = { "json", 0, NULL, AT(cmd.json),
	    "one JSON object per line" },
	[O_REASON] = { "reason", 0, "TEXT", AT(cmd.reason),
	    "why; goes into the ledger" },
	[O_DRY_RUN] = { "dry-run", 'n', NULL, AT(cmd.dry_run),
	    "say what would be done, change nothing" },
	[O_STATE] = { "state", 0, "STATE", AT(cmd.state),
	    "incoming, accepted, held, rejected, published, duplicate; for "
	    "purge also outbox, receipts, reports" },
	[O_DATE] = { "date", 0, "DAY", AT(cmd.date),
	    "a day as 2026-03-03, in UTC, or yesterday [today]" },
	[O_PROGRESS] = { "progress", 0, "HOW", AT(progress),
	    "auto, bar, plain or none [auto]" },
	[O_MULTIPART] = { "multipart", 0, NULL, AT(cmd.multipart),
	    "the HTTP body that makes this B instance" },
	[O_HEADER] = { "header", 0, NULL, AT(cmd.header),
	    "with --multipart: only its Content-Type line" },
	[O_KEY] = { "key", 0, "FILE", AT(cmd.key),
	    "the public key, or several [[ledger] public-key]" },
	[O_SEAL] = { "seal", 0, "FILE...", AT(cmd.seals),
	    "a seal that was kept elsewhere; may be repeated" },
};

_Static_assert(sizeof options / sizeof *options == O_COUNT,
    "every option needs a row");

static const char *const progress_names[] = {
	[PROGRESS_AUTO] = "auto", [PROGRESS_BAR] = "bar",
	[PROGRESS_PLAIN] = "plain", [PROGRESS_NONE] = "none",
};

#define BIT(o) (1u << O_##o)
#define ALWAYS (BIT(CONFIG) | BIT(SPOOL) | BIT(HELP) | BIT(VERSION))
#define READS (ALWAYS | BIT(JSON))
#define MOVES (ALWAYS | BIT(REASON) | BIT(DRY_RUN) | BIT(JSON))

struct verb {
	const char *name, *args, *help;
	bool writes;
	unsigned takes;			/* bit set of options */
	size_t least, most;		/* words behind it */
	int (*run)(const struct cmdline *);
	const char *examples;
};

static const struct verb verbs[] = {
	{ "run", "", "take what waits through to the end, once", true,
	    READS | BIT(PROGRESS), 0, 0, cmd_run,
	    "  flerapp run\n"
	    "  flerapp run --config ./config --spool /tmp/spool\n" },
	{ "check", "FILE...", "say all that is wrong with packages", false,
	    READS | BIT(PROGRESS), 1, MANY, cmd_check,
	    "  flerapp check 50012345_6513270e-269e-4d37-b2a7-9a0c7d2e41b5"
	    ".zip\n"
	    "  flerapp check --json *.zip\n" },
	{ "drop", "FILE...", "put packages in incoming/ the right way", true,
	    READS, 1, MANY, cmd_drop,
	    "  flerapp drop /export/*.zip\n" },
	{ "status", "", "how many packages are where; do the books balance",
	    false, READS, 0, 0, cmd_status,
	    "  flerapp status\n"
	    "  flerapp status --json\n" },
	{ "list", "", "the packages", false, READS | BIT(STATE), 0, 0,
	    cmd_list,
	    "  flerapp list --state held\n"
	    "  flerapp list --json\n" },
	{ "show", "ID...", "what is known about a package", false,
	    READS | BIT(MULTIPART) | BIT(HEADER), 1, MANY, cmd_show,
	    "  flerapp show 6513270e-269e-4d37-b2a7-9a0c7d2e41b5\n"
	    "  flerapp show --multipart KEY | curl --data-binary @- \\\n"
	    "      -H \"$(flerapp show --multipart --header KEY)\" URL\n" },
	{ "why", "ID...", "why a package is held or refused; what to do",
	    false, READS, 1, MANY, cmd_why,
	    "  flerapp why 6513270e-269e-4d37-b2a7-9a0c7d2e41b5\n" },
	{ "trace", "ID|KEY|PATH...", "from package to B instances, and back",
	    false, READS, 1, MANY, cmd_trace,
	    "  flerapp trace 6513270e-269e-4d37-b2a7-9a0c7d2e41b5\n"
	    "  flerapp trace outbox/ttd/mottak-b/org-310000027/6513270e-269e"
	    "-4d37-b2a7-9a0c7d2e41b5.melding-til-mottak\n" },
	{ "hold", "ID...", "keep an accepted package from being published",
	    true, MOVES, 1, MANY, cmd_move,
	    "  flerapp hold --reason 'wrong map, see case 12' ID\n" },
	{ "release", "ID...", "let a held package go on", true, MOVES, 1,
	    MANY, cmd_move,
	    "  flerapp release --dry-run ID\n"
	    "  flerapp release --reason 'row added to owners.csv' ID\n" },
	{ "requeue", "ID...", "have a refused package looked at again", true,
	    MOVES, 1, MANY, cmd_move,
	    "  flerapp requeue --reason 'the schema was wrong' ID\n" },
	{ "reject", "ID...", "refuse a held or accepted package for good",
	    true, MOVES, 1, MANY, cmd_move,
	    "  flerapp reject --reason 'withdrawn by the sender' ID\n" },
	{ "replay", "ID...", "make a published package's instances again, "
	    "where they differ now", true, MOVES, 1, MANY, cmd_replay,
	    "  flerapp replay --dry-run ID\n"
	    "  flerapp replay --reason 'map of mottak corrected' ID\n" },
	{ "purge", "", "remove what [retention] does not keep", true,
	    MOVES | BIT(STATE), 0, 0, cmd_purge,
	    "  flerapp purge --dry-run\n"
	    "  flerapp purge --reason 'quarterly, case 2026/117'\n"
	    "  flerapp purge --state outbox --reason 'app B is closed'\n" },
	{ "map check", "[ROUTE]", "prove every route and map, or one",
	    false, ALWAYS, 0, 1, cmd_map,
	    "  flerapp map check\n"
	    "  flerapp map check melding-til-mottak\n" },
	{ "map explain", "PACKAGE", "what each row of the maps makes of it",
	    false, READS, 1, 1, cmd_map,
	    "  flerapp map explain package.zip\n"
	    "  flerapp map explain --json package.zip | jq .\n" },
	{ "map init", "ROUTE", "a first map.csv, from both schemas", false,
	    ALWAYS, 1, 1, cmd_map,
	    "  flerapp map init melding-til-mottak > map.csv\n" },
	{ "map import", "ROUTE FILE", "map.csv rows from app B's prefill "
	    "file", false, ALWAYS, 2, 2, cmd_map,
	    "  flerapp map import melding-til-mottak "
	    "mottak.prefill.json\n" },
	{ "ledger verify", "", "prove that the ledger was only appended to",
	    false, READS | BIT(KEY) | BIT(SEAL), 0, 0, cmd_ledger,
	    "  flerapp ledger verify\n"
	    "  flerapp ledger verify --spool ./copy --key public.pem \\\n"
	    "      --seal mailed.note\n" },
	{ "ledger seal", "", "sign what the ledger is now", true, READS, 0, 0,
	    cmd_seal,
	    "  flerapp ledger seal\n" },
	{ "ledger export", "", "the ledger as CSV, on standard output", false,
	    ALWAYS | BIT(DATE), 0, 0, cmd_export,
	    "  flerapp ledger export > ledger.csv\n"
	    "  flerapp ledger export --date 2026-03-03 > day.csv\n" },
	{ "report", "", "the night's report: reports/DAY/report.html and its "
	    "tables", true, READS | BIT(DATE) | BIT(DRY_RUN), 0, 0,
	    cmd_report,
	    "  flerapp report\n"
	    "  flerapp report --date 2026-03-03\n"
	    "  flerapp report --dry-run --json\n" },
	{ "doctor", "", "everything that may keep it from working, at once",
	    false, READS, 0, 0, cmd_doctor,
	    "  flerapp doctor\n"
	    "  flerapp doctor --json | jq -c 'select(.level != \"ok\")'\n" },
};

enum { VERBS = sizeof verbs / sizeof *verbs };

/* Of two words where the table has two; *used says how many. */
static const struct verb *
find_verb(char **words, size_t n, size_t *used)
{
	for (size_t i = 0; i < VERBS; i++) {
		const char *name = verbs[i].name;
		size_t first = strcspn(name, " ");

		if (n == 0 || strlen(words[0]) != first ||
		    strncmp(words[0], name, first) != 0)
			continue;
		*used = name[first] == '\0' ? 1 : 2;
		if (*used == 1 || (n > 1 &&
		    strcmp(words[1], name + first + 1) == 0))
			return &verbs[i];
	}
	return NULL;
}

/* What there is behind a first word that many verbs share. */
static void
other_words(struct buf *b, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < VERBS; i++)
		if (strncmp(verbs[i].name, word, n) == 0 &&
		    verbs[i].name[n] == ' ')
			buf_fmt(b, "%s%s", b->len > 0 ? ", " : "",
			    verbs[i].name + n + 1);
}

static int
unknown_verb(const struct given *g, char **words, size_t n)
{
	struct buf others = { 0 };
	int rc;

	other_words(&others, words[0]);
	if (others.len > 0 && n == 1)
		rc = cmd_usage(&g->cmd, "%s needs another word (%s)",
		    words[0], buf_text(&others));
	else
		rc = cmd_usage(&g->cmd, "unknown verb (%s%s%s)", words[0],
		    others.len > 0 ? " " : "",
		    others.len > 0 ? words[1] : "");
	buf_free(&others);
	return rc;
}

static void
list_verbs(struct buf *b, bool writes)
{
	for (size_t i = 0; i < VERBS; i++)
		if (verbs[i].writes == writes)
			buf_fmt(b, "  %-14s %-16s %s\n", verbs[i].name,
			    verbs[i].args, verbs[i].help);
}

static void
help_all(struct buf *b)
{
	buf_str(b, "examples:\n"
	    "  flerapp drop package.zip && flerapp run\n"
	    "  flerapp status\n"
	    "  flerapp check package.zip\n"
	    "\nusage: flerapp VERB [options] [words]; "
	    "flerapp VERB --help for one of them\n"
	    "\nto look (they change nothing):\n");
	list_verbs(b, false);
	buf_str(b, "\nto change:\n");
	list_verbs(b, true);
	buf_str(b, "\noptions, before or after the verb:\n");
	for (size_t i = 0; i <= O_VERSION; i++)
		args_help(&options[i], b);
	buf_str(b, "\nmore: man 1 flerapp\n");
}

static void
help_verb(struct buf *b, const struct verb *v)
{
	buf_fmt(b, "examples:\n%s\nusage: flerapp %s [options]%s%s\n"
	    "  %s\n\noptions:\n", v->examples, v->name,
	    *v->args != '\0' ? " " : "", v->args, v->help);
	for (size_t i = 0; i < O_COUNT; i++)
		if ((v->takes >> i & 1) != 0)
			args_help(&options[i], b);
}

static int
help(const struct verb *v)
{
	struct buf b = { 0 };

	if (v != NULL)
		help_verb(&b, v);
	else
		help_all(&b);
	fputs(buf_text(&b), stdout);
	buf_free(&b);
	return 0;
}

static bool
take_progress(struct given *g)
{
	for (unsigned i = 0; g->progress != NULL &&
	    i < sizeof progress_names / sizeof *progress_names; i++)
		if (strcmp(progress_names[i], g->progress) == 0) {
			g->cmd.progress = (enum cmd_progress)i;
			return true;
		}
	return g->progress == NULL;
}

static int
call(struct given *g, const struct verb *v)
{
	const struct cmdline *c = &g->cmd;

	for (size_t i = 0; i < O_COUNT; i++)
		if ((v->takes >> i & 1) == 0 && args_given(&options[i], g))
			return cmd_usage(c, "%s does not take --%s", v->name,
			    options[i].name);
	if (c->n_args < v->least)
		return cmd_usage(c, "%s needs %s", v->name, v->args);
	if (c->n_args > v->most)
		return cmd_usage(c, "%s does not take this (%s)", v->name,
		    c->args[v->most]);
	if (!take_progress(g))
		return cmd_usage(c, "--progress is auto, bar, plain or none "
		    "(%s)", g->progress);
	return v->run(c);
}

static int
start(struct given *g, char **words, size_t n)
{
	const struct verb *v;
	size_t used = 0;

	if (g->version) {
		puts("flerapp " FLERAPP_VERSION);
		return 0;
	}
	v = find_verb(words, n, &used);
	if (g->help && (v != NULL || n == 0))
		return help(v);
	if (n == 0)
		return cmd_usage(&g->cmd, "no verb is given");
	if (v == NULL)
		return unknown_verb(g, words, n);
	g->cmd.verb = v->name;
	g->cmd.args = words + used;
	g->cmd.n_args = n - used;
	return call(g, v);
}

int
main(int argc, char **argv)
{
	struct given g = { .help = false };
	struct err e;
	size_t n;
	int rc;

	(void)argc;
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(027);
	log_start("flerapp", LEVEL_INFO);
	if (*argv == NULL ||
	    args_parse(options, O_COUNT, &g, argv + 1, &n, &e) == -1)
		return *argv == NULL ? ERR_USAGE : cmd_fail(&e);
	rc = start(&g, argv + 1, n);
	if (fflush(stdout) == EOF && rc == 0) {
		err_sys(&e, "write to stdout");
		rc = cmd_fail(&e);
	}
	return rc;
}
