#include "spool/entry.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "spool/finding.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/settle.h"
#include "spool/spool.h"

static void
write_group(struct json *j, const struct deed *d, int64_t group)
{
	json_str(j, "run", d->run);
	json_num(j, "group", group);
}

static void
write_package(struct json *j, const struct deed *d)
{
	json_str(j, "id", d->id);
	json_str(j, "package", d->name);
	json_str(j, "sha256", d->sha256);
	json_num(j, "size", (int64_t)d->size);
	if (d->guid[0] != '\0')
		json_str(j, "instance", d->guid);
	if (d->app[0] != '\0')
		json_str(j, "app", d->app);
}

static void
write_received(struct ledger *l, const struct deed *d, int64_t group)
{
	struct json *j = ledger_add(l, "received");
	char mark[MARK_TEXT], claim[RUN_MAX + 24];

	mark_write(mark, &d->mark);
	write_package(j, d);
	snprintf(claim, sizeof claim, "%s/%" PRId64, d->run, d->n);
	json_str(j, "claim", claim);
	json_str(j, "taken", d->copied ? "copy" : "rename");
	json_str(j, "drop", mark);
	write_group(j, d, group);
	ledger_end(l);
}

static void
write_codes(struct json *j, const struct deed *d)
{
	const struct findings *const lists[] = { d->findings, d->more };
	bool seen[F_COUNT] = { false };

	json_open(j, "codes", '[');
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
		for (size_t i = 0; lists[k] != NULL && i < lists[k]->n; i++) {
			enum finding_code code = lists[k]->v[i].code;

			if (!seen[code])
				json_str(j, NULL, finding_name(code));
			seen[code] = true;
		}
	json_close(j, ']');
}

static void
write_instances(struct json *j, const struct deed *d)
{
	json_open(j, "instances", '[');
	for (size_t i = 0; i < d->n_made; i++) {
		json_open(j, NULL, '{');
		json_str(j, "path", d->made[i].path);
		json_str(j, "from", d->made[i].from);
		json_str(j, "sha256", d->made[i].sha256);
		json_str(j, "content", d->made[i].content);
		json_str(j, "replaces", d->made[i].replaces);
		if (d->made[i].zip)
			json_bool(j, "zip", true);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
write_verdict(struct ledger *l, const struct deed *d, int64_t group)
{
	bool refused = d->to == STATE_HELD || d->to == STATE_REJECTED;
	struct json *j = ledger_add(l, state_name(d->to));

	json_str(j, "id", d->id);
	if (d->findings != NULL && refused)
		write_codes(j, d);
	if (d->named) {
		json_str(j, "instance", d->guid);
		json_str(j, "app", d->app);
	}
	if (d->to == STATE_PUBLISHED)
		write_instances(j, d);
	write_group(j, d, group);
	ledger_end(l);
}

void
entry_write(struct ledger *l, const struct deed *d, int64_t group)
{
	if (d->n > 0)
		write_received(l, d, group);
	write_verdict(l, d, group);
}

void
entry_move(struct ledger *l, const struct deed *d, int64_t group,
    const struct entry_act *act)
{
	struct json *j = ledger_add(l, act->event);

	json_str(j, "id", d->id);
	json_str(j, "act", act->verb);
	json_str(j, "reason", d->note);
	json_str(j, "user", act->user);
	write_group(j, d, group);
	ledger_end(l);
}

static void
write_paths(struct json *j, const char *name, const struct deed_paths *p)
{
	json_open(j, name, '[');
	for (size_t i = 0; i < p->n; i++)
		json_str(j, NULL, p->v[i]);
	json_close(j, ']');
}

void
entry_replay(struct ledger *l, const struct deed *d, int64_t group,
    const struct entry_act *act)
{
	struct json *j = ledger_add(l, act->event);

	write_package(j, d);
	json_str(j, "act", act->verb);
	json_str(j, "reason", d->note);
	json_str(j, "user", act->user);
	write_instances(j, d);
	write_paths(j, "unchanged", &d->unchanged);
	write_paths(j, "gone", &d->gone);
	write_group(j, d, group);
	ledger_end(l);
}
