#ifndef SPOOL_JSON_H
#define SPOOL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * json: our own JSON, written and read back.
 *
 * The writer makes either compact lines (ledger, --json) or documents two
 * spaces deep (DESIGN 6); key is NULL inside a list and for the outermost
 * value.  Strings must be UTF-8; what comes from strangers passes text_show()
 * first.  The reader takes one member out of a line that we wrote: it is no
 * general parser and never sees a package (jansson in the worker does that).
 */

struct buf;

enum { JSON_DEPTH = 16 };

struct json {
	struct buf *out;
	bool pretty;
	int depth;
	bool filled[JSON_DEPTH];
};

void json_init(struct json *, struct buf *out, bool pretty);
void json_open(struct json *, const char *key, char bracket);  /* { or [ */
void json_close(struct json *, char bracket);		       /* } or ] */
void json_str(struct json *, const char *key, const char *);   /* NULL: none */
void json_strn(struct json *, const char *key, const char *, size_t);
void json_num(struct json *, const char *key, int64_t);
void json_bool(struct json *, const char *key, bool);
void json_raw(struct json *, const char *key, const char *);   /* is JSON */

/*
 * The value of the member `key` of the outermost object in `line`.
 * json_get_str writes it unescaped; false when it is not there, is of another
 * kind, or not of our writing (\u escapes from U+0080 up).  json_get_raw gives
 * the bytes of the value as they are.
 */
bool json_get_str(const char *line, const char *key, struct buf *);
bool json_get_num(const char *line, const char *key, int64_t *);
bool json_get_raw(const char *line, const char *key, const char **, size_t *);

#endif
