#include "transform/deliver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/mem.h"
#include "transform/config.h"
#include "transform/origin.h"
#include "transform/output.h"
#include "transform/papers.h"
#include "transform/plan.h"
#include "transform/route.h"
#include "watcher/check.h"

enum { ROUND = 32 };		/* instances whose files are open at a time */

/* A B instance whose files are being written. */
struct box {
	struct plan_instance *plan;
	struct output *output;
	bool *written;			/* by part */
	size_t at;			/* the part under way, or n_parts */
	uint64_t left;			/* bytes of it to come */
};

struct deliver {
	const struct config *config;
	int work;
	struct planner planner;
	struct checker *checker;
	struct buf text;
	/* of the package on the table */
	const struct deliver_job *job;
	struct checked checked;
	struct answer *answer;
	struct plan plan;
	struct box boxes[ROUND];
	size_t first, n_boxes;		/* the round: plan.v[first] on */
	struct err *err;
	bool failed;
};

/* ------------------------------------------------------------- a round */

static void
box_free(struct box *b)
{
	output_free(b->output);
	*b = (struct box){ .plan = NULL };
}

static void
close_round(struct deliver *d)
{
	for (size_t i = 0; i < d->n_boxes; i++)
		box_free(&d->boxes[i]);
	d->first += d->n_boxes;
	d->n_boxes = 0;
}

static void
reserve_names(struct deliver *d, struct box *b)
{
	struct plan_instance *p = b->plan;

	output_reserve(b->output, "instance.json");
	if (p->prefill != NULL)
		output_reserve(b->output, "create.json");
	output_reserve(b->output, papers_form_name(&d->text, p));
	for (size_t i = 0; i < p->n_parts; i++)
		output_reserve(b->output, p->parts[i].file);
	output_reserve(b->output, "manifest.json");
}

static int
put_papers(struct deliver *d, struct box *b)
{
	struct plan_instance *p = b->plan;
	struct buf *t = &d->text;
	int rc;

	buf_reset(t);
	papers_instance(t, p);
	rc = output_put(b->output, "instance.json", t->p, t->len, d->err);
	if (rc == 0 && p->prefill != NULL) {
		buf_reset(t);
		papers_create(t, p);
		rc = output_put(b->output, "create.json", t->p, t->len,
		    d->err);
	}
	if (rc == 0)
		rc = output_put(b->output, papers_form_name(t, p), p->form,
		    p->form_size, d->err);
	return rc;
}

static int
open_box(struct deliver *d, struct box *b, struct plan_instance *p)
{
	struct arena *arena = d->checked.arena;
	const char *from = arena_fmt(arena, "%" PRIu32 ".%s", d->job->item,
	    p->key);
	bool zip = d->config->conf->transform.output == OUTPUT_ZIP;

	*b = (struct box){ .plan = p, .at = p->n_parts };
	b->output = output_new(d->work, from, p->key, zip, arena, d->err);
	if (b->output == NULL)
		return -1;
	b->written = arena_zero(arena, p->n_parts + 1);
	reserve_names(d, b);
	return put_papers(d, b);
}

static void
open_round(struct deliver *d)
{
	size_t n = d->plan.n - d->first;

	for (size_t i = 0; i < n && i < ROUND && !d->failed; i++) {
		d->n_boxes++;
		if (open_box(d, &d->boxes[i], &d->plan.v[d->first + i]) == -1)
			d->failed = true;
	}
}

/* The first part that this element is and that was not written yet. */
static size_t
wanted_part(const struct box *b, const struct element *x)
{
	size_t i = 0;

	while (i < b->plan->n_parts && (b->written[i] ||
	    b->plan->parts[i].element != x))
		i++;
	return i;
}

static int
part_data(struct deliver *d, struct box *b, const struct element *x,
    const void *data, size_t n)
{
	const struct plan_part *p;

	if (b->at == b->plan->n_parts) {
		b->at = wanted_part(b, x);
		if (b->at == b->plan->n_parts)
			return 0;
		p = &b->plan->parts[b->at];
		b->left = (uint64_t)x->size;
		if (output_open(b->output, p->file, b->left, d->err) == -1)
			return -1;
	}
	/* More than was declared is a finding already. */
	if (n > b->left)
		n = (size_t)b->left;
	b->left -= n;
	return output_write(b->output, data, n, d->err);
}

static int
part_end(struct deliver *d, struct box *b)
{
	size_t at = b->at;

	if (at == b->plan->n_parts)
		return 0;
	b->written[at] = true;
	b->at = b->plan->n_parts;
	return output_close(b->output, d->err);
}

/* ---------------------------------------------------------------- hooks */

static void
on_element(void *arg, const struct element *x, const void *data, size_t n)
{
	struct deliver *d = arg;

	for (size_t i = 0; i < d->n_boxes && !d->failed; i++) {
		struct box *b = &d->boxes[i];

		if ((data != NULL ? part_data(d, b, x, data, n) :
		    part_end(d, b)) == -1)
			d->failed = true;
	}
}

static void
on_forms_read(void *arg, struct checked *c)
{
	struct deliver *d = arg;

	if (d->job->mode == DELIVER_CHECK || c->findings->n > 0)
		return;
	plan_make(&d->planner, c, &d->plan);
	if (d->job->mode == DELIVER_MAP && c->findings->n == 0)
		open_round(d);
}

static const struct app *
on_app(void *arg, const char *name)
{
	struct deliver *d = arg;

	return config_app(d->config, name);
}

static const struct take *
on_take(void *arg, const struct form_type *type)
{
	struct deliver *d = arg;

	return d->job->mode == DELIVER_CHECK ? NULL :
	    origin_taken(&d->config->takes, type);
}

/* ---------------------------------------------------------- the package */

struct deliver *
deliver_new(const struct config *config, int work)
{
	struct deliver *d = mem_alloc(sizeof *d);
	const struct conf *c = config->conf;
	struct check_rules rules = {
		.limits = { c->packages.max_bytes, c->packages.max_unpacked,
		    c->packages.max_entries, c->packages.max_ratio },
		.max_xml_depth = (unsigned)c->packages.max_xml_depth,
		.require_sums = c->packages.require_sums,
		.require_pdf = c->packages.require_pdf,
		.arg = d, .app = on_app, .take = on_take,
		.forms_read = on_forms_read, .element = on_element,
	};

	d->config = config;
	d->work = work;
	planner_init(&d->planner, config);
	d->checker = checker_new(&rules);
	return d;
}

void
deliver_free(struct deliver *d)
{
	if (d == NULL)
		return;
	planner_done(&d->planner);
	checker_free(d->checker);
	buf_free(&d->text);
	free(d);
}

void
deliver_watch(struct deliver *d, const struct plan_watch *w)
{
	d->planner.watch = w;
}

static bool
parts_left(const struct deliver *d)
{
	for (size_t i = 0; i < d->n_boxes; i++)
		for (size_t k = 0; k < d->boxes[i].plan->n_parts; k++)
			if (!d->boxes[i].written[k])
				return true;
	return false;
}

/* Once more over the package, for the parts that no pass has written. */
static int
another_pass(struct deliver *d)
{
	struct package *p = d->checked.package;
	struct package_entry entry;
	const void *data;
	size_t n;
	int more = package_rewind(p), bytes;

	while (more != -1 && !d->failed &&
	    (more = package_next(p, &entry)) == 1) {
		const struct element *x = entry.kind == ENTRY_ELEMENT ?
		    instance_element(&d->checked.instance, entry.element) :
		    NULL;

		while ((bytes = package_read(p, &data, &n)) == 1)
			if (x != NULL)
				on_element(d, x, data, n);
		if (x != NULL)
			on_element(d, x, NULL, 0);
		more = bytes;
	}
	/* It was whole the first time: now the disk gives other bytes. */
	if (more == -1 && !d->failed) {
		err_set(d->err, ERR_IO, "a package cannot be read twice");
		d->failed = true;
	}
	return d->failed ? -1 : 0;
}

static int
finish_box(struct deliver *d, struct box *b, struct made *m)
{
	struct plan_instance *p = b->plan;
	struct buf *t = &d->text;

	buf_reset(t);
	papers_manifest(t, p, &d->checked, d->config->conf, d->job->name,
	    b->output);
	if (output_put(b->output, "manifest.json", t->p, t->len,
	    d->err) == -1)
		return -1;
	m->app = p->route->to->name;
	m->owner = p->tag;
	m->key = p->key;
	return output_end(b->output, m, d->err);
}

static int
finish_round(struct deliver *d)
{
	while (parts_left(d))
		if (another_pass(d) == -1)
			return -1;
	for (size_t i = 0; i < d->n_boxes; i++)
		if (finish_box(d, &d->boxes[i],
		    &d->answer->made[d->first + i]) == -1)
			return -1;
	close_round(d);
	return 0;
}

static int
deliver_all(struct deliver *d)
{
	struct answer *a = d->answer;

	a->made = arena_zero(&a->arena, (d->plan.n + 1) * sizeof *a->made);
	while (!d->failed && d->first < d->plan.n) {
		if (d->n_boxes == 0)
			open_round(d);
		if (!d->failed && finish_round(d) == -1)
			d->failed = true;
	}
	if (!d->failed)
		a->n_made = d->plan.n;
	return d->failed ? -1 : 0;
}

static void
tell_facts(struct deliver *d)
{
	const struct checked *c = &d->checked;
	struct answer *a = d->answer;

	memcpy(a->sha256, c->sha256, sizeof a->sha256);
	a->size = c->size;
	memcpy(a->guid, c->instance.guid, sizeof a->guid);
	if (c->instance.app != NULL && id_app_ok(c->instance.app))
		snprintf(a->app, sizeof a->app, "%s", c->instance.app);
}

int
deliver_package(struct deliver *d, const struct deliver_job *job,
    struct answer *a, struct err *e)
{
	struct arena arena = a->arena;
	int rc = 0;

	arena_reset(&arena);
	*a = (struct answer){ .arena = arena };
	findings_init(&a->findings, &a->arena);
	d->job = job;
	d->planner.earlier = job->earlier;
	d->answer = a;
	d->plan = (struct plan){ 0 };
	d->first = d->n_boxes = 0;
	d->err = e;
	d->failed = false;
	checker_told(d->checker, job->sha256);
	check_package(d->checker, job->fd, &a->arena, &a->findings,
	    &d->checked);
	if (job->mode == DELIVER_MAP && a->findings.n == 0 && !d->failed)
		deliver_all(d);
	rc = d->failed ? -1 : 0;
	tell_facts(d);
	close_round(d);
	check_done(&d->checked);
	return rc;
}
