#!/bin/bash
# app.conf, key by key: a form that is refused without the key, taken with
# it, and B's form as it must be then.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"

# Apps eks/gammel and eks/ny, and a route from one to the other.
rm -r "$config"/apps/* "$config"/routes/*
mkdir -p "$config"/apps/eks/{gammel,ny}/models "$config/routes/gammel-til-ny"
for app in gammel ny; do
	jq -n --arg app "$app" '{id: ("eks/" + $app), org: "eks",
		title: {nb: $app}, dataTypes: [{id: "skjema", taskId: "Task_1",
			allowedContentTypes: ["application/xml"],
			appLogic: {autoCreate: true,
				classRef: "Eksempel.Skjema"}}]}' \
		> "$config/apps/eks/$app/applicationmetadata.json"
done
cat > "$config/apps/eks/gammel/models/Skjema.xsd" << 'END'
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns="urn:eks:gammel" targetNamespace="urn:eks:gammel"
    elementFormDefault="qualified">
  <xs:element name="Skjema">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="navn" type="xs:string"/>
        <xs:element name="nr">
          <xs:simpleType>
            <xs:restriction base="xs:string">
              <xs:pattern value="^[A-Z][0-9]+$"/>
            </xs:restriction>
          </xs:simpleType>
        </xs:element>
        <xs:element name="dag" type="xs:date"/>
        <xs:element name="tid" type="xs:dateTime"/>
        <xs:element name="antall" type="xs:int" minOccurs="0"/>
        <xs:element name="rad" minOccurs="0" maxOccurs="9">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="kode" type="xs:string"/>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
      <xs:attribute name="versjon" type="xs:string" fixed="1"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
END
cat > "$config/apps/eks/ny/models/Skjema.xsd" << 'END'
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="Skjema">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="navn" type="xs:string"/>
        <xs:element name="nr" type="xs:string"/>
        <xs:element name="dag" type="xs:date"/>
        <xs:element name="tid" type="xs:dateTime"/>
        <xs:element name="antall" type="xs:int"/>
        <xs:element name="koder" type="xs:string" minOccurs="0"/>
        <xs:element name="versjon" type="xs:string"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
END
cat > "$config/routes/gammel-til-ny/route.conf" << 'END'
[route]
from = eks/gammel
to = eks/ny
[owner]
organisation = const:310000108
END
cat > "$config/routes/gammel-til-ny/map.csv" << 'END'
target;source;convert;required;default
navn;/Skjema/navn;;yes;
nr;/Skjema/nr;;yes;
dag;/Skjema/dag;;yes;
tid;/Skjema/tid;;yes;
antall;/Skjema/antall;;;0
koder;/Skjema/rad/kode;join(+);;
versjon;/Skjema/@versjon;;yes;
END
cat > "$scratch/form.xml" << 'END'
<?xml version="1.0" encoding="utf-8"?>
<Skjema xmlns="urn:eks:gammel" versjon="1">
<navn>Åse</navn><nr>A12</nr><dag>2026-03-01</dag>
<tid>2026-03-01T10:00:00</tid><antall>3</antall>
<rad><kode>x</kode></rad><rad><kode>y</kode></rad>
</Skjema>
END
cp "$config/flerapp.conf" "$scratch/flerapp.conf"
conf=$config/apps/eks/gammel/app.conf
good='Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1'

# form SED [ENCODING]: the package with this form
form() {
	local p=$scratch/p id=00000000-0000-4000-8000-000000000001
	rm -rf "$p" "$scratch/x.zip"
	mkdir -p "$p/data"
	sed "$1" "$scratch/form.xml" > "$scratch/edited"
	[ -s "$scratch/edited" ] || fail "no form after $1"
	[ -z "$1" ] || ! cmp -s "$scratch/edited" "$scratch/form.xml" ||
		fail "nothing changed by $1"
	iconv -f UTF-8 -t "${2:-UTF-8}" < "$scratch/edited" > "$p/data/$id" ||
		fail "iconv $2"
	jq --arg id "$id" --argjson size "$(stat -c %s "$p/data/$id")" \
		'.appId = "eks/gammel" | .data = [.data[0] | .id = $id |
		.dataType = "skjema" | .size = $size]' \
		"$example/package/instance.json" > "$p/instance.json"
	(cd "$p" && zip -qXDr "$scratch/x.zip" .) || fail 'zip'
}
refused() { # CODE WHAT
	want 65 check --json "$scratch/x.zip"
	is "$(field '[.findings[].code] | unique | join(" ")')" "$1" "$2"
}
taken() { # VALUES WHAT: with B's fields
	rm -rf "$spool"
	mkdir "$spool"
	want 0 check "$scratch/x.zip"
	want 0 drop "$scratch/x.zip"
	want 0 run --progress none
	is "$(xmllint --xpath '/Skjema/*' "$spool"/outbox/*/*/*/*/skjema.xml |
		tr -d '\n' | sed 's/<[^/>]*>/ /g; s/<[^>]*>//g; s/^ //')" \
		"$1" "$2"
}

form ''
taken "$good" 'a good form'

# KEY|what is wrong with the form|encoding|code without the key|B's fields
nil='xsi:nil="true" xmlns:xsi="http:\/\/www.w3.org\/2001\/XMLSchema-instance"'
while IFS='|' read -r key edit encoding code values; do
	edit=${edit//NIL/$nil}
	printf '[type skjema]\n' > "$conf"
	form "$edit" "$encoding"
	refused "$code" "without $key: $edit"
	printf '[type skjema]\n%s\n' "$key" > "$conf"
	taken "$values" "with $key: $edit"
done << 'ROWS'
namespace = lenient|s/ xmlns="urn:eks:gammel"//||XML_ROOT|Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1
nil = lenient|s/<antall>3/<antall NIL>/||Xsd|Åse A12 2026-03-01 2026-03-01T10:00:00 0 x+y 1
nil = lenient|s/<rad><kode>x<\/kode><\/rad>/<rad NIL\/>/||Xsd|Åse A12 2026-03-01 2026-03-01T10:00:00 3 y 1
unknown = drop|s/<navn>/<ukjent><kode>z<\/kode><\/ukjent>&/||Xsd|Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1
unknown = drop|s/<rad>/&<rad><kode>z<\/kode><\/rad>/||Xsd|Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1
unknown = drop|s/<rad>/<rad farge="z">/||Xsd|Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1
unknown = drop|s/<\/Skjema>/<tom\/>&/||Xsd|Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1
fixed = any|s/versjon="1"/versjon="2"/||Xsd|Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 2
date-time = lenient|s/T10:00:00//||Xsd|Åse A12 2026-03-01 2026-03-01T00:00:00 3 x+y 1
date-time = lenient|s/T10:00:00/+02:00/||Xsd|Åse A12 2026-03-01 2026-03-01T00:00:00+02:00 3 x+y 1
patterns = off|s/A12/12 a/||Xsd|Åse 12 a 2026-03-01 2026-03-01T10:00:00 3 x+y 1
patterns = xsd|s/A12/^A12$/||Xsd|Åse ^A12$ 2026-03-01 2026-03-01T10:00:00 3 x+y 1
encodings = iso-8859-1|s/utf-8/iso-8859-1/|ISO-8859-1|XML_ENCODING|Åse A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1
encodings = utf-8, windows-1252|s/utf-8/Windows-1252/; s/Åse/5 €/|WINDOWS-1252|XML_ENCODING|5 € A12 2026-03-01 2026-03-01T10:00:00 3 x+y 1
ROWS

# patterns as XML Schema has them: what is good for Altinn is not
printf '[type skjema]\npatterns = xsd\n' > "$conf"
form ''
refused Xsd 'a form that is good for Altinn'

# what needs no key, and what no key lets pass
rm "$conf"
form 's/<rad>/<rad altinnRowId="7d2c3f0e-0000-4000-8000-000000000000">/'
taken "$good" 'altinnRowId'
form 's/<dag>2026-03-01/&T00:00:00/'
taken "$good" 'midnight on a date'
cat > "$conf" << 'END'
[type skjema]
namespace = lenient
nil = lenient
unknown = drop
fixed = any
date-time = lenient
patterns = off
encodings = iso-8859-1 windows-1252
END
while IFS='|' read -r code edit; do
	form "${edit//NIL/$nil}"
	refused "$code" "$edit"
done << 'ROWS'
Xsd|s/<navn>.*<\/nr>/<nr>A12<\/nr><navn>Åse<\/navn>/
Xsd|s/<nr>/<navn>B<\/navn>&/
Xsd|s/<navn>.*<\/navn>//
Xsd|s/T10:00:00/T10:00/
Xsd|s/<dag>2026-03-01/&T10:00:00/
Xsd|s/<dag>2026-03-01/&T00:00:00+xx:yy/
Xsd|s/<antall>3/<antall>/
Xsd|s/<antall>3/<antall NIL>3/
Xsd|s/<rad><kode>x/<rad NIL><kode>x/
XML_ROOT|s/urn:eks:gammel/urn:eks:annen/
XML_ROOT|s/Skjema/Feil/
XML_ENCODING|s/utf-8/utf-16/
XML_MALFORMED|s/utf-8/iso-8859-1/; s/<navn>Å/&<\/b>/
ROWS
form ''
taken "$good" 'a good form with every key'

# schema: two, neither called as the type; root: two that may be B's form
rm "$conf"
for app in gammel ny; do
	mv "$config/apps/eks/$app/models/Skjema.xsd" \
		"$config/apps/eks/$app/models/v2.xsd"
	cp "$config/apps/eks/$app/models/v2.xsd" \
		"$config/apps/eks/$app/models/v1.xsd"
	want 78 map check
	complains "no schema for the form type skjema"
	printf '[type skjema]\nschema = v2.xsd\n' \
		> "$config/apps/eks/$app/app.conf"
done
taken "$good" 'with schema ='
sed -i 's/"Skjema"/"Melding"/; s/<\/xs:schema>/<xs:element name="Annet"\/>&/' \
	"$config/apps/eks/ny/models/v2.xsd"
want 78 map check
complains 'set [type skjema] root ='
echo 'root = Melding' >> "$config/apps/eks/ny/app.conf"
want 0 map check
