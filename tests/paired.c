#include "tests/paired.h"

#include <stdlib.h>

#include "spool/buf.h"
#include "spool/mem.h"
#include "tests/scratch.h"

static void
write_app(const struct scratch *s, const char *name, const char *root,
    const char *fields)
{
	struct buf path = { 0 }, text = { 0 };

	buf_fmt(&path, "apps/ttd/%s/applicationmetadata.json", name);
	buf_fmt(&text, "{ \"id\": \"ttd/%s\", \"org\": \"ttd\", \"dataTypes\":"
	    " [ { \"id\": \"%s\", \"taskId\": \"Task_1\", \"maxCount\": 1,"
	    " \"minCount\": 1, \"allowedContentTypes\": [\"application/xml\"],"
	    " \"appLogic\": { \"classRef\": \"App.%s\" } } ] }\n", name, root,
	    root);
	scratch_put(s, buf_text(&path), buf_text(&text));
	buf_reset(&path);
	buf_reset(&text);
	buf_fmt(&path, "apps/ttd/%s/%s.xsd", name, root);
	buf_fmt(&text, "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'"
	    " elementFormDefault='qualified'><xs:element name='%s'>"
	    "<xs:complexType><xs:sequence>%s</xs:sequence></xs:complexType>"
	    "</xs:element></xs:schema>\n", root, fields);
	scratch_put(s, buf_text(&path), buf_text(&text));
	buf_free(&path);
	buf_free(&text);
}

struct paired *
paired_new(const char *a, const char *b, const char *more,
    const char *owners)
{
	struct paired *p = mem_alloc(sizeof *p);
	struct buf text = { 0 };

	p->scratch = scratch_new();
	scratch_put(p->scratch, "flerapp.conf",
	    "[spool]\nenvironment = test\n");
	write_app(p->scratch, "a", "A", a);
	write_app(p->scratch, "b", "B", b);
	buf_fmt(&text, "[route]\nfrom = ttd/a\nto = ttd/b\n%s", more != NULL ?
	    more : "[owner]\norganisation = const:310000027\n");
	scratch_put(p->scratch, "routes/r/route.conf", buf_text(&text));
	if (owners != NULL)
		scratch_put(p->scratch, "routes/r/owners.csv", owners);
	buf_free(&text);
	if (conf_load(&p->conf, p->scratch->dir, NULL, &p->faults) == 0)
		config_load_route(&p->config, &p->conf, "r",
		    CONFIG_WITHOUT_MAP, &p->faults);
	return p;
}

void
paired_free(struct paired *p)
{
	config_free(&p->config);
	faults_free(&p->faults);
	scratch_free(p->scratch);
	free(p);
}

const struct route *
paired_route(const struct paired *p)
{
	return p->config.n_routes == 1 ? p->config.routes[0] : NULL;
}
