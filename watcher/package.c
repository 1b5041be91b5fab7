#include "watcher/package.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/entryname.h"
#include "watcher/member.h"
#include "watcher/source.h"
#include "watcher/unpack.h"

#define DOT "./"
enum { DOT_LEN = sizeof DOT - 1 };

struct package {
	struct source *source;
	struct findings *findings;
	struct members members;
	struct unpack *unpack;
	bool source_told;
	bool decided;			/* long or short form is known */
	char folder[ENTRY_FOLDER_MAX + 1];
	void *seen;			/* tree of names, without case */
	bool has_instance;
	size_t next;			/* number of the next member */
	size_t judged;			/* members that were judged before */
	bool again;			/* this one was: it is told already */
	struct buf shown;
};

static const struct {
	enum finding_code code;
	const char *text;
} faults[] = {
	[SOURCE_FINE] = { F_IO_ERROR, "" },
	[SOURCE_NOT_A_FILE] = { F_NOT_A_FILE, "no plain file" },
	[SOURCE_CHANGED] = { F_CHANGED_WHILE_READ,
	    "the file changed while it was read" },
	[SOURCE_IO] = { F_IO_ERROR, "the file cannot be read" },
};

_Static_assert(sizeof faults / sizeof *faults == SOURCE_FAULTS,
    "every fault needs a row");

static void
tell_fault(struct findings *f, enum source_fault fault)
{
	findings_add(f, faults[fault].code, NULL, 0, NULL, "%s",
	    faults[fault].text);
}

static int
fail(struct package *p)
{
	enum source_fault fault = source_fault(p->source);

	if (fault != SOURCE_FINE && !p->source_told) {
		p->source_told = true;
		tell_fault(p->findings, fault);
	}
	return -1;
}

static void
tell(struct package *p, const struct member *m, enum finding_code code,
    const char *what)
{
	if (p->again)
		return;
	buf_reset(&p->shown);
	member_show(&p->shown, m->name, m->name_len);
	findings_add(p->findings, code, buf_text(&p->shown), 0, NULL, "%s",
	    what);
}

static bool
size_ok(struct package *p, uint64_t most)
{
	uint64_t size = source_size(p->source);

	if (size <= most)
		return true;
	findings_add(p->findings, F_PACKAGE_TOO_LARGE, NULL, 0, NULL,
	    "the file has %llu bytes, at most %llu are allowed",
	    (unsigned long long)size, (unsigned long long)most);
	return false;
}

struct package *
package_open(int fd, const struct package_limits *limits, const char *sha256,
    struct findings *f)
{
	enum source_fault fault;
	struct source *source = source_open(fd, &fault);
	struct package *p;

	if (source == NULL) {
		tell_fault(f, fault);
		return NULL;
	}
	if (sha256 != NULL)
		source_told(source, sha256);
	p = mem_alloc(sizeof *p);
	p->source = source;
	p->findings = f;
	if (size_ok(p, limits->max_bytes))
		p->unpack = unpack_open(source, limits, &p->members, f);
	if (p->unpack == NULL) {
		fail(p);
		package_free(p);
		return NULL;
	}
	return p;
}

/* The tree borrows its names from the members. */
static void
keep(void *name)
{
	(void)name;
}

static void
forget_names(struct package *p)
{
	tdestroy(p->seen, keep);
	p->seen = NULL;
}

void
package_free(struct package *p)
{
	if (p == NULL)
		return;
	forget_names(p);
	unpack_free(p->unpack);
	source_free(p->source);
	members_free(&p->members);
	buf_free(&p->shown);
	free(p);
}

static int
by_name(const void *a, const void *b)
{
	return strcasecmp(a, b);
}

/*
 * tar -cf x.tar . writes ./ before each name: one is passed over.  Any more,
 * as in ././a or .//a, and the name is at fault as it was.
 */
static struct member
without_dot(const struct member *m)
{
	struct member plain = *m;

	if (m->name_len > DOT_LEN && memcmp(m->name, DOT, DOT_LEN) == 0) {
		plain.name += DOT_LEN;
		plain.name_len -= DOT_LEN;
	}
	return plain;
}

/* The folder that all the others are in. */
static bool
is_top(const struct member *m)
{
	return m->type == MEMBER_FOLDER && (strcmp(m->name, DOT) == 0 ||
	    strcmp(m->name, ".") == 0) && strlen(m->name) == m->name_len;
}

/* Was this name, or one that only differs in case, there before? */
static bool
seen_before(struct package *p, const char *name)
{
	const char **slot = tsearch(name, &p->seen, by_name);

	if (slot == NULL)
		mem_exhausted();
	return *slot != name;
}

static void
judge_folder(struct package *p, const struct member *m)
{
	char name[ENTRY_NAME_MAX + 1];
	size_t n = m->name_len;

	if (n > 0 && m->name[n - 1] == '/')
		n--;
	if (entryname_fault(m->name, n) != NULL)
		return;
	memcpy(name, m->name, n);
	name[n] = '\0';
	if (!entryname_folder_ok(name, p->folder))
		tell(p, m, F_ENTRY_UNEXPECTED,
		    "a folder that does not belong in a package");
}

/*
 * The first plain entry that fits a form decides for the package.  Folders
 * that went before are judged then.
 */
static void
decide(struct package *p, const char *name)
{
	enum entry_kind kind;
	size_t n = entryname_folder(name);

	if (n == 0 && !entryname_kind(name, "", &kind))
		return;
	memcpy(p->folder, name, n);
	p->folder[n] = '\0';
	p->decided = true;
	for (size_t i = 0; i < p->next; i++) {
		const struct member plain = without_dot(&p->members.v[i]);

		if (plain.type == MEMBER_FOLDER)
			judge_folder(p, &plain);
	}
}

/* The name below the package's folder, or NULL when it is not below it. */
static const char *
below(const struct package *p, const char *name)
{
	size_t n = strlen(p->folder);

	if (n == 0)
		return name;
	return strncmp(name, p->folder, n) == 0 && name[n] == '/' ?
	    name + n + 1 : NULL;
}

static bool
judge_file(struct package *p, const struct member *m, struct package_entry *e)
{
	const char *name;

	if (seen_before(p, m->name)) {
		tell(p, m, F_ENTRY_DUPLICATE, "the package has this entry "
		    "twice, or two that differ only in case");
		return false;
	}
	if (!p->decided)
		decide(p, m->name);
	name = p->decided ? below(p, m->name) : NULL;
	if (name == NULL || !entryname_kind(name, p->folder, &e->kind)) {
		tell(p, m, F_ENTRY_UNEXPECTED, "does not belong in a package");
		return false;
	}
	if (e->kind == ENTRY_INSTANCE && p->has_instance) {
		tell(p, m, F_ENTRY_DUPLICATE, "a second instance document");
		return false;
	}
	p->has_instance |= e->kind == ENTRY_INSTANCE;
	e->name = name;
	e->element[0] = '\0';
	if (e->kind == ENTRY_ELEMENT)
		memcpy(e->element, strrchr(name, '/') + 1, sizeof e->element);
	return true;
}

static const char *
name_fault(const struct member *m)
{
	size_t n = m->name_len;

	if (m->type != MEMBER_FILE && n > 1 && m->name[n - 1] == '/')
		n--;
	return entryname_fault(m->name, n);
}

/* True when the member is an entry to hand out. */
static bool
judge(struct package *p, const struct member *m, struct package_entry *e)
{
	const char *fault = is_top(m) ? NULL : name_fault(m);

	if (fault != NULL) {
		tell(p, m, F_ENTRY_NAME, fault);
		return false;
	}
	switch (m->type) {
	case MEMBER_FILE:
		return judge_file(p, m, e);
	case MEMBER_FOLDER:
		if (p->decided && !is_top(m))
			judge_folder(p, m);
		return false;
	case MEMBER_SPECIAL:
		tell(p, m, F_ENTRY_TYPE, "neither a plain file nor a folder");
		return false;
	}
	return false;
}

int
package_next(struct package *p, struct package_entry *e)
{
	const struct member *m;
	struct member plain;
	bool give = false;
	int rc;

	do {
		rc = unpack_next(p->unpack, &m);
		if (rc != 1)
			break;
		p->again = ++p->next <= p->judged;
		plain = without_dot(m);
		give = judge(p, &plain, e);
		if (!p->again)
			p->judged = p->next;
	} while (!give);
	return rc == -1 ? fail(p) : rc;
}

int
package_read(struct package *p, const void **data, size_t *n)
{
	int rc = unpack_read(p->unpack, data, n);

	return rc == -1 ? fail(p) : rc;
}

int
package_rewind(struct package *p)
{
	forget_names(p);
	p->next = 0;
	p->has_instance = false;
	return unpack_rewind(p->unpack) == -1 ? fail(p) : 0;
}

const char *
package_folder(const struct package *p)
{
	return p->folder;
}

uint64_t
package_size(const struct package *p)
{
	return source_size(p->source);
}

void
package_hash(struct package *p, char sha256[DIGEST_HEX + 1])
{
	if (source_hash(p->source, sha256) == -1) {
		sha256[0] = '\0';
		fail(p);
	}
}

int
package_hash_file(int fd, char sha256[DIGEST_HEX + 1], uint64_t *size)
{
	enum source_fault fault;
	struct source *s = source_open(fd, &fault);
	int rc = -1;

	if (s != NULL) {
		*size = source_size(s);
		rc = source_hash(s, sha256);
	}
	source_free(s);
	return rc;
}
