#include "spool/report_page.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/mem.h"
#include "spool/report.h"
#include "spool/report_cells.h"

/* In the order they are stacked, from below. */
static const enum state stack[] = { STATE_PUBLISHED, STATE_ACCEPTED,
    STATE_DUPLICATE, STATE_HELD, STATE_REJECTED };

enum {
	STACK = sizeof stack / sizeof *stack, HOURS = 24,
	LEFT = 48, TOP = 34, PLOT_W = 600, PLOT_H = 300, STEPS = 4,
	BAR_LEFT = 210, BAR_W = 370, BAR_H = 18, BAR_STEP = 28, BARS = 12,
};

/* The least of 4, 8, 20, 40, 80, 200 … that holds it: all have quarters. */
static int64_t
scale(int64_t most)
{
	int64_t s = STEPS;

	for (int i = 0; s < most; i++)
		s = i % 3 == 1 ? s / 2 * 5 : s * 2;
	return s;
}

static void
begin_svg(struct buf *b, int width, int height, const char *label)
{
	buf_fmt(b, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\""
	    ">\n", width, height, label);
}

/* ---------------------------------------------------------------- by hour */

static int64_t
hour_sum(const struct report *r, int hour)
{
	int64_t n = 0;

	for (size_t i = 0; i < STACK; i++)
		n += r->hours[hour][stack[i]];
	return n;
}

static void
hour_axes(struct buf *b, int64_t top)
{
	for (int i = 0; i <= STEPS; i++) {
		int y = TOP + PLOT_H - PLOT_H * i / STEPS;

		buf_fmt(b, "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" "
		    "y2=\"%d\"/><text class=\"y\" x=\"%d\" y=\"%d\">",
		    i == 0 ? "base" : "grid", LEFT, y, LEFT + PLOT_W, y,
		    LEFT - 6, y + 4);
		report_num(b, top * i / STEPS);
		buf_str(b, "</text>\n");
	}
	for (int h = 0; h <= HOURS; h += 3)
		buf_fmt(b, "<text class=\"x\" x=\"%d\" y=\"%d\">%02d</text>\n",
		    LEFT + PLOT_W * h / HOURS, TOP + PLOT_H + 18, h);
}

static void
legend(struct buf *b, const enum state *states, size_t n, int x)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = state_name(states[i]);

		buf_fmt(b, "<rect class=\"%s\" x=\"%d\" y=\"6\" width=\"12\" "
		    "height=\"12\"/><text x=\"%d\" y=\"16\">%s</text>\n",
		    name, x, x + 17, name);
		x += 40 + 8 * (int)strlen(name);
	}
}

static void
hour_bar(struct buf *b, const struct report *r, int hour, int64_t top)
{
	const int width = PLOT_W / HOURS - 4;
	const int x = LEFT + PLOT_W * hour / HOURS + 2;
	int64_t below = 0;

	for (size_t i = 0; i < STACK; i++) {
		int64_t n = r->hours[hour][stack[i]];
		double y = TOP + PLOT_H -
		    (double)(below + n) * PLOT_H / (double)top;

		below += n;
		if (n == 0)
			continue;
		buf_fmt(b, "<rect class=\"%s\" x=\"%d\" y=\"%.1f\" width=\"%d\""
		    " height=\"%.1f\"><title>%02d:00 %s: %" PRId64
		    "</title></rect>\n", state_name(stack[i]), x, y, width,
		    (double)n * PLOT_H / (double)top, hour,
		    state_name(stack[i]), n);
	}
}

static void
hour_table(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "Hour", "#published",
	    "#accepted", "#duplicate", "#held", "#rejected", NULL };
	char hour[8];

	report_table(b, "Packages per hour (UTC)", heads);
	for (int h = 0; h < HOURS; h++) {
		if (hour_sum(r, h) == 0)
			continue;
		report_tr(b, NULL);
		snprintf(hour, sizeof hour, "%02d–%02d", h, h + 1);
		report_th(b, hour);
		for (size_t i = 0; i < STACK; i++)
			report_td_num(b, r->hours[h][stack[i]]);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
}

static void
by_hour(struct buf *b, const struct report *r)
{
	int64_t most = 0, top;

	report_section(b, "hours", "Packages per hour");
	for (int h = 0; h < HOURS; h++)
		if (hour_sum(r, h) > most)
			most = hour_sum(r, h);
	if (most == 0) {
		report_say(b, "No package was received or moved that day.");
		report_close(b);
		return;
	}
	top = scale(most);
	report_say(b, "Hours in UTC. A package that is accepted by day and "
	    "published at night is counted in both hours.");
	buf_str(b, "<div class=\"pair\">\n<figure>");
	begin_svg(b, LEFT + PLOT_W + 12, TOP + PLOT_H + 26,
	    "Packages per hour by outcome; the table beside has the numbers");
	hour_axes(b, top);
	legend(b, stack, STACK, LEFT);
	for (int h = 0; h < HOURS; h++)
		hour_bar(b, r, h, top);
	buf_str(b, "</svg></figure>\n");
	hour_table(b, r);
	buf_str(b, "</div>\n");
	report_close(b);
}

/* ---------------------------------------------------------------- by rule */

struct bar {
	const char *code;
	int64_t held, rejected;
};

static struct bar *
bar_of(struct bar *bars, size_t *n, const char *code)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(bars[i].code, code) == 0)
			return &bars[i];
	bars[*n] = (struct bar){ .code = code };
	return &bars[(*n)++];
}

static int
by_size(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;
	int64_t m = x->held + x->rejected, n = y->held + y->rejected;

	return m != n ? (m > n ? -1 : 1) : strcmp(x->code, y->code);
}

static void
draw_bar(struct buf *b, const struct bar *x, int y, int64_t top)
{
	double held = (double)x->held * BAR_W / (double)top;
	double rejected = (double)x->rejected * BAR_W / (double)top;

	buf_fmt(b, "<text class=\"y\" x=\"%d\" y=\"%d\">", BAR_LEFT - 8,
	    y + 13);
	report_escape(b, report_rule_name(x->code));
	buf_fmt(b, "</text><rect class=\"rejected\" x=\"%d\" y=\"%d\" "
	    "width=\"%.1f\" height=\"%d\"/><rect class=\"held\" x=\"%.1f\" "
	    "y=\"%d\" width=\"%.1f\" height=\"%d\"/><text x=\"%.1f\" "
	    "y=\"%d\">", BAR_LEFT, y, rejected, BAR_H,
	    BAR_LEFT + rejected, y, held, BAR_H,
	    BAR_LEFT + rejected + held + 8, y + 13);
	report_num(b, x->held + x->rejected);
	buf_str(b, "</text>\n");
}

static void
bar_table(struct buf *b, const struct bar *bars, size_t n)
{
	static const char *const heads[] =
	    { "Rule", "#rejected", "#held", NULL };

	report_table(b, "Packages by rule", heads);
	for (size_t i = 0; i < n; i++) {
		report_tr(b, NULL);
		report_th(b, report_rule_name(bars[i].code));
		report_td_num(b, bars[i].rejected);
		report_td_num(b, bars[i].held);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
}

static void
draw_rules(struct buf *b, const struct bar *bars, size_t n)
{
	static const enum state states[] = { STATE_REJECTED, STATE_HELD };
	const size_t shown = n < BARS ? n : BARS;
	const int64_t top = bars[0].held + bars[0].rejected;

	buf_str(b, "<div class=\"pair\">\n<figure>");
	begin_svg(b, BAR_LEFT + BAR_W + 80, TOP + BAR_STEP * (int)shown,
	    "Packages by rule; the table beside has the numbers");
	legend(b, states, 2, BAR_LEFT);
	for (size_t i = 0; i < shown; i++)
		draw_bar(b, &bars[i], TOP + BAR_STEP * (int)i, top);
	buf_str(b, "</svg></figure>\n");
	bar_table(b, bars, n);
	buf_str(b, "</div>\n");
}

static void
by_rule(struct buf *b, const struct report *r)
{
	struct bar *bars = mem_alloc((r->rules.n + 1) * sizeof *bars);
	size_t n = 0;

	report_section(b, "rules", "Refused and held, by rule");
	for (size_t i = 0; i < r->rules.n; i++) {
		const struct report_rule *u = &r->rules.v[i];
		struct bar *x = bar_of(bars, &n, u->code);

		if (u->to == STATE_HELD)
			x->held += u->n;
		else
			x->rejected += u->n;
	}
	if (n == 0) {
		report_say(b, "Nothing was refused or held that day.");
	} else {
		qsort(bars, n, sizeof *bars, by_size);
		report_say(b, "A package that breaks several rules is counted "
		    "with each of them.");
		draw_rules(b, bars, n);
	}
	free(bars);
}

/* The section of the rules stays open: report_items() goes on in it. */
void
report_charts(struct buf *b, const struct report *r)
{
	by_hour(b, r);
	by_rule(b, r);
}
