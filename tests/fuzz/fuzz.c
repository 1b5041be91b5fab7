#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/digest.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/finding.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "spool/number.h"
#include "spool/receipt.h"
#include "spool/text.h"

enum { UNIT = 512, SUM_AT = 148, SUM_SIZE = 8, MAGIC_AT = 257 };
enum { NUMBER = 11, DAY = 6, SHORT_ESCAPE = 4 };

static char folder[64];
static int folder_fd = -1, file_fd = -1;

/* ---------------------------------------------------------------- input */

struct fuzz
fuzz_input(const uint8_t *data, size_t size)
{
	return (struct fuzz){ size > 0 ? (const char *)data : "", size };
}

unsigned
fuzz_byte(struct fuzz *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return (unsigned char)*in->p++;
}

struct fuzz
fuzz_piece(struct fuzz *in)
{
	static const char mark[] = "\n--\n";
	const char *end = memmem(in->p, in->n, mark, sizeof mark - 1);
	struct fuzz piece = *in;

	if (end == NULL) {
		in->p += in->n;
		in->n = 0;
		return piece;
	}
	piece.n = (size_t)(end - in->p);
	in->p += piece.n + sizeof mark - 1;
	in->n -= piece.n + sizeof mark - 1;
	return piece;
}

char *
fuzz_string(struct fuzz in)
{
	return mem_dupn(in.p, strnlen(in.p, in.n));
}

void *
fuzz_copy(struct fuzz in)
{
	char *p = mem_alloc(in.n);

	if (in.n > 0)
		memcpy(p, in.p, in.n);
	return p;
}

static void
put_sum(uint8_t *p)
{
	unsigned sum = 0;

	memset(p + SUM_AT, ' ', SUM_SIZE);
	for (size_t i = 0; i < UNIT; i++)
		sum += p[i];
	for (size_t i = 0; i < 6; i++)
		p[SUM_AT + i] = (uint8_t)('0' + (sum >> (15 - 3 * i) & 7));
	p[SUM_AT + 6] = '\0';
}

void
fuzz_tar_sums(uint8_t *p, size_t n)
{
	for (size_t at = 0; at + UNIT <= n; at += UNIT)
		if (memcmp(p + at + MAGIC_AT, "ustar", 5) == 0)
			put_sum(p + at);
}

/* ---------------------------------------------------------------- files */

static void
remove_folder(void)
{
	struct err e;

	close(folder_fd);
	fsx_remove_tree(AT_FDCWD, folder, &e);
}

int
fuzz_folder(void)
{
	const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" :
	    getenv("TMPDIR");

	if (folder_fd != -1)
		return folder_fd;
	snprintf(folder, sizeof folder, "%s/flerapp-fuzz-XXXXXX",
	    tmp != NULL && strlen(tmp) < 32 ? tmp : "/tmp");
	assert(mkdtemp(folder) != NULL);
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert(folder_fd != -1);
	atexit(remove_folder);
	return folder_fd;
}

const char *
fuzz_path(void)
{
	fuzz_folder();
	return folder;
}

void
fuzz_folder_reset(void)
{
	struct fsx_list list = { 0 };
	int dir = fuzz_folder();
	struct err e;

	assert(fsx_list(dir, &list, &e) == 0);
	for (size_t i = 0; i < list.n; i++)
		assert(fsx_remove_tree(dir, list.v[i], &e) == 0);
	fsx_list_free(&list);
}

void
fuzz_put(const char *name, struct fuzz in)
{
	int fd = openat(fuzz_folder(), name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd != -1);
	assert(write(fd, in.p, in.n) == (ssize_t)in.n);
	close(fd);
}

int
fuzz_file(struct fuzz in)
{
	if (file_fd == -1)
		file_fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(ftruncate(file_fd, 0) == 0);
	assert(pwrite(file_fd, in.p, in.n, 0) == (ssize_t)in.n);
	return file_fd;
}

int
fuzz_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert(d != NULL);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* --------------------------------------------------------------- claims */

static size_t
run_of_digits(const char *s, size_t n)
{
	size_t k = 0;

	while (k < n && s[k] >= '0' && s[k] <= '9')
		k++;
	return k;
}

static bool
is_person(const char *head, size_t n, const char *tail, size_t m)
{
	char number[NUMBER + 1];

	memcpy(number, head, n);
	memcpy(number + n, tail, m);
	number[n + m] = '\0';
	return number_person_ok(number, PERSON_ACCEPT_2032);
}

/* Eleven digits of a SHA-256 may look like anything. */
static size_t
run_of_hash(const char *s, size_t n)
{
	size_t k = 0;

	while (k < n && ((s[k] >= '0' && s[k] <= '9') ||
	    (s[k] >= 'a' && s[k] <= 'f')))
		k++;
	return k == DIGEST_HEX ? k : 0;
}

void
fuzz_no_person(const char *s, size_t n)
{
	size_t i = 0, k, m;

	while (i < n) {
		if (n - i >= SHORT_ESCAPE && s[i] == '\\' && s[i + 1] == 'x') {
			i += SHORT_ESCAPE;
			continue;
		}
		if ((k = run_of_hash(s + i, n - i)) > 0) {
			i += k;
			continue;
		}
		k = run_of_digits(s + i, n - i);
		assert(k != NUMBER || !is_person(s + i, k, "", 0));
		if (k == DAY && n - i > k && s[i + k] == ' ') {
			m = run_of_digits(s + i + k + 1, n - i - k - 1);
			assert(m != NUMBER - DAY ||
			    !is_person(s + i, k, s + i + k + 1, m));
		}
		i += k > 0 ? k : 1;
	}
}

static void
check_finding(const struct finding *f)
{
	assert(f->code < F_COUNT);
	assert(f->message != NULL && *f->message != '\0');
	assert(text_utf8_ok(f->message, strlen(f->message)));
	assert(f->line >= 0);
}

void
fuzz_findings(const struct findings *f)
{
	const struct receipt r = { .package = "p.zip", .sha256 = "abc",
	    .id = "id", .time = "now", .state = STATE_REJECTED,
	    .findings = f };
	struct buf b = { 0 };

	assert(f->n <= FINDINGS_MAX);
	assert(f->left_out == 0 || f->n == FINDINGS_MAX);
	for (size_t i = 0; i < f->n; i++)
		check_finding(&f->v[i]);
	receipt_line(&b, &r);
	receipt_text(&b, &r);
	assert(text_utf8_ok(buf_text(&b), b.len));
	fuzz_no_person(buf_text(&b), b.len);
	buf_free(&b);
}

void
fuzz_tell(struct buf *b, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		buf_fmt(b, "%s %s:%ld %s: %s\n", finding_name(f->v[i].code),
		    f->v[i].file != NULL ? f->v[i].file : "", f->v[i].line,
		    f->v[i].path != NULL ? f->v[i].path : "",
		    f->v[i].message);
	buf_fmt(b, "and %zu\n", f->left_out);
}

void
fuzz_faults(const struct faults *f)
{
	size_t errors = 0;

	for (size_t i = 0; i < f->n; i++) {
		assert(f->v[i].file != NULL && *f->v[i].file != '\0');
		assert(f->v[i].text != NULL && *f->v[i].text != '\0');
		assert(f->v[i].line >= 0 && f->v[i].column >= 0);
		errors += f->v[i].level == FAULT_ERROR;
	}
	assert(errors == f->errors);
}
