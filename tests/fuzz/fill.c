#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "tests/fuzz/fuzz.h"
#include "tests/make_zip.h"
#include "tests/sample.h"
#include "tests/scratch.h"
#include "transform/config.h"
#include "transform/deliver.h"

/*
 * A map.csv and a form, between apps with attributes, lists in lists, a
 * choice and fixed values: a map that can be loaded makes B's form, or a
 * finding, and the same one each time.
 */

#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"
#define FORM "d23f0824-0000-4000-8000-0000000000aa"

static struct scratch *folder;
static struct conf *conf;

static void
leave(void)
{
	scratch_free(folder);
	free(conf);
}

static void
make_folder(void)
{
	struct faults f = { 0 };

	if (folder != NULL)
		return;
	folder = scratch_new();
	sample_write(folder);
	scratch_put(folder, "routes/r/route.conf", "[route]\n"
	    "from = ttd/sender\nto = ttd/mottaker\nform = skjema\n"
	    "[owner]\norganisation = const:310000027\n");
	conf = mem_alloc(sizeof *conf);
	assert(conf_load(conf, folder->dir, NULL, &f) == 0);
	faults_free(&f);
	atexit(leave);
}

static void
make_package(struct buf *b, struct fuzz form)
{
	struct buf text = { 0 };
	struct zip_part parts[] = {
		{ .name = "instance.json" },
		{ .name = "data/" FORM, .data = form.p, .len = form.n },
	};

	buf_fmt(&text, "{\"id\":\"50012345/" GUID "\",\"instanceOwner\":"
	    "{\"partyId\":\"50012345\"},\"appId\":\"ttd/sender\",\"org\":"
	    "\"ttd\",\"process\":{\"ended\":\"2026-03-02T08:09:30.5Z\","
	    "\"endEvent\":\"E\"},\"status\":{\"isArchived\":true,"
	    "\"archived\":\"2026-03-02T08:09:30.5Z\"},\"data\":[{\"id\":\""
	    FORM "\",\"dataType\":\"skjema\",\"contentType\":"
	    "\"application/xml\",\"size\":%zu}]}", form.n);
	parts[0].data = text.p;
	parts[0].len = text.len;
	make_zip(b, parts, sizeof parts / sizeof *parts);
	buf_free(&text);
}

static void
work(const struct config *config, struct fuzz package, struct buf *told)
{
	const struct deliver_job job = { .item = 1, .mode = DELIVER_MAP,
	    .fd = fuzz_file(package), .name = "p.zip" };
	struct deliver *d = deliver_new(config, fuzz_folder());
	struct answer a = { .n_made = 0 };
	struct err e = { .kind = ERR_NONE };

	fuzz_folder_reset();
	assert(deliver_package(d, &job, &a, &e) == 0);
	assert(answer_ok(&a, &e) == 0);
	assert((a.n_made > 0) == (a.findings.n == 0));
	fuzz_findings(&a.findings);
	fuzz_tell(told, &a.findings);
	for (size_t i = 0; i < a.n_made; i++)
		for (size_t k = 0; k < a.made[i].n_files; k++)
			buf_fmt(told, "%s %s %s\n", a.made[i].key,
			    a.made[i].files[k].name,
			    a.made[i].files[k].sha256);
	answer_free(&a);
	deliver_free(d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	char *map = fuzz_string(fuzz_piece(&in));
	struct config config = { .conf = NULL };
	struct faults f = { 0 };
	struct buf package = { 0 }, one = { 0 }, two = { 0 };

	make_folder();
	scratch_put(folder, "routes/r/map.csv", map);
	if (config_load(&config, conf, &f) == 0) {
		make_package(&package, in.n > 0 ? in : (struct fuzz){
		    sample_skjema, strlen(sample_skjema) });
		work(&config, (struct fuzz){ package.p, package.len }, &one);
		work(&config, (struct fuzz){ package.p, package.len }, &two);
		assert(strcmp(buf_text(&one), buf_text(&two)) == 0);
	}
	fuzz_faults(&f);
	config_free(&config);
	faults_free(&f);
	buf_free(&package);
	buf_free(&one);
	buf_free(&two);
	free(map);
	return 0;
}
