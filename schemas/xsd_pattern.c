#include <ctype.h>
#include <string.h>

#include "schemas/xsd.h"

/*
 * The end of the class that begins at p.  A [ opens another only behind a -:
 * elsewhere .NET takes it as it is.
 */
static const char *
class_end(const char *p)
{
	int depth = 0;
	bool first = false;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
			first = false;
		} else if (*p == '[' && (depth == 0 || p[-1] == '-')) {
			depth++;
			p += p[1] == '^' ? 1 : 0;
			first = true;
		} else if (*p == ']' && !first && --depth == 0)
			return p + 1;
		else
			first = false;
	}
	return p;
}

/* Whether only more $ stand between p and the end of its branch. */
static bool
ends_branch(const char *p)
{
	p += strspn(p, "$");
	return *p == '\0' || *p == '|' || *p == ')';
}

/* .NET escapes any sign, XSD only its own: \$ and \/ are $ and /. */
static bool
idle_escape(const char *p)
{
	return p[0] == '\\' && ispunct((unsigned char)p[1]) &&
	    strchr("\\|.?*+(){}-[]^", p[1]) == NULL;
}

bool
xsd_unanchor(const char *p, char *out)
{
	const char *end;
	bool begins = true, changed = false;

	while (*p != '\0') {
		if ((*p == '^' && begins) || (*p == '$' && ends_branch(p))) {
			changed = true;
			p++;
			continue;
		}
		end = *p == '[' ? class_end(p) :
		    p + (*p == '\\' && p[1] != '\0' ? 2 : 1);
		begins = *p == '(' || *p == '|';
		while (p < end) {
			if (idle_escape(p)) {
				changed = true;
				p++;
			} else if (*p == '\\' && p + 1 < end) {
				*out++ = *p++;
			}
			*out++ = *p++;
		}
	}
	*out = '\0';
	return changed;
}
