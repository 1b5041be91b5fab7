#include "spool/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/stamp.h"

enum { BAR_EVERY_MS = 200, LINE_EVERY_MS = 10000, WIDTH = 30 };

void
progress_start(struct progress *p, enum cmd_progress how)
{
	const char *term = getenv("TERM");
	bool tty = isatty(STDERR_FILENO) == 1 && term != NULL &&
	    strcmp(term, "dumb") != 0;

	*p = (struct progress){ .began = stamp_ticks() };
	p->told = p->began;
	p->bar = how == PROGRESS_BAR || (how == PROGRESS_AUTO && tty);
	p->plain = how == PROGRESS_PLAIN || (how == PROGRESS_AUTO && !tty);
}

double
progress_seconds(const struct progress *p)
{
	return (double)(stamp_ticks() - p->began) / 1000;
}

static void
draw(struct progress *p, uint64_t done, uint64_t total)
{
	struct buf b = { 0 };
	uint64_t full = total > 0 ? done * WIDTH / total : 0;
	double s = progress_seconds(p);

	buf_str(&b, "\r[");
	for (uint64_t i = 0; i < WIDTH; i++)
		buf_char(&b, i < full ? '#' : '.');
	buf_fmt(&b, "] %" PRIu64 "/%" PRIu64 "  %.0f/s ", done, total,
	    s > 0 ? (double)done / s : 0);
	fputs(buf_text(&b), stderr);
	buf_free(&b);
	p->drawn = true;
}

void
progress_show(struct progress *p, uint64_t done, uint64_t total)
{
	int64_t now = stamp_ticks();
	double s = progress_seconds(p);

	if (total == 0 || now - p->told < (p->bar ? BAR_EVERY_MS :
	    LINE_EVERY_MS))
		return;
	p->told = now;
	if (p->bar)
		draw(p, done, total);
	else if (p->plain)
		fprintf(stderr, "flerapp: %" PRIu64 " of %" PRIu64
		    " packages, %.0f a second\n", done, total,
		    s > 0 ? (double)done / s : 0);
}

void
progress_clear(struct progress *p)
{
	if (p->drawn)
		fprintf(stderr, "\r%*s\r", WIDTH + 40, "");
	p->drawn = false;
}
