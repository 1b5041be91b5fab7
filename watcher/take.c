#include "watcher/take.h"

#include <string.h>

#include "spool/arena.h"

static struct take *
find(const struct take *t, const char *name)
{
	struct take *c = t->child;

	while (c != NULL && strcmp(c->name, name) != 0)
		c = c->next;
	return c;
}

struct take *
take_path(struct take *t, struct arena *arena, const char *const *names,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct take *c = find(t, names[i]);

		if (c == NULL) {
			c = arena_zero(arena, sizeof *c);
			c->name = arena_dup(arena, names[i]);
			c->next = t->child;
			t->child = c;
		}
		t = c;
	}
	return t;
}

const struct take *
take_child(const struct take *t, const char *name)
{
	return find(t, name);
}
