#include "spool/answer.h"

#include <string.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/text.h"

static const char sums_name[] = "SHA256SUMS";
static const char manifest_tail[] = "  manifest.json";

void
answer_content_of(const char *sums, size_t n, char sha256[DIGEST_HEX + 1])
{
	const size_t tail = sizeof manifest_tail - 1;
	struct digest *d = digest_new();
	const char *end = sums + n, *line = sums, *next;

	digest_begin(d);
	for (; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next != NULL ? next + 1 : end;
		if ((size_t)(next - line) == DIGEST_HEX + tail + 1 &&
		    memcmp(line + DIGEST_HEX, manifest_tail, tail) == 0)
			continue;
		digest_add(d, line, (size_t)(next - line));
	}
	digest_end_hex(d, sha256);
	digest_free(d);
}

void
answer_content(const struct made_file *v, size_t n,
    char sha256[DIGEST_HEX + 1])
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, sums_name) != 0)
			buf_fmt(&b, "%s  %s\n", v[i].sha256, v[i].name);
	answer_content_of(buf_text(&b), b.len, sha256);
	buf_free(&b);
}

/* A folder's files are all told; a zip's are not, and its word must do. */
static bool
content_ok(const struct made *m)
{
	char sha256[DIGEST_HEX + 1];

	if (m->zip)
		return id_hex_ok(m->content, DIGEST_HEX);
	answer_content(m->files, m->n_files, sha256);
	return strcmp(sha256, m->content) == 0;
}

static bool
files_ok(const struct made *m)
{
	if (m->n_files == 0 || m->n_files > ANSWER_FILES_MAX ||
	    (m->zip && m->n_files != 1))
		return false;
	for (size_t i = 0; i < m->n_files; i++)
		if (!id_plain_ok(m->files[i].name) ||
		    !id_hex_ok(m->files[i].sha256, DIGEST_HEX))
			return false;
	return m->zip || strcmp(m->files[m->n_files - 1].name,
	    sums_name) == 0;
}

static bool
made_ok(const struct answer *a, const struct made *m)
{
	return id_app_ok(m->app) && id_owner_ok(m->owner) &&
	    id_key_ok(m->key) && id_plain_ok(m->from) &&
	    strncmp(m->key, a->guid, ID_GUID) == 0 && files_ok(m) &&
	    content_ok(m);
}

static bool
finding_ok(const struct finding *f)
{
	return f->code < F_COUNT && f->message[0] != '\0' && f->line >= 0 &&
	    text_utf8_ok(f->message, strlen(f->message));
}

int
answer_ok(const struct answer *a, struct err *e)
{
	const char *wrong = NULL;

	if (!id_hex_ok(a->sha256, DIGEST_HEX))
		wrong = "sha256";
	else if (a->guid[0] != '\0' && !id_guid_ok(a->guid))
		wrong = "instance";
	else if (a->app[0] != '\0' && !id_app_ok(a->app))
		wrong = "app";
	else if (a->findings.n == 0 &&
	    (a->guid[0] == '\0' || a->app[0] == '\0'))
		wrong = "an acceptance without instance or app";
	else if (a->findings.n > 0 && a->n_made > 0)
		wrong = "instances of a refused package";
	else if (a->findings.left_out > 0 && a->findings.n < FINDINGS_MAX)
		wrong = "findings left out where there is room";
	for (size_t i = 0; wrong == NULL && i < a->findings.n; i++)
		if (!finding_ok(&a->findings.v[i]))
			wrong = "a finding";
	for (size_t i = 0; wrong == NULL && i < a->n_made; i++)
		if (!made_ok(a, &a->made[i]))
			wrong = "an instance";
	return wrong == NULL ? 0 :
	    err_set(e, ERR_BUG, "a worker's answer is not sound: %s", wrong);
}

void
answer_free(struct answer *a)
{
	struct arena arena = a->arena;

	arena_free(&arena);
	*a = (struct answer){ .n_made = 0 };
}
