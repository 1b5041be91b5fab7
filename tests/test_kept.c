#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libxml/xpath.h>
#include <string.h>

#include "spool/arena.h"
#include "watcher/kept.h"

#define N(table) (sizeof (table) / sizeof *(table))

/* <Skjema kode="A &amp; B" nr="2"><navn>Åse</navn><post><n>1</n></post>
 * <post><n>2</n></post><tom/></Skjema> */
static xmlDocPtr
sample(struct arena *arena)
{
	xmlDocPtr doc = kept_document(arena);
	xmlNodePtr root, post;

	root = kept_element(arena, (xmlNodePtr)doc, "Skjema", 1);
	kept_attribute(arena, root, "kode", "A & B, and more", 5);
	kept_attribute(arena, root, "nr", "2", 1);
	kept_text(arena, kept_element(arena, root, "navn", 2), "Åsex", 4);
	for (int i = 1; i <= 2; i++) {
		post = kept_element(arena, root, "post", 2 + i);
		kept_text(arena, kept_element(arena, post, "n", 2 + i),
		    i == 1 ? "1" : "2", 1);
	}
	kept_element(arena, root, "tom", 5);
	return doc;
}

static void
xpath_reads_it_like_any_document(void **unused)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "name(/*)", "Skjema" },
		{ "namespace-uri(/*)", "" },
		{ "/Skjema/navn", "Åse" },
		{ "/Skjema/@kode", "A & B" },
		{ "/Skjema/@*[2]", "2" },
		{ "count(/Skjema/@*)", "2" },
		{ "count(/Skjema/post)", "2" },
		{ "sum(//n)", "3" },
		{ "/Skjema/post[2]/n", "2" },
		{ "/Skjema/post[n = 2]/preceding-sibling::post/n", "1" },
		{ "name(//n[. = 1]/../following-sibling::*[last()])", "tom" },
		{ "name(//navn/following::n[1]/..)", "post" },
		{ "count(/Skjema/tom/node())", "0" },
		{ "string-length(/Skjema/tom)", "0" },
		{ "name(//@nr/..)", "Skjema" },
		{ "count(//text())", "3" },
		{ "string(/)", "Åse12" },
		{ "count(/Skjema/borte)", "0" },
	};
	struct arena arena = { 0 };
	xmlXPathContextPtr x;

	(void)unused;
	x = xmlXPathNewContext(sample(&arena));
	for (size_t i = 0; i < N(rows); i++) {
		xmlXPathObjectPtr o = xmlXPathEvalExpression(
		    (const xmlChar *)rows[i].path, x);
		xmlChar *s = xmlXPathCastToString(o);

		if (strcmp((const char *)s, rows[i].want) != 0)
			fail_msg("%s is %s, not %s", rows[i].path,
			    (const char *)s, rows[i].want);
		xmlFree(s);
		xmlXPathFreeObject(o);
	}
	xmlXPathFreeContext(x);
	arena_free(&arena);
}

/* Every node knows its parent, its brothers and its document. */
static void
expect_linked(xmlNodePtr parent)
{
	xmlNodePtr before = NULL;

	for (xmlNodePtr n = parent->children; n != NULL; n = n->next) {
		assert_ptr_equal(n->parent, parent);
		assert_ptr_equal(n->prev, before);
		assert_ptr_equal(n->doc, parent->doc);
		if (n->type == XML_ELEMENT_NODE)
			expect_linked(n);
		before = n;
	}
	assert_ptr_equal(parent->last, before);
}

static void
every_node_is_linked_both_ways(void **unused)
{
	struct arena arena = { 0 };
	xmlDocPtr doc = sample(&arena);
	xmlNodePtr root = doc->children;
	xmlAttrPtr a = root->properties;

	(void)unused;
	expect_linked((xmlNodePtr)doc);
	assert_null(a->prev);
	assert_ptr_equal(a->next->prev, a);
	assert_null(a->next->next);
	for (; a != NULL; a = a->next) {
		assert_ptr_equal(a->parent, root);
		assert_ptr_equal(a->doc, doc);
		assert_ptr_equal(a->children, a->last);
		assert_ptr_equal(a->children->parent, a);
	}
	arena_free(&arena);
}

static void
an_element_knows_its_line(void **unused)
{
	struct arena arena = { 0 };
	xmlNodePtr root = sample(&arena)->children;

	(void)unused;
	assert_int_equal(root->line, 1);
	assert_int_equal(root->last->line, 5);
	arena_free(&arena);
}

static void
what_is_kept_may_change_where_it_came_from(void **unused)
{
	struct arena arena = { 0 };
	char text[] = "before", name[] = "kode";
	xmlNodePtr root;

	(void)unused;
	root = kept_element(&arena, (xmlNodePtr)kept_document(&arena), "a", 1);
	kept_attribute(&arena, root, name, text, 6);
	kept_text(&arena, root, text, 6);
	strcpy(text, "after!");
	strcpy(name, "edok");
	assert_string_equal((char *)root->properties->name, "kode");
	assert_string_equal((char *)root->properties->children->content,
	    "before");
	assert_string_equal((char *)root->children->content, "before");
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xpath_reads_it_like_any_document),
		cmocka_unit_test(every_node_is_linked_both_ways),
		cmocka_unit_test(an_element_knows_its_line),
		cmocka_unit_test(what_is_kept_may_change_where_it_came_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
