#!/bin/bash
# replay: after a change of a map, a new instance where the bytes differ, under
# a new key, beside what was published; said in ledger, receipt and manifest.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
route=$config/routes/skade-til-kommune
copy=$config/routes/kopi
make_package "$scratch/a.zip" "$(guid 1)"
make_package "$scratch/bad.zip" "$(guid 2)" "$bad_edit"
make_package "$scratch/held.zip" "$(guid 3)" "$held_edit"
cp -r "$route" "$copy"

want 0 drop "$scratch"/{a,bad,held}.zip
want 3 run --progress none
id_of() { "$bin/flerapp" list --json --spool "$spool" | jq -r "select(.package == \"$1\").id"; }
id=$(id_of a.zip) bad=$(id_of bad.zip) held=$(id_of held.zip)
key=$(guid 1).skade-til-kommune other=$(guid 1).kopi
to=eks/kommunesak/org-310000108
box=$spool/outbox/$to
made() { find "$box" -mindepth 1 -maxdepth 1 -name "$1" -printf '%f\n' | sort; }
is "$(made '*')" "$other
$key" 'what was published'
# All but the ledger and what recovery locks: no dry run may touch that.
tree() { (cd "$spool" && find . -type f ! -path './ledger/*' -exec sha256sum {} + | sort -k 2); }
last() { tail -n 1 "$spool"/ledger/*.jsonl; }
replayed() { grep -h '"event":"replayed"' "$spool"/ledger/*.jsonl | tail -n 1; }
untouched() { is "$(tree)" "$before" "the spool after $1"; }

# the ledger tells the content, and an auditor can work it out
content() { grep -v '  manifest.json$' "$1/SHA256SUMS" | sha256sum | cut -d ' ' -f 1; }
is "$(jq -r 'select(.event == "published").instances[] | select(.path | endswith("skade-til-kommune")).content' \
	"$spool"/ledger/*.jsonl)" "$(content "$box/$key")" 'the content in the ledger'

# what cannot be is told, and nothing is done
before=$(tree)
want 64 replay "$id"
complains 'needs --reason'
want 66 replay --reason x "$id" finnes-ikke
complains 'give its whole id'
want 66 replay --reason x "$(guid 9)-0123456789ab"
want 65 replay --reason x "$id" "$bad" "$held"
complains "cannot replay $bad: it is rejected"
complains "try: flerapp requeue --reason TEXT $bad"
complains "try: flerapp release --reason TEXT $held"
untouched 'what cannot be'
is "$(replayed)" '' 'a replay in the ledger'

# nothing has changed
want 0 replay --reason 'just to see' "$id"
says "$id: 0 made, 2 unchanged, 0 no longer made"
says "  unchanged $to/$key"
is "$(replayed | jq -c '[.act, .reason, .user, .instances, (.unchanged | length), .gone]')" \
	"[\"replay\",\"just to see\",\"$(id -un)\",[],2,[]]" 'the line of it'
is "$(made '*')" "$other
$key" 'the outbox'

# a map is changed: the hash of the route changes for both, the bytes for one
sed -i 's/Sak.tittel;\(.*\);trim;/Sak.tittel;\1;trim|upper;/' "$route/map.csv"
printf '# a remark\n' >> "$copy/route.conf"
before=$(tree)
want 0 replay --dry-run "$id"
says "$id: 1 would be made, 1 unchanged, 0 no longer made"
says "  would make $to/$key~2"
says "    in place of $to/$key"
want 0 replay --dry-run --json "$id"
is "$(field '[.done, .instances[0].path, .instances[0].replaces, .unchanged] | tojson')" \
	"[false,\"$to/$key~2\",\"$to/$key\",[\"$to/$other\"]]" 'what would be done'
untouched 'a dry run'
want 0 replay --reason 'capitals, asked by 15867210064' --json "$id"
is "$(field '[.id, .state, .done, .instances, .unchanged, .gone] | tojson')" \
	"[\"$id\",\"published\",true,[{\"path\":\"$to/$key~2\",\"replaces\":\"$to/$key\",\"compared\":true}],[\"$to/$other\"],[]]" \
	'what was done'
is "$(made '*' | wc -l)" 3 'instances in the outbox'
(cd "$box/$key~2" && sha256sum --quiet -c SHA256SUMS) || fail 'SHA256SUMS'
is "$(jq -c 'keys_unsorted[:5]' "$box/$key~2/manifest.json")" \
	'["format","environment","key","replaces","source"]' 'the members of the manifest'
is "$(jq -r '.key + " " + .replaces' "$box/$key~2/manifest.json")" "$key~2 $to/$key" 'the manifest'
is "$(jq 'has("replaces")' "$box/$key/manifest.json")" false 'replaces of the first'
diff -q <(jq 'del(.key, .replaces, .route.sha256, .parts)' "$box/$key~2/manifest.json") \
	<(jq 'del(.key, .route.sha256, .parts)' "$box/$key/manifest.json") || fail 'the rest of the manifest'
is "$(replayed | jq -c '[.reason, .instances[0].path, .instances[0].replaces, .unchanged]')" \
	"[\"capitals, asked by ***********\",\"$to/$key~2\",\"$to/$key\",[\"$to/$other\"]]" 'the ledger'
is "$(replayed | jq -r '.instances[0].content')" "$(content "$box/$key~2")" 'the content of the new one'
is "$(jq -c '[.state, (.instances | sort)]' "$spool"/receipts/a.zip.*.json)" \
	"[\"published\",[\"$to/$other\",\"$to/$key~2\"]]" 'the receipt'
status_is .instances 3
status_is .published 1
status_is .balanced true
[ -f "$spool/done/$(date -u +%F)/$id.zip" ] || fail 'the original has moved'

# who works with what is in the ledger, and the books and the report know it
is "$(jq -r 'select(.event == "started" and .mode == "replay").config' "$spool"/ledger/*.jsonl | sort -u | wc -l)" 2 \
	'configurations of replays'
want 0 report
is "$(jq -c '[.actions[].action]' "$spool"/reports/*/report.json)" \
	'["replay","replay"]' 'actions in the report'
is "$(grep -c ';replayed;' "$spool"/reports/*/packages.csv)" 2 'replays in packages.csv'

# from the new one to the old one, to the package, and back
want 0 trace "$key~2"
says "id $id"
says "-> outbox/$to/$key~2"
says "in place of outbox/$to/$key"
want 0 trace "outbox/$to/$key"
says "replaced by outbox/$to/$key~2"
want 0 trace --json "$key"
is "$(field '.instances | tojson')" \
	"[{\"path\":\"$to/$key\",\"outbox\":true,\"replacedBy\":\"$to/$key~2\"}]" 'trace of the first'
want 0 show "$id"
says "replaced by $to/$key~2"
want 0 show --json "$id"
is "$(field '.replaced | tojson')" "[{\"path\":\"$to/$key\",\"by\":\"$to/$key~2\"}]" 'show'
is "$(field '.instances | length | tojson')" 3 'instances in show'
want 0 show --multipart "$key~2"

# twice: nothing more; and what came again is still a duplicate
find "$box" | sort > "$scratch/box"
want 0 replay --reason again "$id" "$id"
is "$(grep -c "$id: 0 made, 2 unchanged, 0 no longer made" "$scratch/out")" 2 'the second and the third time'
cp "$scratch/a.zip" "$scratch/again.zip"
want 0 drop "$scratch/again.zip"
want 0 run --progress none
find "$box" | sort | diff - "$scratch/box" || fail 'the outbox after the second time'
status_is .instances 3

# a map with a fault: refused by the settings; a package it does not fit: told
sed -i 's/^Sak.kommune;.*/Sak.finnes.ikke;const:x;;;;;/' "$route/map.csv"
before=$(tree)
want 78 replay --reason x "$id"
complains 'map.csv'
sed -i 's/^Sak.finnes.ikke;.*/Sak.kommune;\/Skademelding\/finnes\/ikke;;yes;;;/' "$route/map.csv"
want 65 replay --reason x "$id"
says 'MAP_REQUIRED'
says "$id: cannot be made again; it stays as it was published"
want 65 replay --reason x --json "$id"
is "$(field '[.id, .state, .done, .findings[0].code] | tojson')" \
	"[\"$id\",\"published\",false,\"MAP_REQUIRED\"]" 'the findings'
is "$(replayed | jq -r .reason)" again 'the last replay in the ledger'
untouched 'a faulty map'

# one route gone, another that is new, and the third generation
rm -r "$copy"
cp -r "$config/routes/skade-til-kommune" "$config/routes/ny"
for r in skade-til-kommune ny; do
	sed -i 's/^Sak.kommune;.*/Sak.kommune;const:Et sted;;yes;;;/' "$config/routes/$r/map.csv"
done
want 0 replay --reason 'a new route' "$id"
says "$id: 2 made, 0 unchanged, 1 no longer made"
says "  made $to/$key~3"
says "    in place of $to/$key~2"
says "  made $to/$(guid 1).ny"
says "  no longer made: $to/$other (it stays)"
[ -d "$box/$other" ] || fail 'what is no longer made was removed'
is "$(jq 'has("replaces")' "$box/$(guid 1).ny/manifest.json")" false 'what the new route replaces'
is "$(replayed | jq -c .gone)" "[\"$to/$other\"]" 'what is gone, in the ledger'
is "$(jq -c '.instances | sort' "$spool"/receipts/a.zip.*.json)" \
	"[\"$to/$other\",\"$to/$(guid 1).ny\",\"$to/$key~3\"]" 'the receipt'
want 0 show --json "$id"
is "$(field '[.replaced[].by] | tojson')" "[\"$to/$key~2\",\"$to/$key~3\"]" 'the generations'

# no route at all: nothing is done
sed -i 's/^to = .*/&\nwhen = \/Skademelding\/kommune = "0"/' "$config"/routes/*/route.conf
want 65 replay --reason x "$id"
says NO_ROUTE
sed -i '/^when = /d' "$config"/routes/*/route.conf

# the owners have taken all: the ledger knows what it was
rm -r "$spool/outbox/eks"
want 0 replay --reason 'outbox emptied' "$id"
says "$id: 0 made, 2 unchanged, 1 no longer made"
[ ! -e "$box/$key~3" ] || fail 'made again'

# an original that was changed is not made into anything
chmod u+w "$spool"/done/*/"$id.zip"
printf x >> "$spool/done/$(date -u +%F)/$id.zip"
want 4 replay --reason x "$id"
complains 'its original is not what was received'
truncate -s -1 "$spool/done/$(date -u +%F)/$id.zip"
want 0 ledger verify
quiet
status_is .balanced true
is "$(grep -c 15867210064 "$spool"/ledger/*.jsonl)" 0 'person numbers in the ledger'

# a run at work comes first
(
	flock -x 9
	want 75 replay --reason x "$id"
	complains 'another flerapp is at work'
	want 0 replay --dry-run "$id"
) 9> "$spool/ledger/.transform.lock" || exit 1

# for-each: by the number of the node; fewer nodes, then other ones
each=$config/routes/hver
mkdir "$each"
cat > "$each/route.conf" << 'END'
[route]
from = eks/skademelding
to = eks/kommunesak
for-each = /Skademelding/funn
[owner]
organisation = const:310000108
END
cat > "$each/map.csv" << 'END'
target;source;convert
Sak.tittel;type;trim
Sak.mottatt;instance:process.ended;date
Sak.kommune;const:Et sted;
Innsender.navn;type;
END
make_package "$scratch/each.zip" "$(guid 7)"
want 0 drop "$scratch/each.zip"
want 0 run --progress none
each_id=$(id_of each.zip) each_key=$(guid 7).hver
n=$(made "$each_key.*" | wc -l)
[ "$n" -ge 2 ] || fail "only $n nodes"
sed -i "s|^for-each = .*|for-each = /Skademelding/funn[position() < $n]|" "$each/route.conf"
sed -i "s|^Innsender.navn;type;|&upper|" "$each/map.csv"
want 0 replay --reason 'fewer' "$each_id"
says "$each_id: $((n - 1)) made, 2 unchanged, 1 no longer made"
says "  made $to/$each_key.0001~2"
says "  no longer made: $to/$each_key.000$n (it stays)"
is "$(jq -c '.route | [.index, .of]' "$box/$each_key.0001~2/manifest.json")" "[1,$((n - 1))]" 'index and of'
want 0 trace --json "$each_key.0001~2"
is "$(field '.instances | tojson')" "[{\"path\":\"$to/$each_key.0001~2\",\"outbox\":true,\"replaces\":\"$to/$each_key.0001\"}]" \
	'trace of one of many'
want 0 replay --reason 'again' "$each_id"
says "$each_id: 0 made, $((n + 1)) unchanged, 1 no longer made"
rm -r "$each"

# zips
spool=$scratch/zipped
printf '\n[transform]\noutput = zip\n' >> "$config/flerapp.conf"
rm -r "$config/routes/ny"
mkdir "$spool"
want 0 drop "$scratch/a.zip"
want 0 run --progress none
box=$spool/outbox/$to
want 0 replay --reason zip "$id"
says "$id: 0 made, 1 unchanged"
sed -i 's/const:Et sted/const:Et annet sted/' "$route/map.csv"
want 0 replay --reason zip "$id"
says "  made $to/$key~2"
unzip -p "$box/$key~2.zip" manifest.json | jq -e ".replaces == \"$to/$key\"" > "$scratch/out" ||
	fail 'the manifest in the zip'
unzip -p "$box/$key~2.zip" SHA256SUMS | grep -v manifest.json | sha256sum | cut -d ' ' -f 1 > "$scratch/sum"
is "$(replayed | jq -r '.instances[0].content')" "$(< "$scratch/sum")" 'the content of a zip'
want 0 replay --reason again "$id"
says "$id: 0 made, 1 unchanged"
want 0 show --multipart "$key~2"
status_is .balanced true
want 0 ledger verify
