#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/make_tar.h"
#include "tests/make_zip.h"

/*
 * make_seeds: the seeds that are no text, each to a file of the folder given.
 * What a seed is for, its name says: TARGET-what.
 */

#define GUID "6513270e-269f-4df5-8c7b-1b0c2d6441b5"
#define ELEMENT "d23f0824-0000-4000-8000-0000000000aa"
#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
save(const char *name, const struct buf *b)
{
	FILE *f = fopen(name, "w");

	if (f == NULL || fwrite(b->p, 1, b->len, f) != b->len ||
	    fclose(f) != 0) {
		fprintf(stderr, "make_seeds: cannot write %s\n", name);
		exit(1);
	}
}

/* ------------------------------------------------------------- packages */

static const struct zip_part zip_parts[] = {
	{ .name = "data/" },
	{ .name = "instance.json", .data = "{ }" },
	{ .name = "data/" ELEMENT, .data = "<a/>", .method = 8,
	    .descriptor = 16 },
	{ .name = "SHA256SUMS", .data = "x" },
};

static const struct zip_part long_parts[] = {
	{ .name = "ttd/a/" GUID "/instance.json", .data = "{ }" },
	{ .name = "ttd/a/" GUID "/data/" ELEMENT, .data = "<a/>",
	    .extra = "UT\5\0\3abcd", .extra_len = 9 },
};

static const struct tar_part tar_parts[] = {
	{ .name = "instance.json", .data = "{ }" },
	{ .name = "data/" ELEMENT, .data = "<a/>" },
};

#define LONG "ttd/a/" GUID "/data/" ELEMENT

/* As GNU tar writes what has no room in a header, and what is refused. */
static const struct tar_part gnu_parts[] = {
	{ .name = "././@LongLink", .flag = 'L', .magic = "ustar  ",
	    .data = LONG, .len = sizeof LONG },
	{ .name = "ttd/a", .magic = "ustar  ", .data = "<a/>" },
	{ .name = "././@LongLink", .flag = 'L', .magic = "ustar  ",
	    .data = "instance.json", .len = sizeof "instance.json" },
	{ .name = "instance", .magic = "ustar  ", .data = "{ }" },
};

static const struct tar_part refused_parts[] = {
	{ .name = "INSTANCE.json", .data = "{ }" },
	{ .name = "instance.json", .data = "{ }" },
	{ .name = "ttd/a/" GUID "/instance.json", .data = "{ }" },
	{ .name = "data/" ELEMENT, .flag = 'S', .magic = "ustar  ",
	    .data = "<a/>" },
};

/* A size in base 256, which only its first bit tells. */
static void
binary_size(struct buf *b)
{
	unsigned char *h;

	make_tar(b, tar_parts, sizeof tar_parts / sizeof *tar_parts);
	h = (unsigned char *)b->p;
	h[135] = (unsigned char)strlen(tar_parts[0].data);
	h[124] = 0x80;
	memset(h + 125, 0, 10);
	fuzz_tar_sums(h, b->len);
}

static void
tars(void)
{
	enum { GNU = sizeof gnu_parts / sizeof *gnu_parts,
	    REFUSED = sizeof refused_parts / sizeof *refused_parts };
	struct buf b = { 0 };

	make_tar(&b, gnu_parts, GNU);
	save("tar-gnu", &b);
	buf_reset(&b);
	tar_member(&b, gnu_parts);
	make_tar(&b, gnu_parts, 2);
	save("tar-gnu-twice", &b);
	buf_reset(&b);
	binary_size(&b);
	save("tar-binary", &b);
	for (size_t i = 1; i < REFUSED; i++) {
		char name[16];

		buf_reset(&b);
		tar_member(&b, &refused_parts[i == 1 ? 0 : 1]);
		make_tar(&b, &refused_parts[i], 1);
		snprintf(name, sizeof name, "tar-refused-%zu", i);
		save(name, &b);
	}
	buf_reset(&b);
	for (size_t i = 0; i < 41; i++)
		tar_member(&b, &(struct tar_part){ .name = "data/",
		    .flag = '5' });
	tar_end(&b);
	save("tar-many", &b);
	buf_free(&b);
}

static void
packages(void)
{
	struct buf b = { 0 };

	make_zip(&b, zip_parts, sizeof zip_parts / sizeof *zip_parts);
	save("zip-short", &b);
	buf_reset(&b);
	make_zip(&b, long_parts, sizeof long_parts / sizeof *long_parts);
	save("zip-long", &b);
	buf_reset(&b);
	make_tar(&b, tar_parts, sizeof tar_parts / sizeof *tar_parts);
	save("tar-plain", &b);
	buf_reset(&b);
	tar_pax(&b, 'x', "path", "instance.json", 13);
	make_tar(&b, tar_parts, 1);
	save("tar-pax", &b);
	buf_free(&b);
	tars();
}

/* ----------------------------------------------------------------- wire */

/* Messages that wait in the socket, as the target reads them. */
static void
take_messages(int sock, struct buf *out)
{
	static char room[WIRE_MESSAGE_MAX];
	ssize_t n;

	while ((n = recv(sock, room, sizeof room, MSG_DONTWAIT)) > 0) {
		buf_char(out, (char)(n & 0xff));
		buf_char(out, (char)(n >> 8 & 0xff));
		buf_add(out, room, (size_t)n);
	}
}

static void
accepted(struct answer *a)
{
	static struct made_file files[] = {
		{ .name = "instance.json", .size = 3, .sha256 = HEX },
		{ .name = "SHA256SUMS", .size = 99, .sha256 = HEX },
	};
	static struct made made = { .app = "ttd/b", .owner = "org-310000027",
	    .key = GUID ".r", .from = "0-0", .files = files, .n_files = 2 };

	answer_content(files, 2, made.content);
	findings_init(&a->findings, &a->arena);
	memcpy(a->sha256, HEX, sizeof HEX);
	memcpy(a->guid, GUID, sizeof GUID);
	memcpy(a->app, "ttd/a", 6);
	a->made = &made;
	a->n_made = 1;
}

static void
wires(void)
{
	struct wire_job jobs[2] = { { .item = 1, .name = "a.zip", .fd = 2 },
	    { .item = 2, .mode = 2, .replay = true, .name = "b.tar", .fd = 2,
	    .earlier = 2 } };
	struct answer a = { .size = 5 };
	struct buf b = { 0 };
	struct err e = { .kind = ERR_IO, .text = "no disk" };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
		exit(1);
	accepted(&a);
	buf_char(&b, 0);
	wire_send_ready(pair[0], HEX, &e);
	wire_send_answer(pair[0], 1, &a, &e);
	take_messages(pair[1], &b);
	save("wire-accepted", &b);
	a.n_made = 0;
	findings_add(&a.findings, F_XSD, "data/x", 3, "/a/b", "not valid");
	findings_add(&a.findings, F_NO_ROUTE, NULL, 0, NULL, "no route");
	buf_reset(&b);
	buf_char(&b, 2);
	wire_send_answer(pair[0], 1, &a, &e);
	wire_send_trouble(pair[0], &e);
	take_messages(pair[1], &b);
	save("wire-refused", &b);
	buf_reset(&b);
	buf_char(&b, 3);
	wire_send_jobs(pair[0], jobs, 2, &e);
	take_messages(pair[1], &b);
	save("wire-jobs", &b);
	buf_free(&b);
	answer_free(&a);
}

int
main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]) == -1)
		return 1;
	packages();
	wires();
	return 0;
}
