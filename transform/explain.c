#include "transform/explain.h"

#include <stdlib.h>
#include <string.h>

#include "spool/answer.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/text.h"
#include "transform/deliver.h"
#include "transform/explain_parts.h"
#include "transform/map.h"

enum { FLUSH = 64 * 1024 };

static const char ellipsis[] = "…";

/* An explain, and where its text goes. */
struct telling {
	struct explain x;
	int fd;
	bool failed;
	struct err *err;
};

/* ---------------------------------------------------------------- texts */

static const char *
cut(struct explain *x, const char *s, size_t n)
{
	size_t most = x->writer->cut, i = 0, count = 0, k;

	while (i < n && count < most && (k = text_utf8(s + i, n - i)) > 0) {
		i += k;
		count++;
	}
	if (i == n)
		return arena_dupn(&x->arena, s, n);
	return arena_fmt(&x->arena, "%.*s%s", (int)i, s, ellipsis);
}

const char *
explain_show(struct explain *x, const char *s)
{
	struct buf b = { 0 };
	const char *shown;

	text_show(&b, s, strlen(s));
	shown = cut(x, buf_text(&b), b.len);
	buf_free(&b);
	return shown;
}

/* The k-th [] gets the k-th number. */
static const char *
numbered(struct explain *x, const char *target, const size_t *numbers,
    size_t depth)
{
	struct buf b = { 0 };
	const char *s, *at;

	for (size_t i = 0; i < depth &&
	    (at = strstr(target, "[]")) != NULL; i++) {
		buf_add(&b, target, (size_t)(at - target));
		buf_fmt(&b, "[%zu]", numbers[i]);
		target = at + 2;
	}
	buf_str(&b, target);
	s = arena_dup(&x->arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* ---------------------------------------------------------------- hooks */

static void
flush(struct telling *t, size_t most)
{
	if (t->x.out.len <= most)
		return;
	if (!t->failed && fsx_write(t->fd, t->x.out.p, t->x.out.len,
	    t->err) == -1)
		t->failed = true;
	buf_reset(&t->x.out);
}

static void
end_rows(struct telling *t)
{
	t->x.writer->rows_end(&t->x);
	t->x.n_rows = 0;
	arena_reset(&t->x.arena);
	flush(t, FLUSH);
}

static void
on_route(void *arg, const struct route *r, enum plan_applies how, size_t n)
{
	struct telling *t = arg;

	end_rows(t);
	t->x.route = r;
	t->x.writer->route(&t->x, how, n);
}

static void
on_instance(void *arg, const struct plan_instance *p, bool has_owner)
{
	struct telling *t = arg;

	end_rows(t);
	t->x.index = p->index;
	t->x.of = p->of;
	t->x.owner = has_owner ? arena_dup(&t->x.arena, p->tag) : NULL;
	t->x.writer->instance(&t->x, p);
}

static void
show_values(struct explain *x, const struct fill_seen *s,
    struct explain_row *row)
{
	const char **v;
	size_t n = s->n < EXPLAIN_VALUES ? s->n : EXPLAIN_VALUES;

	if (s->row == NULL)
		n = 0;
	v = arena_take(&x->arena, (n + 1) * sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = explain_show(x, s->values[i]);
	row->values = v;
	row->n_values = n;
}

static void
on_row(void *arg, const struct fill_seen *s)
{
	struct telling *t = arg;
	struct explain *x = &t->x;
	const struct map_row *r = s->row != NULL ? s->row : s->group->row;
	struct explain_row row = {
		.line = r->line,
		.target = numbered(x, r->target, s->numbers, s->depth),
		.source = explain_show(x, r->source),
		.convert = explain_show(x, s->row != NULL ? r->conversion :
		    ""),
		.condition = explain_show(x, r->condition),
		.of_values = s->n, .list = s->row == NULL,
		.outcome = s->outcome,
		.result = explain_show(x, s->result != NULL ? s->result : ""),
		.code = "", .why = "",
	};

	show_values(x, s, &row);
	if (s->outcome == FILL_FAULT) {
		row.code = finding_name(s->code);
		row.why = explain_show(x, s->why);
	}
	x->writer->row(x, &row);
}

/* ---------------------------------------------------------------- whole */

int
explain_package(const struct config *config, const struct explain_job *job,
    bool *findings, struct err *e)
{
	struct telling t = { .fd = job->out, .err = e, .x = {
	    .writer = job->json ? explain_json() : explain_text(),
	    .package = job->name } };
	struct plan_watch watch = { .route = on_route,
	    .instance = on_instance, .arg = &t,
	    .fill = { .row = on_row, .arg = &t } };
	struct deliver_job deliver = { .mode = DELIVER_PROBE, .fd = job->fd,
	    .name = job->name };
	struct deliver *d = deliver_new(config, -1);
	struct answer a = { .n_made = 0 };
	int rc;

	deliver_watch(d, &watch);
	rc = deliver_package(d, &deliver, &a, e);
	if (rc == 0) {
		end_rows(&t);
		t.x.writer->end(&t.x, &a);
		flush(&t, 0);
		rc = t.failed ? -1 : 0;
		*findings = a.findings.n > 0;
	}
	answer_free(&a);
	deliver_free(d);
	buf_free(&t.x.out);
	arena_free(&t.x.arena);
	free(t.x.rows);
	return rc;
}
