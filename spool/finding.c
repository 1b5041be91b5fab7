#include "spool/finding.h"

#include <stdarg.h>
#include <string.h>

#include "spool/arena.h"
#include "spool/text.h"

#define REJECT VERDICT_REJECTED
#define HOLD VERDICT_HELD

static const struct {
	const char *name;
	enum verdict verdict;
	const char *action, *action_nb;
} table[] = {
	[F_PACKAGE_FORMAT] = { "PACKAGE_FORMAT", REJECT,
	    "send a plain zip (stored or deflated), tar, tar.gz, tar.zst or tar.xz",
	    "send en vanlig zip (lagret eller deflate), tar, tar.gz, tar.zst eller tar.xz" },
	[F_PACKAGE_LAYOUT] = { "PACKAGE_LAYOUT", REJECT,
	    "make the package anew with an ordinary zip or tar program",
	    "lag pakken på nytt med et vanlig zip- eller tar-program" },
	[F_PACKAGE_UNREADABLE] = { "PACKAGE_UNREADABLE", REJECT,
	    "the bytes are damaged: make the package anew and send it again",
	    "innholdet er skadet: lag pakken på nytt og send den igjen" },
	[F_PACKAGE_TRUNCATED] = { "PACKAGE_TRUNCATED", REJECT,
	    "the transfer broke off: send the whole file, under a name ending in .part until it is complete",
	    "overføringen ble avbrutt: send hele filen, med navn som slutter på .part til den er ferdig" },
	[F_PACKAGE_ENCRYPTED] = { "PACKAGE_ENCRYPTED", REJECT,
	    "send the package without a password",
	    "send pakken uten passord" },
	[F_PACKAGE_TOO_LARGE] = { "PACKAGE_TOO_LARGE", REJECT,
	    "send less, or ask operations to raise [packages] max-bytes or max-unpacked",
	    "send mindre, eller be driften heve [packages] max-bytes eller max-unpacked" },
	[F_PACKAGE_BOMB] = { "PACKAGE_BOMB", REJECT,
	    "an entry grows beyond all measure when unpacked: send real content",
	    "et medlem vokser urimelig når det pakkes ut: send ekte innhold" },
	[F_PACKAGE_TOO_MANY_ENTRIES] = { "PACKAGE_TOO_MANY_ENTRIES", REJECT,
	    "one package holds one instance; send fewer files",
	    "en pakke inneholder én instans; send færre filer" },
	[F_ENTRY_NAME] = { "ENTRY_NAME", REJECT,
	    "use only instance.json, data/{id}, SHA256SUMS and instanceevents.json",
	    "bruk bare instance.json, data/{id}, SHA256SUMS og instanceevents.json" },
	[F_ENTRY_TYPE] = { "ENTRY_TYPE", REJECT,
	    "put only plain files in the package, no links or devices",
	    "legg bare vanlige filer i pakken, ikke lenker eller enheter" },
	[F_ENTRY_DUPLICATE] = { "ENTRY_DUPLICATE", REJECT,
	    "put each file in the package once",
	    "legg hver fil i pakken én gang" },
	[F_ENTRY_UNEXPECTED] = { "ENTRY_UNEXPECTED", REJECT,
	    "leave this file out: only instance.json, data/, SHA256SUMS and instanceevents.json belong there",
	    "utelat denne filen: bare instance.json, data/, SHA256SUMS og instanceevents.json hører hjemme der" },
	[F_NOT_A_FILE] = { "NOT_A_FILE", REJECT,
	    "drop plain files in incoming/; move this away",
	    "slipp vanlige filer i incoming/; flytt dette bort" },
	[F_CHANGED_WHILE_READ] = { "CHANGED_WHILE_READ", REJECT,
	    "write under a name ending in .part and rename when complete",
	    "skriv med navn som slutter på .part og gi nytt navn når filen er ferdig" },
	[F_HASH_MISMATCH] = { "HASH_MISMATCH", REJECT,
	    "the bytes are not those that were summed: export the instance again",
	    "innholdet er ikke det som ble summert: eksporter instansen på nytt" },
	[F_SUMS_MISSING] = { "SUMS_MISSING", REJECT,
	    "add SHA256SUMS, as sha256sum writes it",
	    "legg ved SHA256SUMS, slik sha256sum skriver den" },
	[F_SUMS_MALFORMED] = { "SUMS_MALFORMED", REJECT,
	    "write SHA256SUMS as sha256sum does: hex, two blanks, path",
	    "skriv SHA256SUMS som sha256sum gjør: hex, to mellomrom, sti" },
	[F_INSTANCE_MISSING] = { "INSTANCE_MISSING", REJECT,
	    "put Altinn's instance document in the package as instance.json",
	    "legg Altinns instansdokument i pakken som instance.json" },
	[F_INSTANCE_MALFORMED] = { "INSTANCE_MALFORMED", REJECT,
	    "export instance.json unchanged, as Altinn gives it",
	    "eksporter instance.json uendret, slik Altinn gir den" },
	[F_INSTANCE_INCONSISTENT] = { "INSTANCE_INCONSISTENT", REJECT,
	    "export the instance again; its parts contradict each other",
	    "eksporter instansen på nytt; delene motsier hverandre" },
	[F_APP_UNKNOWN] = { "APP_UNKNOWN", REJECT,
	    "ask operations to add the app below apps/, or send to the right spool",
	    "be driften legge appen under apps/, eller send til riktig kø" },
	[F_NOT_ENDED] = { "NOT_ENDED", HOLD,
	    "the form is not completed: export it when it is",
	    "skjemaet er ikke fullført: eksporter det når det er det" },
	[F_NOT_ARCHIVED] = { "NOT_ARCHIVED", HOLD,
	    "the instance is not archived: export it when it is",
	    "instansen er ikke arkivert: eksporter den når den er det" },
	[F_DELETED] = { "DELETED", REJECT,
	    "do not send it: a deleted instance is never delivered",
	    "ikke send den: en slettet instans blir aldri levert" },
	[F_PROCESS_INCONSISTENT] = { "PROCESS_INCONSISTENT", REJECT,
	    "export the instance again; its process contradicts itself",
	    "eksporter instansen på nytt; prosessen motsier seg selv" },
	[F_ELEMENT_MISSING] = { "ELEMENT_MISSING", REJECT,
	    "put every data element that is not deleted in data/{id}",
	    "legg hvert dataelement som ikke er slettet i data/{id}" },
	[F_SIZE_MISMATCH] = { "SIZE_MISMATCH", REJECT,
	    "export the instance again: file and metadata differ in size",
	    "eksporter instansen på nytt: fil og metadata har ulik størrelse" },
	[F_UNLISTED_FILE] = { "UNLISTED_FILE", REJECT,
	    "leave out files that instance.json does not list",
	    "utelat filer som instance.json ikke nevner" },
	[F_PDF_MISSING] = { "PDF_MISSING", REJECT,
	    "export after the PDF is made; type ref-data-as-pdf",
	    "eksporter etter at PDF-en er laget; type ref-data-as-pdf" },
	[F_DATATYPE_UNKNOWN] = { "DATATYPE_UNKNOWN", REJECT,
	    "update the app's applicationmetadata.json in our configuration, or correct dataType",
	    "oppdater appens applicationmetadata.json hos oss, eller rett dataType" },
	[F_TOO_MANY] = { "TooManyDataElementsOfType", REJECT,
	    "send fewer elements of this type: the app allows no more (maxCount)",
	    "send færre elementer av denne typen: appen tillater ikke flere (maxCount)" },
	[F_TOO_FEW] = { "TooFewDataElementsOfType", REJECT,
	    "send an element of this type, too: the app requires it (minCount)",
	    "send også et element av denne typen: appen krever det (minCount)" },
	[F_CONTENT_TYPE_MISSING] = { "MissingContentType", REJECT,
	    "give the element its contentType",
	    "gi elementet en contentType" },
	[F_CONTENT_TYPE_NOT_ALLOWED] = { "ContentTypeNotAllowed", REJECT,
	    "use a content type that the data type allows",
	    "bruk en innholdstype som datatypen tillater" },
	[F_ELEMENT_TOO_LARGE] = { "DataElementTooLarge", REJECT,
	    "send a smaller file: the data type allows no more (maxSize, in units of 1048576 bytes)",
	    "send en mindre fil: datatypen tillater ikke mer (maxSize, i enheter på 1048576 byte)" },
	[F_FILE_INFECTED] = { "DataElementFileInfected", REJECT,
	    "the file scan found something; remove the file",
	    "filskanningen fant noe; fjern filen" },
	[F_SCAN_PENDING] = { "DataElementFileScanPending", HOLD,
	    "wait for the file scan and export the instance again",
	    "vent på filskanningen og eksporter instansen på nytt" },
	[F_CONTENT_NOT_AS_DECLARED] = { "CONTENT_NOT_AS_DECLARED", REJECT,
	    "the file is not what its contentType says: correct one of them",
	    "filen er ikke det contentType sier: rett en av dem" },
	[F_XML_MALFORMED] = { "XML_MALFORMED", REJECT,
	    "send well-formed XML, as the app stored it",
	    "send velformet XML, slik appen lagret den" },
	[F_XML_DTD] = { "XML_DTD", REJECT,
	    "send the form without a document type declaration",
	    "send skjemaet uten dokumenttypedeklarasjon" },
	[F_XML_ENCODING] = { "XML_ENCODING", REJECT,
	    "send the form as UTF-8, as Altinn stores it; or ask operations for encodings = in app.conf",
	    "send skjemaet som UTF-8, slik Altinn lagrer det; eller be driften om encodings = i app.conf" },
	[F_XML_TOO_DEEP] = { "XML_TOO_DEEP", REJECT,
	    "send a form that is nested less, or ask operations to raise [packages] max-xml-depth",
	    "send et skjema som er mindre nøstet, eller be driften heve [packages] max-xml-depth" },
	[F_XML_LIMIT] = { "XML_LIMIT", REJECT,
	    "shorten it: at most 256 attributes, 64 KiB for a tag or comment, 10 MiB for a text",
	    "gjør det kortere: høyst 256 attributter, 64 KiB til en kode eller kommentar, 10 MiB til en tekst" },
	[F_XML_ROOT] = { "XML_ROOT", REJECT,
	    "send the form that belongs to this data type, in its namespace",
	    "send skjemaet som hører til datatypen, i riktig navnerom" },
	[F_XSD] = { "Xsd", REJECT,
	    "correct the form at this place so that it follows the schema",
	    "rett skjemaet på dette stedet slik at det følger XSD-en" },
	[F_NO_ROUTE] = { "NO_ROUTE", HOLD,
	    "add a route for this app, or reject the package: flerapp reject ID",
	    "legg til en rute for appen, eller avvis pakken: flerapp reject ID" },
	[F_OWNER_MISSING] = { "OWNER_MISSING", REJECT,
	    "fill in the field that names the receiver",
	    "fyll ut feltet som angir mottakeren" },
	[F_OWNER_AMBIGUOUS] = { "OWNER_AMBIGUOUS", REJECT,
	    "name exactly one receiver",
	    "angi nøyaktig én mottaker" },
	[F_OWNER_INVALID_NUMBER] = { "OWNER_INVALID_NUMBER", REJECT,
	    "correct the receiver's number; its form or check digit is wrong",
	    "rett mottakerens nummer; form eller kontrollsiffer er feil" },
	[F_OWNER_UNKNOWN] = { "OWNER_UNKNOWN", HOLD,
	    "add a row to the route's owners.csv, then: flerapp release ID",
	    "legg til en rad i rutens owners.csv, deretter: flerapp release ID" },
	[F_OWNER_DISABLED] = { "OWNER_DISABLED", HOLD,
	    "enable the row in owners.csv or correct its dates, then: flerapp release ID",
	    "slå på raden i owners.csv eller rett datoene, deretter: flerapp release ID" },
	[F_OWNER_ENVIRONMENT] = { "OWNER_ENVIRONMENT", REJECT,
	    "send it to the right environment: test numbers belong in test, real ones in production",
	    "send den til riktig miljø: testnumre hører til i test, ekte numre i produksjon" },
	[F_PARTY_TYPE_NOT_ALLOWED] = { "PARTY_TYPE_NOT_ALLOWED", REJECT,
	    "name another receiver: the receiving app does not take this kind (partyTypesAllowed)",
	    "angi en annen mottaker: mottakerappen tar ikke denne typen (partyTypesAllowed)" },
	[F_MAP_REQUIRED] = { "MAP_REQUIRED", REJECT,
	    "fill in the field that this row needs",
	    "fyll ut feltet som denne raden krever" },
	[F_MAP_CONVERT] = { "MAP_CONVERT", REJECT,
	    "correct the value, or the row's convert column",
	    "rett verdien, eller kolonnen convert i raden" },
	[F_MAP_CODE] = { "MAP_CODE", REJECT,
	    "add the code to the list, or give the row a default",
	    "legg koden til listen, eller gi raden en default" },
	[F_MAP_SOURCE] = { "MAP_SOURCE", REJECT,
	    "there are several values for one field: give the row's convert column join, first or count",
	    "det er flere verdier til ett felt: gi radens kolonne convert join, first eller count" },
	[F_PREFILL_TYPE] = { "PREFILL_TYPE", REJECT,
	    "the value does not fit the type of the target: convert it",
	    "verdien passer ikke til målfeltets type: konverter den" },
	[F_MODEL_INVALID] = { "MODEL_INVALID", REJECT,
	    "the new form would break its schema: correct the value or the map",
	    "det nye skjemaet ville bryte XSD-en: rett verdien eller kartet" },
	[F_PART_UNKNOWN_TYPE] = { "PART_UNKNOWN_TYPE", REJECT,
	    "name a data type of the receiving app in attachments.csv",
	    "bruk en datatype i mottakerappen i attachments.csv" },
	[F_PART_CONTENT_TYPE] = { "PART_CONTENT_TYPE", REJECT,
	    "send a content type that the receiving app's data type takes, or correct attachments.csv",
	    "send en innholdstype som mottakerappens datatype tar, eller rett attachments.csv" },
	[F_PART_EMPTY] = { "PART_EMPTY", REJECT,
	    "Altinn refuses an empty file: send it with content",
	    "Altinn avviser en tom fil: send den med innhold" },
	[F_PART_TOO_LARGE] = { "PART_TOO_LARGE", REJECT,
	    "send a smaller file: the receiving app's data type allows no more (maxSize)",
	    "send en mindre fil: mottakerappens datatype tillater ikke mer (maxSize)" },
	[F_PART_TOO_MANY] = { "PART_TOO_MANY", REJECT,
	    "send fewer files: the receiving app's data type allows no more (maxCount)",
	    "send færre filer: mottakerappens datatype tillater ikke flere (maxCount)" },
	[F_PART_RESERVED_TYPE] = { "PART_RESERVED_TYPE", REJECT,
	    "send the PDF under another data type than ref-data-as-pdf",
	    "send PDF-en under en annen datatype enn ref-data-as-pdf" },
	[F_CONFLICT] = { "CONFLICT", HOLD,
	    "find out which of the two is right; then reject this one, or reject the other, if it is not published, and release this one",
	    "finn ut hvilken av de to som er riktig; avvis så denne, eller avvis den andre, om den ikke er publisert, og slipp denne videre" },
	[F_WORKER_CRASHED] = { "WORKER_CRASHED", REJECT,
	    "the package stopped its reader twice: send it to the developers",
	    "pakken stanset leseren to ganger: send den til utviklerne" },
	[F_WORKER_TIMEOUT] = { "WORKER_TIMEOUT", REJECT,
	    "send less, or ask operations to raise [workers] timeout or cpu-seconds",
	    "send mindre, eller be driften heve [workers] timeout eller cpu-seconds" },
	[F_WORKER_MEMORY] = { "WORKER_MEMORY", REJECT,
	    "send less, or ask operations to raise [workers] memory",
	    "send mindre, eller be driften heve [workers] memory" },
	[F_IO_ERROR] = { "IO_ERROR", HOLD,
	    "look at the disk, then: flerapp release ID",
	    "se etter feil på disken, deretter: flerapp release ID" },
	[F_NO_SPACE] = { "NO_SPACE", HOLD,
	    "free space; the work goes on by itself",
	    "frigjør plass; arbeidet fortsetter av seg selv" },
};

_Static_assert(sizeof table / sizeof *table == F_COUNT,
    "every finding code needs a row");

const char *
finding_name(enum finding_code code)
{
	return table[code].name;
}

bool
finding_lookup(const char *name, enum finding_code *code)
{
	for (size_t i = 0; i < F_COUNT; i++)
		if (strcmp(table[i].name, name) == 0) {
			*code = (enum finding_code)i;
			return true;
		}
	return false;
}

enum verdict
finding_verdict(enum finding_code code)
{
	return table[code].verdict;
}

const char *
finding_action(enum finding_code code)
{
	return table[code].action;
}

const char *
finding_action_nb(enum finding_code code)
{
	return table[code].action_nb;
}

void
findings_init(struct findings *f, struct arena *arena)
{
	*f = (struct findings){ .arena = arena };
}

/* Names in it may be a stranger's, cut anywhere, and 50 kB long. */
static char * __attribute__((format(printf, 2, 0)))
message(struct arena *arena, const char *fmt, va_list ap)
{
	char *s = arena_vfmt(arena, fmt, ap), *p = s;
	size_t n = strlen(s), k;

	for (char *end = s + n; p < end; p += k) {
		k = text_utf8(p, (size_t)(end - p));
		if ((size_t)(p - s) + k > FINDING_MESSAGE_MAX)
			break;
		if (k == 0) {
			*p = '?';
			k = 1;
		}
	}
	*p = '\0';
	return s;
}

void
findings_add(struct findings *f, enum finding_code code, const char *file,
    long line, const char *path, const char *fmt, ...)
{
	va_list ap;
	struct finding *x;

	if (f->v == NULL)
		f->v = arena_take(f->arena, FINDINGS_MAX * sizeof *f->v);
	if (f->n == FINDINGS_MAX) {
		f->left_out++;
		if (finding_verdict(code) <= findings_verdict(f))
			return;
		f->n--;		/* the list must show why it refuses */
	}
	x = &f->v[f->n++];
	va_start(ap, fmt);
	*x = (struct finding){ .code = code, .line = line,
	    .file = arena_dup(f->arena, file),
	    .path = arena_dup(f->arena, path),
	    .message = message(f->arena, fmt, ap) };
	va_end(ap);
}

enum verdict
findings_verdict(const struct findings *f)
{
	enum verdict worst = VERDICT_ACCEPTED;

	for (size_t i = 0; i < f->n; i++)
		if (finding_verdict(f->v[i].code) > worst)
			worst = finding_verdict(f->v[i].code);
	return worst;
}

bool
findings_has(const struct findings *f, enum finding_code code)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].code == code)
			return true;
	return false;
}
