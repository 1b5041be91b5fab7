#include "watcher/xmlhead.h"

#include <ctype.h>
#include <string.h>

#include "schemas/app.h"

static const char mark[] = { '\xef', '\xbb', '\xbf' };

size_t
xmlhead_mark(const char *s, size_t n)
{
	return n >= sizeof mark && memcmp(s, mark, sizeof mark) == 0 ?
	    sizeof mark : 0;
}

/* UTF-16, UTF-32 and EBCDIC show in the first bytes of any XML document. */
static bool
foreign_bytes(const char *s, size_t n)
{
	static const char *const marks[] = {
		"\xfe\xff", "\xff\xfe", "\x4c\x6f",
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (n >= 2 && memcmp(s, marks[i], 2) == 0)
			return true;
	return n >= 4 && memchr(s, '\0', 4) != NULL;
}

/* Only what a name of an encoding can hold may be told. */
static void
copy_name(const char *s, size_t n, char name[XMLHEAD_NAME + 1])
{
	if (n > XMLHEAD_NAME)
		n = XMLHEAD_NAME;
	for (size_t i = 0; i < n; i++)
		name[i] = isalnum((unsigned char)s[i]) ||
		    strchr("._-", s[i]) != NULL ? s[i] : '?';
	name[n] = '\0';
}

/* What the declaration says; "utf-8" when it says nothing. */
static void
declared(const char *s, size_t n, char name[XMLHEAD_NAME + 1])
{
	static const char word[] = "encoding";
	static const char hidden[] = "an encoding behind its first 512 bytes";
	const char *end = memmem(s, n, "?>", 2), *p, *quote;

	_Static_assert(sizeof hidden <= XMLHEAD_NAME + 1, "fits");
	memcpy(name, "utf-8", sizeof "utf-8");
	if (n < 6 || memcmp(s, "<?xml", 5) != 0 ||
	    strchr(" \t\r\n", s[5]) == NULL)
		return;
	if (end == NULL) {
		if (n + sizeof mark > XMLHEAD_SIZE)
			memcpy(name, hidden, sizeof hidden);
		return;
	}
	p = memmem(s, (size_t)(end - s), word, sizeof word - 1);
	if (p == NULL)
		return;
	p += sizeof word - 1;
	p += strspn(p, " \t\r\n=");
	if (*p != '"' && *p != '\'')
		return;
	quote = memchr(p + 1, *p, (size_t)(end - p - 1));
	if (quote == NULL)
		return;
	copy_name(p + 1, (size_t)(quote - p - 1), name);
}

bool
xmlhead_encoding(const char *s, size_t n, unsigned allowed,
    char name[XMLHEAD_NAME + 1])
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {
		{ "utf-8", FORM_UTF_8 }, { "iso-8859-1", FORM_ISO_8859_1 },
		{ "windows-1252", FORM_WINDOWS_1252 },
	};

	name[0] = '\0';
	if (foreign_bytes(s, n))
		return false;
	declared(s, n, name);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(known[i].name, name) == 0)
			return (allowed & known[i].bit) != 0;
	return false;
}
