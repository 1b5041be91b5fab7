#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/instance.h"
#include "schemas/jsonin.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/house.h"
#include "watcher/rules.h"

/*
 * instance.json: read twice with the same result, then held to its app.  The
 * list of findings may be full before: bad names come before it.
 */

static void
check_elements(const struct instance *i, struct findings *f)
{
	assert(i->n_elements <= INSTANCE_ELEMENTS_MAX);
	for (size_t k = 0; k < i->n_elements; k++) {
		const struct element *e = &i->elements[k];

		assert(e->id != NULL && e->type != NULL);
		assert(instance_element(i, e->id) != NULL);
		rules_content(e, "%PDF-1.4", 8, f);
		rules_content(e, "", 0, f);
	}
}

static void
check_paths(const struct instance *i)
{
	static const char *const paths[] = { "id", "process.ended",
	    "data.0.id", "status.isArchived", "instanceOwner.partyId", "" };
	char room[200];

	for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) {
		const char *s = jsonin_text(i->root, paths[k], room,
		    sizeof room);

		assert(s == NULL || memchr(s, '\0', 4 << 20) != NULL);
	}
}

static void
fill(struct findings *f)
{
	for (int i = 0; i < FINDINGS_MAX; i++)
		findings_add(f, F_ENTRY_NAME, "x", 0, NULL, "a bad name");
}

static void
read_once(struct fuzz in, bool full, struct buf *told)
{
	struct instance i = { .root = NULL };
	struct arena arena = { 0 };
	struct findings f;

	findings_init(&f, &arena);
	if (full)
		fill(&f);
	if (instance_read(&i, &arena, in.p, in.n, &f) == 0) {
		assert(i.root != NULL);
		instance_complete(&i, &f);
		check_elements(&i, &f);
		rules_elements(&i, house_app(house_a), &f);
		check_paths(&i);
	} else {
		assert(full || findings_has(&f, F_INSTANCE_MALFORMED));
	}
	assert(*i.guid == '\0' || id_guid_ok(i.guid));
	assert(f.n > 0 || (id_guid_ok(i.guid) && id_app_ok(i.app)));
	if (!full)
		fuzz_findings(&f);
	fuzz_tell(told, &f);
	buf_fmt(told, "%s %zu", i.guid, i.n_elements);
	instance_done(&i);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = { fuzz_copy(fuzz_input(data, size)), size };
	struct buf one = { 0 }, two = { 0 };

	read_once(in, false, &one);
	read_once(in, false, &two);
	assert(strcmp(buf_text(&one), buf_text(&two)) == 0);
	buf_reset(&two);
	read_once(in, true, &two);
	buf_free(&one);
	buf_free(&two);
	free((void *)in.p);
	return 0;
}
