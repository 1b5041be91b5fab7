#include <stdlib.h>
#include <string.h>

#include "spool/conf.h"
#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"
#include "transform/owner.h"

/* owners.csv, then keys that are asked for: every owner found is sound. */

static void
check_owner(const struct owner *o, const struct conf *conf)
{
	struct owner_fault fault;
	struct owner again;
	char tag[ID_OWNER_MAX + 1];

	assert(o->kind < OWNER_KINDS);
	assert(owner_take(&again, conf, o->kind, o->value, &fault) == 0);
	owner_tag(o, (const unsigned char *)"0123456789abcdef0123456789abcdef",
	    32, tag);
	assert(id_owner_ok(tag));
}

static void
ask(const struct owner_table *t, const struct conf *conf, const char *key)
{
	struct owner_fault fault = { .why = NULL };
	struct owner o;
	size_t row, column;

	if (owner_table_find(t, key, "2026-03-02", &row, &o, &fault) == -1) {
		assert(fault.why != NULL && *fault.why != '\0');
		return;
	}
	check_owner(&o, conf);
	if (owner_table_column(t, "key", &column))
		assert(strcmp(owner_table_cell(t, row, column), key) == 0);
}

static void
check_values(const struct conf *conf, const char *value)
{
	struct owner_fault fault = { .why = NULL };
	struct owner o;

	for (int kind = 0; kind < OWNER_KINDS; kind++) {
		if (owner_take(&o, conf, (enum owner_kind)kind, value,
		    &fault) == 0)
			check_owner(&o, conf);
		else
			assert(fault.why != NULL &&
			    strstr(fault.why, value) == NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	struct fuzz in = fuzz_input(data, size), key;
	unsigned options = fuzz_byte(&in);
	struct faults f = { 0 };
	struct owner_table *t;
	char *bytes, *value;

	conf.spool.environment = options & 1 ? CONF_PROD : CONF_TEST;
	conf.owners.person_number = (enum person_rule)(options / 2 % 3);
	key = fuzz_piece(&in);
	value = fuzz_string(key);
	bytes = fuzz_copy(in);
	t = owner_table_read("owners.csv", bytes, in.n, &conf, &f);
	assert((t == NULL) == (f.errors > 0));
	if (t != NULL) {
		ask(t, &conf, value);
		ask(t, &conf, "9901");
	}
	if (strlen(value) > 12)
		check_values(&conf, value);
	for (size_t i = 0; i < f.n; i++)
		fuzz_no_person(f.v[i].text, strlen(f.v[i].text));
	fuzz_faults(&f);
	owner_table_free(t);
	faults_free(&f);
	free(bytes);
	free(value);
	return 0;
}
