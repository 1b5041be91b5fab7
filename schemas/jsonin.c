#include "schemas/jsonin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/mem.h"
#include "spool/number.h"

static const char bom[] = "\xef\xbb\xbf";

static void
fail(struct jsonin_error *e, long line, long column, const char *text)
{
	e->line = line;
	e->column = column;
	snprintf(e->text, sizeof e->text, "%s", text);
}

/*
 * The end of a string that begins at text[i]; n when it has none.  jansson
 * then says what is wrong with it.
 */
static size_t
skip_string(const char *text, size_t n, size_t i)
{
	for (i++; i < n && text[i] != '"'; i++)
		if (text[i] == '\\')
			i++;
	return i < n ? i : n - 1;
}

static size_t
depth_of(const char *text, size_t n)
{
	size_t depth = 0, deepest = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"')
			i = skip_string(text, n, i);
		else if (text[i] == '{' || text[i] == '[')
			depth++;
		else if ((text[i] == '}' || text[i] == ']') && depth > 0)
			depth--;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

static json_t *
load(const char *text, size_t n, size_t flags, struct jsonin_error *e)
{
	json_error_t je;
	json_t *root;

	if (n > JSONIN_MAX) {
		fail(e, 0, 0, "the document is too large");
		return NULL;
	}
	if (depth_of(text, n) > JSONIN_DEPTH) {
		fail(e, 0, 0, "values are nested too deep");
		return NULL;
	}
	root = json_loadb(text, n, flags, &je);
	if (root == NULL) {
		/* The part behind "near" repeats the document's own text. */
		char *near = strstr(je.text, " near ");

		if (near != NULL)
			*near = '\0';
		fail(e, je.line, je.column, je.text);
	}
	return root;
}

json_t *
jsonin_strict(const char *text, size_t n, struct jsonin_error *e)
{
	return load(text, n, JSON_REJECT_DUPLICATES, e);
}

/* Blank out each comma that only white space parts from a bracket. */
static void
drop_trailing_commas(char *text, size_t n)
{
	size_t k;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"')
			i = skip_string(text, n, i);
		if (text[i] != ',')
			continue;
		k = i + 1 + strspn(text + i + 1, " \t\r\n");
		if (k < n && (text[k] == '}' || text[k] == ']'))
			text[i] = ' ';
	}
}

json_t *
jsonin_lenient(const char *text, size_t n, struct jsonin_error *e)
{
	char *copy;
	json_t *root;

	if (n >= 3 && memcmp(text, bom, 3) == 0) {
		text += 3;
		n -= 3;
	}
	copy = mem_dupn(text, n);
	drop_trailing_commas(copy, n);
	root = load(copy, n, 0, e);
	free(copy);
	return root;
}

static json_t *
present(json_t *v)
{
	return json_is_null(v) ? NULL : v;
}

json_t *
jsonin_get(const json_t *object, const char *name)
{
	return present(json_object_get(object, name));
}

json_t *
jsonin_get_any_case(const json_t *object, const char *name)
{
	json_t *hit = json_object_get(object, name);
	void *i;

	if (hit != NULL || !json_is_object(object))
		return present(hit);
	for (i = json_object_iter((json_t *)object); i != NULL;
	    i = json_object_iter_next((json_t *)object, i))
		if (strcasecmp(json_object_iter_key(i), name) == 0)
			return present(json_object_iter_value(i));
	return NULL;
}

static const char *
scalar(const json_t *v, char *out, size_t size)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		return json_string_value(v);
	case JSON_INTEGER:
		snprintf(out, size, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(v));
		return out;
	case JSON_REAL:
		snprintf(out, size, "%.15g", json_real_value(v));
		return out;
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return NULL;
	}
}

/* A list's member by its number. */
static const json_t *
item(const json_t *list, const char *name)
{
	if (name[0] == '\0' || !number_digits(name, strlen(name)))
		return NULL;
	return json_array_get(list, strtoul(name, NULL, 10));
}

const char *
jsonin_text(const json_t *v, const char *path, char *out, size_t size)
{
	char name[128];

	while (v != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		if (n >= sizeof name)
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		if (json_is_array(v))
			v = item(v, name);
		else
			v = jsonin_get(v, name);
		path += n + (path[n] == '.' ? 1 : 0);
	}
	return v != NULL ? scalar(v, out, size) : NULL;
}

void
jsonin_prepare(void)
{
	json_object_seed(0);
}
