#ifndef WATCHER_TAKE_H
#define WATCHER_TAKE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * take: which parts of a form the maps read, as a tree of names.
 *
 * A form is kept in memory only where this tree reaches: an element is kept
 * when its path is in the tree, with its attributes and, when it is a leaf,
 * its text; below a node that is `whole`, everything is.  An empty tree keeps
 * nothing, which is all that a mere check needs.
 */

struct arena;

struct take {
	const char *name;		/* NULL for the node above the root */
	bool whole;
	struct take *child, *next;
};

/*
 * Add the path of `n` element names from the root; gives its last node.  The
 * names are copied into the arena.
 */
struct take *take_path(struct take *, struct arena *,
    const char *const *names, size_t n);
const struct take *take_child(const struct take *, const char *name);

#endif
