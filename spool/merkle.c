#include "spool/merkle.h"

#include <string.h>

void
merkle_begin(struct merkle *m)
{
	*m = (struct merkle){ .digest = digest_new() };
}

static void
join(struct digest *d, const unsigned char *left, const unsigned char *right,
    unsigned char *out)
{
	digest_begin(d);
	digest_add(d, "\1", 1);
	digest_add(d, left, DIGEST_SIZE);
	digest_add(d, right, DIGEST_SIZE);
	digest_end(d, out);
}

/* Each tree of the size of the one behind it becomes one with it. */
void
merkle_add(struct merkle *m, const char *line, size_t len)
{
	digest_begin(m->digest);
	digest_add(m->digest, "\0", 1);
	digest_add(m->digest, line, len);
	digest_add(m->digest, "\n", 1);
	digest_end(m->digest, m->tree[m->n++]);
	m->size++;
	for (int64_t k = m->size; (k & 1) == 0; k >>= 1) {
		m->n--;
		join(m->digest, m->tree[m->n - 1], m->tree[m->n],
		    m->tree[m->n - 1]);
	}
}

void
merkle_root(const struct merkle *m, unsigned char root[DIGEST_SIZE])
{
	if (m->n == 0) {
		digest_of("", 0, root);
		return;
	}
	memcpy(root, m->tree[m->n - 1], DIGEST_SIZE);
	for (size_t i = m->n - 1; i > 0; i--)
		join(m->digest, m->tree[i - 1], root, root);
}

void
merkle_free(struct merkle *m)
{
	digest_free(m->digest);
}
