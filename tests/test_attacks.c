#include "tests/expect.h"

#include <fcntl.h>
#include <libxml/parser.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schemas/jsonin.h"
#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "tests/attacks.h"
#include "transform/config.h"
#include "transform/deliver.h"

/*
 * Every attack, taken the whole way of a worker in this process.  Given a
 * folder, it makes them there instead, and `expected` beside them: a line for
 * each, its name and what must be found.
 */

#define N(table) (sizeof (table) / sizeof *(table))
#define CONFIG "tests/example/config"
#define SECRET "root:x:0:0"		/* what a file from outside would show */

static struct conf *conf;
static struct config config;

static struct attack_list
list(size_t i)
{
	struct attack_list (*const lists[])(void) = { attacks_zip,
	    attacks_tar, attacks_form, attacks_json };

	return i < N(lists) ? lists[i]() : (struct attack_list){ .n = 0 };
}

/* Each code once, in the order of finding. */
static void
codes(struct buf *b, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *name = finding_name(f->v[i].code);

		if (b->len == 0 || strstr(b->p, name) == NULL)
			buf_fmt(b, "%s%s", b->len > 0 ? " " : "", name);
	}
}

/* No text of another file, and nothing that a terminal would obey. */
static void
expect_harmless(const char *name, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *const texts[] = { f->v[i].message, f->v[i].file,
		    f->v[i].path };

		for (size_t k = 0; k < N(texts); k++)
			if (texts[k] != NULL && (strpbrk(texts[k],
			    "\x1b\n\r\x7f") != NULL ||
			    strstr(texts[k], SECRET) != NULL))
				fail_msg("%s: %s", name, texts[k]);
	}
}

static void
expect_attack(struct deliver *d, const struct attack *a, unsigned n)
{
	struct deliver_job job = { .item = n, .mode = DELIVER_PROBE,
	    .name = a->name, .fd = memfd_create("attack", MFD_CLOEXEC) };
	struct buf b = { 0 }, found = { 0 };
	struct answer answer = { .n_made = 0 };
	struct err e = { .kind = ERR_NONE };

	attack_make(&b, a, n);
	assert_int_equal(fsx_write(job.fd, buf_text(&b), b.len, &e), 0);
	if (deliver_package(d, &job, &answer, &e) == -1)
		fail_msg("%s: %s", a->name, e.text);
	codes(&found, &answer.findings);
	if (strcmp(buf_text(&found), a->found) != 0)
		fail_msg("%s: found \"%s\", not \"%s\"; %s", a->name,
		    buf_text(&found), a->found, answer.findings.n > 0 ?
		    answer.findings.v[0].message : "");
	assert_int_equal(answer_ok(&answer, &e), 0);
	expect_harmless(a->name, &answer.findings);
	answer_free(&answer);
	close(job.fd);
	buf_free(&b);
	buf_free(&found);
}

/* By one worker, so that none of them leaves anything to the next. */
static void
every_attack_gives_its_finding(void **unused)
{
	struct deliver *d = deliver_new(&config, -1);
	unsigned n = 0;

	(void)unused;
	for (size_t i = 0; list(i).n > 0; i++)
		for (size_t k = 0; k < list(i).n; k++)
			expect_attack(d, &list(i).v[k], ++n);
	assert_in_range(n, 200, 999);
	deliver_free(d);
}

/* Whoever looks an attack up finds one. */
static void
no_two_attacks_have_one_name(void **unused)
{
	struct buf names = { 0 }, name = { 0 };

	(void)unused;
	buf_char(&names, '\n');
	for (size_t i = 0; list(i).n > 0; i++)
		for (size_t k = 0; k < list(i).n; k++) {
			buf_reset(&name);
			buf_fmt(&name, "\n%s\n", list(i).v[k].name);
			if (strstr(names.p, name.p) != NULL)
				fail_msg("twice: %s", list(i).v[k].name);
			buf_str(&names, name.p + 1);
		}
	buf_free(&names);
	buf_free(&name);
}

/* ------------------------------------------------------------- to a folder */

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void
save(const char *folder, const struct attack *a, const char *extension,
    unsigned n, FILE *expected)
{
	struct buf b = { 0 }, path = { 0 };
	FILE *f;

	attack_make(&b, a, n);
	buf_fmt(&path, "%s/%s%s", folder, a->name, extension);
	f = fopen(path.p, "we");
	must(f != NULL && fwrite(buf_text(&b), 1, b.len, f) == b.len &&
	    fclose(f) == 0, path.p);
	fprintf(expected, "%s%s\t%s\n", a->name, extension, a->found);
	buf_free(&b);
	buf_free(&path);
}

static int
save_all(const char *folder)
{
	char expected[512];
	unsigned n = 0;
	FILE *f;

	snprintf(expected, sizeof expected, "%s/expected", folder);
	f = fopen(expected, "we");
	must(f != NULL, expected);
	fprintf(f, "limits\t%d %d %d\n", ATTACK_BYTES, ATTACK_UNPACKED,
	    ATTACK_ENTRIES);
	for (size_t i = 0; list(i).n > 0; i++)
		for (size_t k = 0; k < list(i).n; k++)
			save(folder, &list(i).v[k], list(i).extension, ++n,
			    f);
	must(fclose(f) == 0, expected);
	return 0;
}

/* ------------------------------------------------------------------------- */

static int
set_up(void **unused)
{
	struct faults f = { 0 };

	(void)unused;
	conf = mem_alloc(sizeof *conf);
	if (conf_load(conf, CONFIG, NULL, &f) == -1)
		return -1;
	conf->packages.max_bytes = ATTACK_BYTES;
	conf->packages.max_unpacked = ATTACK_UNPACKED;
	conf->packages.max_entries = ATTACK_ENTRIES;
	return config_load(&config, conf, &f);
}

static int
tear_down(void **unused)
{
	(void)unused;
	config_free(&config);
	free(conf);
	xmlCleanupParser();
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attack_gives_its_finding),
		cmocka_unit_test(no_two_attacks_have_one_name),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	jsonin_prepare();
	if (argc == 2)
		return save_all(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
