#!/bin/bash
# map check of one route, map explain, map init and map import.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
maps=$here/data/maps
routes=$config/routes example_map=$routes/skade-til-kommune/map.csv
lacks() { # EXPRESSION: hashes may hold any digits
	! sed 's/"sha256":"[0-9a-f]*"//' "$scratch/out" "$scratch/err" |
		grep -qE -- "$1" || fail "says $1"
}
rows() { grep -c "$1" "$scratch/out"; }
row() { # TARGET: its line without the quotes
	grep -F -- "$1;" "$scratch/out" | tr -d '"' || fail "no row for $1"
}
# row_is JQ WANTED: of the rows of map explain --json
row_is() {
	is "$(jq -r "select(.kind == \"row\" or .kind == \"list\") | $1" \
		"$scratch/out")" "$2" "$1"
}

# ------------------------------------------------------------ map explain
make_package "$scratch/good.zip" "$(guid 1)"
want 0 map explain "$scratch/good.zip"
quiet
says 'skade-til-kommune: eks/skademelding -> eks/kommunesak'
says 'applies: there is no when; 1 instance'
says 'instance 1 of 1: owner organisation, org-310000108'
says 'no findings'
grep -qE '^ +2  Sak\.tittel +/Skademelding/sted/beskrivelse +" Hull .* " +trim +"Hull' \
	"$scratch/out" || fail 'the row of Sak.tittel'
grep -qE '^ +7  Punkt\[\] +/Skademelding/funn +2 rows$' "$scratch/out" ||
	fail 'the row of Punkt[]'
grep -qE '^ +8  Punkt\[2\]\.kode +type +"lys" +code\(skadetype\) +"V02"$' \
	"$scratch/out" || fail 'the row of Punkt[2].kode'
grep -qE '^ +9  Punkt\[2\]\.antall +antall +"1" \(default\)$' "$scratch/out" ||
	fail 'a default'
grep -qE '^ +10  Punkt\[2\]\.merknad .* - \(the source is not there\)$' \
	"$scratch/out" || fail 'a row without a value'
# the columns stand one below the other
is "$(grep -E '^ +(line|[0-9]+)  ' "$scratch/out" |
	sed -E 's/^( *(line|[0-9]+)  ).*/\1/' | awk '{ print length }' | sort -u |
	wc -l)" 1 'width of the first column'

want 0 map explain --json "$scratch/good.zip"
quiet
row_is 'select(.target == "Sak.mottatt").result' 2026-03-02
row_is 'select(.target == "Sak.kommune").values[0]' 'Eksempelvik kommune'
row_is 'select(.kind == "list").rows' 2
row_is 'select(.target == "Punkt[1].merknad").outcome' value
row_is 'select(.target == "Punkt[2].merknad").outcome' empty
row_is 'select(.target == "Punkt[2].antall") | .outcome + .result' default1
is "$(jq -r 'select(.kind == "instance") | .ownerKind + " " + .owner' \
	"$scratch/out")" 'organisation org-310000108' 'the owner'
is "$(jq -r 'select(.kind == "package").findings' "$scratch/out")" 0 findings

# No person number, wherever a text is cut; no control character.
cp "$example_map" "$scratch/map.csv"
printf '%s\n' 'saksbehandler;/Skademelding/melder/fodselsnummer' \
	'dataValues:a;/Skademelding/melder/navn' \
	"dataValues:b;concat('$(printf 'x%.0s' {1..35})', /Skademelding/melder/fodselsnummer)" \
	>> "$example_map"
make_package "$scratch/fnr.zip" "$(guid 2)" \
	's/Åse Prøve &amp; Sønn/158672 10064 \&#x9b;31m/'
for json in '' --json; do
	# shellcheck disable=SC2086
	want 0 map explain $json "$scratch/fnr.zip"
	says '***********'
	says '\x9b31m'
	lacks '158672|1586|10064'
done
cp "$scratch/fnr.zip" "$scratch/15867210064.zip"
want 0 map explain "$scratch/15867210064.zip"
lacks 15867210064
cp "$scratch/map.csv" "$example_map"

# What comes of nothing, and why.
sed -i 's/^Punkt\[\]\.merknad;merknad;trim/&;;;type = "hull"/' "$example_map"
sed -i "s/type = \"hull\"/type = 'hull'/" "$example_map"
make_package "$scratch/code.zip" "$(guid 3)" \
	's/<type>lys/<type>gjerde/; s/<navn>[^<]*/<navn>/'
sed -i '/^gjerde/d' "$routes/skade-til-kommune/codes/skadetype.csv"
want 65 map explain --json "$scratch/code.zip"
row_is 'select(.target == "Punkt[2].merknad") | .outcome + " " + .when' \
	"skipped type = 'hull'"
row_is 'select(.target == "Punkt[2].kode") | .outcome + " " + .code' \
	'finding MAP_CODE'
row_is 'select(.target == "Innsender.navn") | .outcome + " " + .code' \
	'finding MAP_REQUIRED'
is "$(jq -r 'select(.kind == "finding").code' "$scratch/out" | sort |
	tr '\n' ' ')" 'MAP_CODE MAP_REQUIRED ' 'the findings'
want 65 map explain "$scratch/code.zip"
says 'MAP_CODE: the value is not in the code list'
says "- (when is false: type = 'hull')"
cp -r "$example/config/routes/." "$routes"

# A route that does not apply, one for each node, an owner that is not there.
mkdir "$routes/"{aldri,ingen,hvert-funn}
for route in aldri ingen hvert-funn; do
	printf '[route]\nfrom = eks/skademelding\nto = eks/kommunesak\n' \
		> "$routes/$route/route.conf"
	printf 'target;source\nSak.tittel;/Skademelding/sted/beskrivelse\n%s\n%s\n%s\n' \
		'Sak.mottatt;/Skademelding/sted/sett' 'Sak.kommune;const:x' \
		'Innsender.navn;type' > "$routes/$route/map.csv"
done
echo 'when = /Skademelding/kommune = 1' >> "$routes/aldri/route.conf"
echo 'for-each = /Skademelding/funn[type = "annet"]' >> "$routes/ingen/route.conf"
echo 'for-each = /Skademelding/funn' >> "$routes/hvert-funn/route.conf"
for route in aldri ingen hvert-funn; do
	printf '[owner]\norganisation = const:310000108\n' \
		>> "$routes/$route/route.conf"
done
sed -i '/Innsender/s/type$/const:x/' "$routes/aldri/map.csv"
want 0 map explain "$scratch/good.zip"
says 'does not apply: when is false (when = /Skademelding/kommune = 1)'
says 'does not apply: for-each gives no nodes (for-each = '
says '2 instances (for-each = /Skademelding/funn)'
says 'instance 2 of 2: owner organisation, org-310000108'
want 0 map explain --json "$scratch/good.zip"
is "$(jq -r 'select(.route == "hvert-funn" and .target == "Innsender.navn") |
	"\(.index) \(.result)"' "$scratch/out" | tr '\n' ' ')" '1 hull 2 lys ' \
	'a row of each instance'
is "$(jq -r 'select(.kind == "route") | "\(.applies) \(.why)"' "$scratch/out" |
	sort | tr '\n' ' ')" \
	'false for-each false when true null true null ' 'which routes apply'
rm -r "$routes/"{aldri,ingen,hvert-funn}
make_package "$scratch/held.zip" "$(guid 4)" "$held_edit"
want 65 map explain "$scratch/held.zip"
says 'no owner, so its map is not filled'
says OWNER_UNKNOWN

# A stranger's file: whatever it is, it is told.
make_package "$scratch/bad.zip" "$(guid 5)" "$bad_edit"
want 65 map explain "$scratch/bad.zip"
says 'No route was looked at'
says 'Xsd: '
head -c 3000 /dev/urandom > "$scratch/noise.zip"
want 65 map explain "$scratch/noise.zip"
says 'PACKAGE_FORMAT'
head -c 400 "$scratch/good.zip" > "$scratch/cut.zip"
want 65 map explain --json "$scratch/cut.zip"
is "$(jq -r 'select(.kind == "package").package' "$scratch/out")" cut.zip \
	'the package'
want 66 map explain "$scratch/nowhere.zip"
mkfifo "$scratch/fifo"
want 66 map explain "$scratch/fifo"
want 64 map explain
[ -z "$(ls -A "$spool")" ] || fail 'map explain wrote to the spool'

# --------------------------------------------------------------- map init
cp -r "$maps/." "$config"
conf=$routes/barnehage-til-opptak
want 78 map check barnehage-til-opptak
complains map.csv
want 0 map init barnehage-til-opptak
quiet
cp "$scratch/out" "$scratch/first.csv"
is "$(row innsender.fødselsnummer)" 'innsender.fødselsnummer;/Barnehage/Innsender-grp-11/Foedselsnummer-datadef-101;;yes;;;name matches, and the one around it' 'a SERES name'
is "$(row ønsket-oppstart)" 'ønsket-oppstart;/Barnehage/onsketOppstart;date;yes;;;name matches' 'a date'
is "$(row inntekt)" 'inntekt;/Barnehage/inntekt;int;;;;name matches' 'a number'
is "$(row søskenmoderasjon)" 'søskenmoderasjon;/Barnehage/soskenmoderasjon;bool;;;;name matches' 'a boolean'
is "$(row 'Barn[]')" 'Barn[];/Barnehage/barn;;;;;name matches' 'a list'
is "$(row 'Barn[].løpenr')" 'Barn[].løpenr;@lopenr;;yes;;;name matches, and the one around it' 'an attribute'
is "$(row 'Barn[].innsenderNavn')" 'Barn[].innsenderNavn;/Barnehage/Innsender-grp-11/Navn-datadef-102;;;;;name matches with the one around it' 'from outside the row'
is "$(row mottaker.orgnr)" 'mottaker.orgnr;;;;;;no source found: fill in' 'a required field without a source'
is "$(row vedtak.dato)" 'vedtak.dato;;;;;;no source found: optional, fill in or delete the row' 'an optional one'
is "$(cut -d';' -f1 "$scratch/out" | sed -n 2,5p | tr '\n' ' ')" \
	'innsender.fødselsnummer innsender.navn mottaker.orgnr mottaker.enhet ' \
	'schema order'

# map check names exactly the rows that have no source ...
cp "$scratch/first.csv" "$conf/map.csv"
want 78 map check barnehage-til-opptak
awk -F';' '$2 == "" { print NR }' "$conf/map.csv" > "$scratch/missing"
grep -oE 'map\.csv:[0-9]+' "$scratch/err" | cut -d: -f2 | sort -n \
	> "$scratch/named"
cmp -s "$scratch/missing" "$scratch/named" ||
	fail 'map check names other rows than those without a source'
# ... also when the optional ones are deleted, and nothing once all are filled.
grep -v 'no source found: optional' "$scratch/first.csv" > "$conf/map.csv"
want 78 map check barnehage-til-opptak
is "$(grep -c 'map\.csv:' "$scratch/err")" 2 'required rows without a source'
sed -i -e '/^mottaker.orgnr;/s/;/;owner:organisation/' \
	-e '/^Barn\[\]\.gruppe;/s/;/;const:ukjent/' "$conf/map.csv"
want 0 map check barnehage-til-opptak
says 'no faults'
quiet
want 0 map check
want 0 map init barnehage-til-opptak
cmp -s "$scratch/out" "$scratch/first.csv" || fail 'map init looks at the map'

# Other routes and apps may be faulty meanwhile; its own faults are told.
echo 'x' >> "$routes/skade-til-kommune/map.csv"
rm "$config/apps/eks/kommunesak/models/Kommunesak.xsd"
want 78 map check
want 0 map check barnehage-til-opptak
want 0 map init barnehage-til-opptak
want 78 map check skade-til-kommune
complains kommunesak
want 78 map explain "$scratch/good.zip"
cp -r "$example/config/." "$config"
want 64 map check ingen-slik
complains 'no such route (ingen-slik)'
want 64 map init ../routes/barnehage-til-opptak
want 64 map init
sed -i 's/^from = .*/from = eks\/ingen/' "$conf/route.conf"
want 78 map init barnehage-til-opptak
complains 'route.conf:2'
[ ! -s "$scratch/out" ] || fail 'a map of nothing'
cp -r "$maps/." "$config"

# ------------------------------------------------------------- map import
prefill=$config/apps/eks/opptak/models/opptak.prefill.json
want 65 map import barnehage-til-opptak "$prefill"
complains "UserProfile.Email: mottaker.epost: B's schema has no such field (opptak.prefill.json)"
is "$(rows .)" 5 'rows'
is "$(row mottaker.orgnr)" 'mottaker.orgnr;owner:organisation;;;;;ER.OrgNumber: that of the owner' 'the number of the owner'
is "$(row mottaker.enhet)" 'mottaker.enhet;owner:name;;;;;ER.Name: that of the owner' 'the name of the owner'
is "$(row mottaker.adresse)" 'mottaker.adresse;;;;;;ER.MailingAddress: no register is asked here: fill in' 'what only the register has'
is "$(row innsender.fødselsnummer | cut -d';' -f2)" \
	'/Barnehage/Innsender-grp-11/Foedselsnummer-datadef-101' "what A's form has"
sed -i '/UserProfile/,/}/d; s/^  },$/  }/; /"ER"/,/}/s/^  }$/  },/' "$prefill"
want 0 map import barnehage-til-opptak "$prefill"
quiet
# Its rows and those of map init make a map.
{
	grep -v ';;;;;;' "$scratch/out"
	grep -vE '^target;|^innsender.fødselsnummer;|no source found' "$scratch/first.csv"
	echo 'Barn[].gruppe;const:ukjent'
} > "$conf/map.csv"
want 0 map check barnehage-til-opptak
echo '{ "ER": ' > "$scratch/broken.json"
want 65 map import barnehage-til-opptak "$scratch/broken.json"
complains 'broken.json:'
want 66 map import barnehage-til-opptak "$scratch/nowhere.json"
want 64 map import barnehage-til-opptak
