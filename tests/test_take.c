#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "spool/arena.h"
#include "watcher/take.h"

static const char *const post[] = { "Melding", "Post", "kode" };
static const char *const name[] = { "Melding", "navn" };

static void
a_path_is_found_by_its_names(void **unused)
{
	struct arena arena = { 0 };
	struct take top = { 0 };
	const struct take *t, *end;

	(void)unused;
	end = take_path(&top, &arena, post, 3);
	t = take_child(&top, "Melding");
	assert_non_null(t);
	t = take_child(t, "Post");
	assert_non_null(t);
	assert_ptr_equal(take_child(t, "kode"), end);
	assert_null(take_child(end, "kode"));
	assert_null(take_child(&top, "melding"));
	assert_null(take_child(&top, "Meldin"));
	assert_null(take_child(&top, "Post"));
	assert_null(take_child(&top, ""));
	assert_false(top.whole || t->whole || end->whole);
	arena_free(&arena);
}

static void
paths_share_what_they_have_in_common(void **unused)
{
	struct arena arena = { 0 };
	struct take top = { 0 };
	struct take *first, *second;

	(void)unused;
	first = take_path(&top, &arena, post, 3);
	second = take_path(&top, &arena, name, 2);
	assert_ptr_equal(take_path(&top, &arena, post, 3), first);
	assert_ptr_equal(take_path(&top, &arena, name, 2), second);
	assert_ptr_equal(take_path(&top, &arena, post, 1),
	    take_child(&top, "Melding"));
	assert_null(top.child->next);
	assert_ptr_equal(take_child(top.child, "navn"), second);
	assert_non_null(take_child(top.child, "Post"));
	arena_free(&arena);
}

static void
no_path_is_the_node_above_the_root(void **unused)
{
	struct arena arena = { 0 };
	struct take top = { 0 };

	(void)unused;
	assert_ptr_equal(take_path(&top, &arena, NULL, 0), &top);
	assert_null(take_child(&top, "Melding"));
	arena_free(&arena);
}

static void
names_are_copied(void **unused)
{
	struct arena arena = { 0 };
	struct take top = { 0 };
	char text[] = "Melding";
	const char *path[] = { text };

	(void)unused;
	take_path(&top, &arena, path, 1);
	strcpy(text, "ANNEN");
	assert_non_null(take_child(&top, "Melding"));
	assert_null(take_child(&top, "ANNEN"));
	arena_free(&arena);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_found_by_its_names),
		cmocka_unit_test(paths_share_what_they_have_in_common),
		cmocka_unit_test(no_path_is_the_node_above_the_root),
		cmocka_unit_test(names_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
