#include "spool/report_cells.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/stamp.h"

void
report_escape(struct buf *b, const char *s)
{
	static const char special[] = "&<>\"'";
	static const char *const as[] =
	    { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	size_t n;

	for (; *s != '\0'; s += n) {
		n = strcspn(s, special);
		buf_add(b, s, n);
		if (s[n] != '\0')
			buf_str(b, as[strchr(special, s[n++]) - special]);
	}
}

void
report_section(struct buf *b, const char *id, const char *heading)
{
	buf_fmt(b, "<section id=\"%s\">\n<h2>", id);
	report_escape(b, heading);
	buf_str(b, "</h2>\n");
}

void
report_close(struct buf *b)
{
	buf_str(b, "</section>\n");
}

void
report_say(struct buf *b, const char *html)
{
	buf_fmt(b, "<p>%s</p>\n", html);
}

void
report_table(struct buf *b, const char *caption, const char *const *heads)
{
	buf_str(b, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"");
	report_escape(b, caption);
	buf_str(b, "\">\n<table>\n<caption>");
	report_escape(b, caption);
	buf_str(b, "</caption>\n<thead><tr>");
	for (; *heads != NULL; heads++) {
		buf_fmt(b, "<th scope=\"col\"%s>", **heads == '#' ?
		    " class=\"n\"" : "");
		report_escape(b, *heads + (**heads == '#'));
		buf_str(b, "</th>");
	}
	buf_str(b, "</tr></thead>\n<tbody>\n");
}

void
report_table_end(struct buf *b)
{
	buf_str(b, "</tbody>\n</table>\n</div>\n");
}

void
report_tr(struct buf *b, const char *kind)
{
	if (kind != NULL)
		buf_fmt(b, "<tr class=\"%s\">", kind);
	else
		buf_str(b, "<tr>");
}

void
report_th(struct buf *b, const char *text)
{
	buf_str(b, "<th scope=\"row\">");
	report_escape(b, text);
	buf_str(b, "</th>");
}

void
report_td(struct buf *b, const char *text)
{
	buf_str(b, "<td>");
	report_escape(b, text);
	buf_str(b, "</td>");
}

void
report_td_code(struct buf *b, const char *text)
{
	buf_str(b, "<td><code>");
	report_escape(b, text);
	buf_str(b, "</code></td>");
}

/* Groups of three, parted by a space that does not break. */
void
report_num(struct buf *b, int64_t n)
{
	char digits[24];
	size_t len, i;

	snprintf(digits, sizeof digits, "%" PRIu64,
	    n < 0 ? -(uint64_t)n : (uint64_t)n);
	len = strlen(digits);
	if (n < 0)
		buf_str(b, "−");
	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_str(b, "\u202f");
		buf_char(b, digits[i]);
	}
}

void
report_td_num(struct buf *b, int64_t n)
{
	buf_str(b, n == 0 ? "<td class=\"n zero\">" : "<td class=\"n\">");
	report_num(b, n);
	buf_str(b, "</td>");
}

/* 2026-03-03T01:15:02Z for machines, 2026-03-03 01:15:02 for people. */
void
report_td_time(struct buf *b, const char *stamp)
{
	if (strlen(stamp) != STAMP_LEN) {
		report_td(b, "");
		return;
	}
	buf_str(b, "<td class=\"t\"><time datetime=\"");
	report_escape(b, stamp);
	buf_fmt(b, "\">%.10s %.8s</time></td>", stamp, stamp + 11);
}
