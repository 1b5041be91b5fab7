#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/house.h"
#include "tests/make_zip.h"
#include "transform/config.h"
#include "transform/deliver.h"
#include "transform/explain.h"

/*
 * A package's whole way in a worker: the input is its form; its instance.json
 * too if the first byte says so (then it stands first); or all of it.  Each
 * answer is sound, says the same a second time, and its files are there; or
 * it is explained, without a person number.
 */

#define GUID "7b1f6a90-3c2d-4e5f-8a6b-9c0d1e2f3a4b"
#define FORM "0a4f4a7e-6a0b-4a52-9d0f-6b7d5f1c2e31"
#define PDF "c2b7f1de-3f8d-4e61-b0a9-7e5a4c3d2b53"

enum { OWN_INSTANCE = 1, WRITE = 2, EXPLAIN = 4, AS_JSON = 8,
    WHOLE = 16 };
enum { OUT_MAX = 64 << 20 };

static const char pdf[] = "%PDF-1.4 x";

static void
write_instance(struct buf *b, size_t form)
{
	static const char time[] = "2026-03-02T08:09:30.5Z";

	buf_fmt(b, "{\"id\":\"50045678/" GUID "\",\"instanceOwner\":"
	    "{\"partyId\":\"50045678\"},\"appId\":\"eks/skademelding\","
	    "\"org\":\"eks\",\"process\":{\"ended\":\"%s\",\"endEvent\":"
	    "\"E\"},\"status\":{\"isArchived\":true,\"archived\":\"%s\"},"
	    "\"data\":[{\"id\":\"" FORM "\",\"dataType\":\"skademelding\","
	    "\"contentType\":\"application/xml\",\"size\":%zu},"
	    "{\"id\":\"" PDF "\",\"dataType\":\"ref-data-as-pdf\","
	    "\"contentType\":\"application/pdf\",\"size\":%zu}]}", time,
	    time, form, sizeof pdf - 1);
}

static void
make_package(struct buf *b, struct fuzz in, unsigned options)
{
	struct buf text = { 0 };
	struct fuzz instance = { NULL, 0 };
	struct zip_part parts[] = {
		{ .name = "instance.json" },
		{ .name = "data/" FORM },
		{ .name = "data/" PDF, .data = pdf },
	};

	if ((options & OWN_INSTANCE) != 0)
		instance = fuzz_piece(&in);
	else
		write_instance(&text, in.n);
	parts[0].data = instance.n > 0 ? instance.p : buf_text(&text);
	parts[0].len = instance.n > 0 ? instance.n : text.len;
	parts[1].data = in.n > 0 ? in.p : "";
	parts[1].len = in.n;
	make_zip(b, parts, sizeof parts / sizeof *parts);
	buf_free(&text);
}

static void
check_made(const struct made *m)
{
	struct buf path = { 0 };
	struct stat st;

	for (size_t i = 0; i < m->n_files; i++) {
		buf_reset(&path);
		buf_fmt(&path, "%s/%s", m->from, m->files[i].name);
		assert(fstatat(fuzz_folder(), path.p, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode));
		assert((uint64_t)st.st_size == m->files[i].size);
	}
	buf_free(&path);
}

static void
tell(struct buf *b, const struct answer *a)
{
	buf_fmt(b, "%s %s %s\n", a->sha256, a->guid, a->app);
	fuzz_tell(b, &a->findings);
	for (size_t i = 0; i < a->n_made; i++)
		for (size_t k = 0; k < a->made[i].n_files; k++)
			buf_fmt(b, "%s %s %s\n", a->made[i].key,
			    a->made[i].files[k].name,
			    a->made[i].files[k].sha256);
}

static void
work(struct deliver *d, struct fuzz package, enum deliver_mode mode,
    struct buf *told)
{
	const struct deliver_job job = { .item = 3, .mode = mode,
	    .fd = fuzz_file(package), .name = "p.zip" };
	struct answer a = { .n_made = 0 };
	struct err e = { .kind = ERR_NONE };

	fuzz_folder_reset();
	assert(deliver_package(d, &job, &a, &e) == 0);
	assert(answer_ok(&a, &e) == 0);
	assert(mode == DELIVER_MAP || a.n_made == 0);
	assert(mode != DELIVER_MAP || (a.n_made > 0) == (a.findings.n == 0));
	fuzz_findings(&a.findings);
	for (size_t i = 0; i < a.n_made; i++)
		check_made(&a.made[i]);
	tell(told, &a);
	answer_free(&a);
}

static void
deliver(struct fuzz package, enum deliver_mode mode)
{
	struct deliver *d = deliver_new(house_config(), fuzz_folder());
	struct buf one = { 0 }, two = { 0 };

	work(d, package, mode, &one);
	work(d, package, mode, &two);
	assert(strcmp(buf_text(&one), buf_text(&two)) == 0);
	deliver_free(d);
	buf_free(&one);
	buf_free(&two);
}

static void
explain(struct fuzz package, bool json)
{
	struct buf out = { 0 };
	struct err e = { .kind = ERR_NONE };
	struct explain_job job = { .fd = fuzz_file(package), .name = "p.zip",
	    .json = json };
	bool findings = false;

	fuzz_folder_reset();
	job.out = openat(fuzz_folder(), "out", O_RDWR | O_CREAT | O_CLOEXEC,
	    0600);
	assert(job.out != -1);
	assert(explain_package(house_config(), &job, &findings, &e) == 0);
	assert(fsx_read(fuzz_folder(), "out", OUT_MAX, &out, &e) == 0);
	assert(text_utf8_ok(buf_text(&out), out.len));
	fuzz_no_person(buf_text(&out), out.len);
	close(job.out);
	buf_free(&out);
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max);
	if (size > 0 && (data[0] & WHOLE) != 0 && seed % 8 != 0)
		fuzz_tar_sums(data + 1, size - 1);
	return size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size), package;
	unsigned options = fuzz_byte(&in);
	struct buf b = { 0 };

	if ((options & WHOLE) != 0)
		buf_add(&b, in.p, in.n);
	else
		make_package(&b, in, options);
	package = (struct fuzz){ b.p, b.len };
	if ((options & EXPLAIN) != 0)
		explain(package, (options & AS_JSON) != 0);
	else
		deliver(package, (options & WRITE) != 0 ? DELIVER_MAP :
		    DELIVER_PROBE);
	buf_free(&b);
	return 0;
}
