#include "tests/expect.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/mem.h"

/* A configuration folder of one file, and what became of it. */
struct place {
	char dir[64], file[128];
	struct conf conf;
	struct faults faults;
};

static void
put(const char *dir, const char *name, const char *bytes, size_t n)
{
	char path[200];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(out);
}

static int
setup(void **state)
{
	struct place *p = mem_alloc(sizeof *p);

	snprintf(p->dir, sizeof p->dir, "/tmp/flerapp-test-XXXXXX");
	if (mkdtemp(p->dir) == NULL) {
		free(p);
		return -1;
	}
	snprintf(p->file, sizeof p->file, "%s/flerapp.conf", p->dir);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;
	char path[200];

	faults_free(&p->faults);
	unlink(p->file);
	snprintf(path, sizeof path, "%s/key", p->dir);
	unlink(path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static int
load(struct place *p, const char *text)
{
	faults_free(&p->faults);
	put(p->dir, "flerapp.conf", text, strlen(text));
	return conf_load(&p->conf, p->dir, NULL, &p->faults);
}

static void
what_is_not_set_has_its_default(void **state)
{
	struct place *p = *state;
	struct conf *c = &p->conf;

	assert_int_equal(load(p, ""), 0);
	assert_string_equal(c->dir, p->dir);
	assert_string_equal(c->spool.root, "/var/spool/flerapp");
	assert_int_equal(c->spool.environment, CONF_PROD);
	assert_int_equal(c->spool.min_free_bytes, 1 << 30);
	assert_int_equal(c->spool.min_free_inodes, 10000);
	assert_int_equal(c->packages.max_bytes, 512 << 20);
	assert_true(c->packages.max_unpacked == UINT64_C(2) << 30);
	assert_int_equal(c->packages.max_entries, 1000);
	assert_int_equal(c->packages.max_ratio, 200);
	assert_int_equal(c->packages.max_xml_depth, 256);
	assert_false(c->packages.require_sums);
	assert_false(c->packages.require_pdf);
	assert_int_equal(c->watch.claim, CLAIM_COPY);
	assert_int_equal(c->watch.settle, 2000);
	assert_int_equal(c->watch.rescan, 60000);
	assert_int_equal(c->watch.poll, POLL_AUTO);
	assert_true(c->workers.count >= 1 && c->workers.count <= 256);
	assert_int_equal(c->workers.batch, 64);
	assert_int_equal(c->workers.cpu_seconds, 60);
	assert_int_equal(c->workers.memory, 512 << 20);
	assert_int_equal(c->workers.timeout, 120000);
	assert_int_equal(c->workers.sandbox, SANDBOX_ENFORCE);
	assert_int_equal(c->transform.output, OUTPUT_DIRECTORY);
	assert_int_equal(c->transform.durability, DURABILITY_GROUP);
	assert_int_equal(c->owners.person_number, PERSON_ACCEPT_2032);
	assert_string_equal(c->owners.allow, "");
	assert_string_equal(c->privacy.key_file, "");
	assert_int_equal(c->retention.done, CONF_KEEP);
}

static void
what_is_set_is_set(void **state)
{
	struct place *p = *state;
	struct conf *c = &p->conf;
	char path[200];

	assert_int_equal(load(p,
	    "[spool]\nroot=/srv/x\nenvironment=test\nmin-free-bytes=1M\n"
	    "min-free-inodes=0\n"
	    "[packages]\nmax-bytes=1024\nmax-unpacked=1T\nmax-entries=3\n"
	    "max-ratio=2\nmax-xml-depth=4\nrequire-sums=yes\n"
	    "require-pdf=yes\n"
	    "[watch]\nclaim=rename\nsettle=0s\nrescan=5m\npoll=no\n"
	    "[workers]\ncount=3\nbatch=1\ncpu-seconds=1\nmemory=64M\n"
	    "timeout=1500ms\nsandbox=open\n"
	    "[transform]\noutput=zip\ndurability=package\n"
	    "[owners]\nperson-number=strict-1964\n"
	    "allow=01039012345, 01017512345\n"
	    "[privacy]\nkey-file=key\n"
	    "[ledger]\nsigning-key=/etc/k\nseal=daily\n"
	    "[retention]\ndone=90\noutbox=30d\nheld=keep\n"), 0);
	assert_string_equal(c->spool.root, "/srv/x");
	assert_int_equal(c->spool.environment, CONF_TEST);
	assert_int_equal(c->spool.min_free_bytes, 1 << 20);
	assert_int_equal(c->spool.min_free_inodes, 0);
	assert_int_equal(c->packages.max_bytes, 1024);
	assert_true(c->packages.max_unpacked == UINT64_C(1) << 40);
	assert_true(c->packages.require_sums && c->packages.require_pdf);
	assert_int_equal(c->watch.claim, CLAIM_RENAME);
	assert_int_equal(c->watch.settle, 0);
	assert_int_equal(c->watch.rescan, 300000);
	assert_int_equal(c->watch.poll, POLL_NO);
	assert_int_equal(c->workers.count, 3);
	assert_int_equal(c->workers.timeout, 1500);
	assert_int_equal(c->workers.sandbox, SANDBOX_OPEN);
	assert_int_equal(c->transform.output, OUTPUT_ZIP);
	assert_int_equal(c->transform.durability, DURABILITY_PACKAGE);
	assert_int_equal(c->owners.person_number, PERSON_STRICT_1964);
	assert_string_equal(c->owners.allow, "01039012345, 01017512345");
	snprintf(path, sizeof path, "%s/key", p->dir);
	assert_string_equal(c->privacy.key_file, path);
	assert_string_equal(c->ledger.signing_key, "/etc/k");
	assert_int_equal(c->retention.done, 90);
	assert_int_equal(c->retention.outbox, 30);
	assert_int_equal(c->retention.held, CONF_KEEP);
}

static void
a_setting_that_cannot_be_is_a_fault_with_its_line(void **state)
{
	static const struct {
		const char *text;
		long line;
		const char *words;
	} rows[] = {
		{ "[spool]\nrot = /x\n", 2, "unknown key rot in [spool]" },
		{ "root = /x\n", 1, "unknown key root in []" },
		{ "[spol]\nroot = /x\n", 2, "unknown key root in [spol]" },
		{ "[spool]\nRoot = /x\n", 2, "unknown key Root" },
		{ "[spool]\nroot = x\n", 2, "want an absolute path" },
		{ "[spool]\nroot = \n", 2, "want an absolute path" },
		{ "[spool]\nroot=/x\nroot=/x\n", 3, "set in line 2" },
		{ "[spool]\nenvironment = Test\n", 2, "want test or prod" },
		{ "[spool]\nmin-free-bytes = 1 G\n", 2, "want a size" },
		{ "[spool]\nmin-free-bytes = 1g\n", 2, "want a size" },
		{ "[spool]\nmin-free-bytes = -1\n", 2, "want a size" },
		{ "[spool]\nmin-free-bytes = \n", 2, "want a size" },
		{ "[spool]\nmin-free-bytes = 99999999999T\n", 2,
		    "want a size" },
		{ "[spool]\nmin-free-bytes = 99999999999999999999\n", 2,
		    "want a size" },
		{ "[spool]\nmin-free-inodes = 1K\n", 2, "want a number" },
		{ "[packages]\nmax-entries = 2\n", 2, "3 to 100000" },
		{ "[packages]\nmax-entries = 100001\n", 2, "3 to 100000" },
		{ "[packages]\nmax-xml-depth = 257\n", 2, "4 to 256" },
		{ "[packages]\nrequire-sums = true\n", 2, "want yes or no" },
		{ "[watch]\nsettle = 2 s\n", 2, "want a time" },
		{ "[watch]\nsettle = 2d\n", 2, "want a time" },
		{ "[watch]\nrescan = 0\n", 2, "1000 to 86400000" },
		{ "[watch]\nclaim = move\n", 2, "want copy or rename" },
		{ "[workers]\ncount = 0\n", 2, "1 to 256" },
		{ "[workers]\nbatch = 65\n", 2, "1 to 64" },
		{ "[workers]\nbatch = cores\n", 2, "1 to 64" },
		{ "[workers]\nmemory = 1M\n", 2, "want a size" },
		{ "[owners]\nperson-number = 1964\n", 2, "strict-1964 or " },
		{ "[retention]\ndone = 90 days\n", 2, "want keep, or days" },
		{ "[retention]\ndone = 36501\n", 2, "want keep, or days" },
		{ "[retention]\ndone = -1\n", 2, "want keep, or days" },
		{ "[spool]\nenvironment=prod\n[owners]\nallow=01039012345\n",
		    0, "environment = test only" },
		{ "[spool]\nnonsense\n", 2, "neither [section] nor" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (load(p, rows[i].text) != -1)
			fail_msg("taken: %s", rows[i].text);
		expect_fault(&p->faults, p->file, rows[i].line, 0,
		    rows[i].words, rows[i].text);
		assert_int_equal(p->faults.n, 1);
	}
}

static void
all_faults_come_at_once(void **state)
{
	struct place *p = *state;

	assert_int_equal(load(p, "[spool]\nroot=x\nfoo=1\n[watch]\n"
	    "settle=soon\nnonsense\n"), -1);
	assert_int_equal(p->faults.n, 4);
}

static void
a_file_that_cannot_be_read_is_a_fault(void **state)
{
	static const char nul[] = "[spool]\nroot=/x\n\0root=/y\n";
	struct place *p = *state;

	assert_int_equal(conf_load(&p->conf, "/nowhere/at/all", NULL,
	    &p->faults), -1);
	expect_fault(&p->faults, "/nowhere/at/all", 0, 0, "no such folder",
	    "folder");
	assert_int_equal(conf_load(&p->conf, p->dir, NULL, &p->faults), -1);
	expect_fault(&p->faults, p->file, 0, 0, "--config", "file");
	faults_free(&p->faults);
	put(p->dir, "flerapp.conf", nul, sizeof nul - 1);
	assert_int_equal(conf_load(&p->conf, p->dir, NULL, &p->faults), -1);
	expect_fault(&p->faults, p->file, 0, 0, "NUL", "NUL");
}

static void
the_spool_of_the_command_line_goes_first(void **state)
{
	struct place *p = *state;
	char here[PATH_MAX], want[PATH_MAX + 8], *far;

	put(p->dir, "flerapp.conf", "[spool]\nroot=/x\n", 16);
	assert_int_equal(conf_load(&p->conf, p->dir, "/y", &p->faults), 0);
	assert_string_equal(p->conf.spool.root, "/y");
	assert_int_equal(conf_load(&p->conf, p->dir, "z", &p->faults), 0);
	assert_non_null(getcwd(here, sizeof here));
	snprintf(want, sizeof want, "%s/z", here);
	assert_string_equal(p->conf.spool.root, want);
	assert_int_equal(conf_load(&p->conf, p->dir, "", &p->faults), -1);
	expect_fault(&p->faults, "--spool", 0, 0, "empty", "empty");
	far = mem_alloc(PATH_MAX + 2);
	memset(far, '/', PATH_MAX + 1);
	assert_int_equal(conf_load(&p->conf, p->dir, far, &p->faults), -1);
	expect_fault(&p->faults, "--spool", 0, 0, "too long", "far");
	free(far);
}

static void
the_folder_comes_from_option_or_environment(void **unused)
{
	(void)unused;
	setenv("FLERAPP_CONFIG", "/from/environment", 1);
	assert_string_equal(conf_dir("/from/option"), "/from/option");
	assert_string_equal(conf_dir(NULL), "/from/environment");
	setenv("FLERAPP_CONFIG", "", 1);
	assert_string_equal(conf_dir(NULL), "/etc/flerapp");
	unsetenv("FLERAPP_CONFIG");
	assert_string_equal(conf_dir(NULL), "/etc/flerapp");
}

#define HEX32 "00112233445566778899aabbccddeeff"

static void
a_key_has_at_least_32_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, len;		/* len 0: refused */
	} rows[] = {
		{ HEX32 HEX32, 64, 32 }, { HEX32 HEX32 "\n", 65, 32 },
		{ HEX32 HEX32 "\r\n", 66, 32 },
		{ "thirty-two bytes are just enough", 32, 32 },
		{ "\n\0binary keys are taken as they are", 35, 35 },
		{ "thirty-one bytes are too few...", 31, 0 },
		{ "", 0, 0 },
	};
	struct place *p = *state;
	unsigned char *key;
	size_t len;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc;

		assert_int_equal(load(p, "[privacy]\nkey-file=key\n"), 0);
		put(p->dir, "key", rows[i].bytes, rows[i].n);
		key = NULL;
		len = 0;
		rc = conf_key(&p->conf, &key, &len, &p->faults);
		if (rc != (rows[i].len > 0 ? 0 : -1) || len != rows[i].len)
			fail_msg("row %zu: %d, %zu", i, rc, len);
		if (rc == 0 && rows[i].len == 32 && rows[i].n > 32)
			assert_memory_equal(key, "\x00\x11\x22\x33", 4);
		if (rc == -1)
			expect_fault(&p->faults, p->conf.privacy.key_file,
			    0, 0, "too short", "key");
		free(key);
	}
}

static void
only_a_test_environment_has_a_key_of_its_own(void **state)
{
	struct place *p = *state;
	unsigned char *key = NULL;
	size_t len = 0;

	assert_int_equal(load(p, "[spool]\nenvironment=test\n"), 0);
	assert_int_equal(conf_key(&p->conf, &key, &len, &p->faults), 0);
	assert_true(len >= 32);
	free(key);
	assert_int_equal(load(p, ""), 0);
	assert_int_equal(conf_key(&p->conf, &key, &len, &p->faults), -1);
	expect_fault(&p->faults, p->dir, 0, 0, "key-file is not set", "prod");
	assert_int_equal(load(p, "[privacy]\nkey-file=gone\n"), 0);
	assert_int_equal(conf_key(&p->conf, &key, &len, &p->faults), -1);
	expect_fault(&p->faults, p->conf.privacy.key_file, 0, 0, "key-file",
	    "gone");
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(what_is_not_set_has_its_default),
		FRESH(what_is_set_is_set),
		FRESH(a_setting_that_cannot_be_is_a_fault_with_its_line),
		FRESH(all_faults_come_at_once),
		FRESH(a_file_that_cannot_be_read_is_a_fault),
		FRESH(the_spool_of_the_command_line_goes_first),
		cmocka_unit_test(the_folder_comes_from_option_or_environment),
		FRESH(a_key_has_at_least_32_bytes),
		FRESH(only_a_test_environment_has_a_key_of_its_own),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
