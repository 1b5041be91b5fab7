#!/bin/bash
# More than one hop, more than one route, and every way of working gives the
# same instances.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"

# App C, an archive, and two routes to it from app B of the example.
app=$config/apps/eks/arkiv
mkdir -p "$app/config" "$app/models" "$config"/routes/{punkt,sak}-til-arkiv
cat > "$app/config/applicationmetadata.json" << 'END'
{ "id": "eks/arkiv", "org": "eks", "title": { "nb": "Arkiv" },
  "dataTypes": [ { "id": "arkiv", "taskId": "Task_1", "maxCount": 1,
    "allowedContentTypes": [ "application/xml" ],
    "appLogic": { "autoCreate": true, "classRef": "Eksempel.Arkiv" } } ] }
END
cat > "$app/models/Arkiv.xsd" << 'END'
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="Arkiv">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="tittel" type="xs:string"/>
        <xs:element name="kode" type="xs:string"/>
        <xs:element name="merknad" type="xs:string" minOccurs="0"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
END
route() { # NAME [LINE]
	printf '[route]\nfrom = eks/kommunesak\nto = eks/arkiv\n%s\n' "${2-}"
	printf '[owner]\norganisation = const:310000205\n'
} > "$config/routes/$1/route.conf"
printf 'target,source,convert,required\ntittel,/Kommunesak/Sak/tittel,,
kode,/Kommunesak/Punkt/kode,join(-),\n' > "$config/routes/sak-til-arkiv/map.csv"
printf 'target,source,convert,required\ntittel,/Kommunesak/Sak/tittel,,
kode,kode,,yes\nmerknad,merknad,,\n' > "$config/routes/punkt-til-arkiv/map.csv"
route punkt-til-arkiv 'for-each = /Kommunesak/Punkt'
route sak-til-arkiv 'when = count(/Kommunesak/Punkt) > 1'
want 0 map check

# complete BOX FILE GUID: what a person makes of a B instance in the outbox
complete() {
	local p=$scratch/completed parts='[]' id n=0 part file
	rm -rf "$p" "$2"
	mkdir -p "$p/data"
	while IFS=$'\t' read -r part file; do
		n=$((n + 1)) id=$(printf '00000000-0000-4000-8000-%012x' "$n")
		cp "$1/$file" "$p/data/$id"
		parts=$(jq --arg id "$id" --arg part "$part" '. += [{id: $id,
			dataType: $part}]' <<< "$parts")
	done < <(jq -r '.parts[] | [.name, .file] | @tsv' "$1/manifest.json")
	jq --argjson ids "$parts" --arg guid "$3" '{
		id: ("60000001/" + $guid), appId: .target.app, org: "eks",
		instanceOwner: {partyId: "60000001",
			organisationNumber: .target.owner[4:]},
		process: {started: "2026-03-03T08:00:00Z",
			ended: "2026-03-04T09:00:00Z", endEvent: "EndEvent_1"},
		status: {isArchived: true, archived: "2026-03-04T09:00:00Z"},
		data: [.parts, $ids] | transpose | map(.[1] + {
			instanceGuid: $guid, contentType: .[0].contentType,
			filename: .[0].filename, size: .[0].size})
		}' "$1/manifest.json" > "$p/instance.json"
	(cd "$p" && zip -qXDr "$2" .) || fail "cannot make $2"
}

# A to B
make_package "$scratch/a.zip" "$(guid 1)"
want 0 drop "$scratch/a.zip"
want 0 run --progress none
b=$spool/outbox/eks/kommunesak/org-310000108/$(guid 1).skade-til-kommune
[ -s "$b/kommunesak.xml" ] || fail 'no B instance'
complete "$b" "$scratch/b.zip" "$(guid 100)"

# B to C: one route for each point, one for the case
want 0 check "$scratch/b.zip"
want 0 drop "$scratch/b.zip"
want 0 run --progress none
c=$spool/outbox/eks/arkiv/org-310000205
is "$(ls "$c")" "$(guid 100).punkt-til-arkiv.0001
$(guid 100).punkt-til-arkiv.0002
$(guid 100).sak-til-arkiv" 'the C instances'
value() { xmllint --xpath "string($2)" "$c/$(guid 100).$1/arkiv.xml"; }
is "$(value sak-til-arkiv //kode)" V01-V02 'the codes of both points'
is "$(value punkt-til-arkiv.0001 //kode)" V01 'the code of the first point'
is "$(value punkt-til-arkiv.0001 //merknad)" dype 'its note'
is "$(value punkt-til-arkiv.0002 //kode)" V02 'the code of the second point'
is "$(value punkt-til-arkiv.0002 'count(//merknad)')" 0 'notes of the second'
is "$(value punkt-til-arkiv.0002 //tittel)" 'Hull i gangveien ved Øvre bru' \
	'what A said, two hops later'
is "$(jq -r '"\(.source.instance) \(.source.app) \(.source.archived) " +
	"\(.route.name) \(.route.index)/\(.route.of)"' \
	"$c/$(guid 100).punkt-til-arkiv.0002/manifest.json")" \
	"$(guid 100) eks/kommunesak 2026-03-04T09:00:00Z punkt-til-arkiv 2/2" \
	'where it came from'
want 0 trace --json "$c/$(guid 100).punkt-til-arkiv.0002"
is "$(field .package)" b.zip 'the package of a C instance'
is "$(field '.instances | length')" 1 'instances in its trace'
want 0 show --json "$(guid 100)"
is "$(field '.instances | length')" 3 'instances of the package'
status_is .published 2
status_is .instances 4

# when: a case of a single point has no route of its own
one='s/<funn><type>lys.*<\/funn>//'
make_package "$scratch/a2.zip" "$(guid 2)" "$one"
want 0 drop "$scratch/a2.zip"
want 0 run --progress none
b2=$spool/outbox/eks/kommunesak/org-310000108/$(guid 2).skade-til-kommune
complete "$b2" "$scratch/b2.zip" "$(guid 200)"
want 0 drop "$scratch/b2.zip"
want 0 run --progress none
is "$(cd "$c" && ls -d "$(guid 200)"*)" "$(guid 200).punkt-til-arkiv.0001" \
	'the C instances of a single point'

# no route applies: held; a route is added, the package released
route punkt-til-arkiv "for-each = /Kommunesak/Punkt[kode = 'Z99']"
complete "$b2" "$scratch/b3.zip" "$(guid 300)"
want 0 drop "$scratch/b3.zip"
want 3 run --progress none
want 0 list --json --state held
is "$(field '.codes[0]')" NO_ROUTE 'without a route'
route punkt-til-arkiv 'for-each = /Kommunesak/Punkt'
want 0 release --reason 'route corrected' "$(field .id)"
want 0 run --progress none
status_is .states.held 0

# all or none: the second route fails, so the first makes nothing either
complete "$b" "$scratch/b4.zip" "$(guid 400)"
map=$config/routes/punkt-til-arkiv/map.csv
sed -i.bak 's/^merknad,.*/merknad,merknad,,yes/' "$map"
before=$(ls -R "$spool/outbox")
want 65 check --json "$scratch/b4.zip"
want 0 drop "$scratch/b4.zip"
want 3 run --progress none
is "$(ls -R "$spool/outbox")" "$before" 'the outbox after a route failed'
is "$(ls -A "$spool/tmp")" '' 'tmp after a route failed'
want 0 list --json --state rejected
id=$(field .id)
want 0 why --json "$id"
is "$(field '.findings | map("\(.code) \(.file)") | join(", ")')" \
	'MAP_REQUIRED routes/punkt-til-arkiv/map.csv' 'why'
mv "$map.bak" "$map"
want 0 requeue --reason 'map corrected' "$id"
want 0 run --progress none
is "$(find "$c" -maxdepth 1 -name "$(guid 400)*" | wc -l)" 3 'instances after the requeue'
status_is .balanced true
want 0 ledger verify

# ----------------------------------------- the same bytes in every way
for n in 1 2 3 4 5 6; do make_package "$scratch/p$n.zip" "$(guid "1$n")"; done
make_package "$scratch/p7.zip" "$(guid 17)" 's/9901/9902/'
make_package "$scratch/p8.zip" "$(guid 18)" "$held_edit"
complete "$b" "$scratch/p9.zip" "$(guid 19)"
cp "$config/flerapp.conf" "$scratch/flerapp.conf"
outbox() { (cd "$spool/outbox" && find . -type f -exec sha256sum {} + | sort -k 2); }
fresh() { # SETTINGS: an empty spool, and flerapp.conf with more settings
	rm -rf "$spool"
	mkdir "$spool"
	{ cat "$scratch/flerapp.conf"; printf '%b\n' "$*"; } > "$config/flerapp.conf"
}
same() { # WHAT: as the first time, and the books are right
	[ -n "$first" ] || first=$(outbox)
	is "$(outbox)" "$first" "the outbox with $1"
	status_is '"\(.published) \(.states.held) \(.balanced)"' '8 1 true'
	is "$(find "$spool/done" -type f | wc -l)" 8 \
		"originals with $1"
	is "$(find "$spool"/{incoming,claimed,tmp} -mindepth 1)" '' \
		"what is left with $1"
}
first=
fresh ''
want 0 drop "$scratch"/p[1-9].zip
want 3 run --progress none
same 'an ordinary run'

while IFS='|' read -r settings what; do
	fresh "$settings"
	want 0 drop "$scratch"/p[1-9].zip
	want 3 run --progress none
	same "$what"
done << 'ROWS'
[transform]\ndurability = package|durability = package
claim = rename|claim = rename
[workers]\ncount = 1\nbatch = 1|a single worker
[workers]\ncount = 4\nbatch = 2|four workers
ROWS

# in another order, one at a time, in another time zone and language
fresh ''
for n in 9 4 8 1 7 2 6 3 5; do
	TZ=Pacific/Kiritimati LC_ALL=C want 0 drop "$scratch/p$n.zip"
	TZ=Pacific/Kiritimati LC_ALL=C want "$((n == 8 ? 3 : 0))" \
		run --progress none
done
same 'another order and time zone'

# the watcher, then the nightly batch
fresh ''
want 0 drop "$scratch"/p[1-9].zip
"$bin/flerapp-watch" --once --spool "$spool" 2> "$scratch/err" ||
	fail "the watcher: $?"
status_is .states.accepted 9
[ ! -e "$spool/outbox/eks" ] || fail 'the watcher published something'
"$bin/flerapp-transform" --spool "$spool" > "$scratch/out" 2> "$scratch/err"
is $? 3 'the exit code of the batch'
same 'the watcher and the nightly batch'

# in zips, one for each instance, with the same files
mv "$spool" "$scratch/folders"
fresh '[transform]\noutput = zip'
want 0 drop "$scratch"/p[1-9].zip
want 3 run --progress none
find "$spool/outbox" -name '*.zip' > "$scratch/zips"
is "$(wc -l < "$scratch/zips")" 10 'zips'
while read -r zip; do
	unzip -q -d "${zip%.zip}" "$zip" || fail "no good zip: $zip"
	[ "$(unzip -Z "$zip" | grep -c ' defN ')" = 0 ] || fail "packed: $zip"
	rm "$zip"
done < "$scratch/zips"
is "$(outbox)" "$first" 'the files in the zips'
rm -rf "$scratch/folders"
