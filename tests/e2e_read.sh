#!/bin/bash
# status, list, show, why, trace: the same story in every form.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
make_package "$scratch/good.zip" "$(guid 1)"
make_package "$scratch/held.zip" "$(guid 2)" "$held_edit"
make_package "$scratch/bad.zip" "$(guid 3)" "$bad_edit"
echo 'no package at all' > "$scratch/junk.zip"
want 0 drop "$scratch"/{good,held,bad,junk}.zip
want 0 list
is "$(grep -c '^incoming' "$scratch/out")" 4 'incoming in list'
status_is .states.incoming 4
status_is .received 4
status_is .balanced true
want 3 run --progress none
cp "$scratch/good.zip" "$scratch/again.zip"
want 0 drop "$scratch/again.zip"
want 0 run --progress none
mkdir "$spool/incoming/folder"
mkfifo "$spool/incoming/pipe"

want 0 status
says 'received 5 = published 1 + rejected 2 + held 1 + duplicate 1 + waiting 0: balanced'
says 'incoming/folder is no file and stays there (NOT_A_FILE)'
says 'incoming/pipe is no file'
says 'try: flerapp list --state held'
want 0 status --json
is "$(wc -l < "$scratch/out")" 1 'lines of status --json'
is "$(field '[.states[]] | join(" ")')" '0 0 0 1 2 1' states
is "$(field '.states | keys_unsorted | join(" ")')" \
	'incoming claimed accepted held rejected done' 'names of the states'
is "$(field '[.received, .published, .duplicate, .instances, .balanced] | join(" ")')" \
	'5 1 1 1 true' books
is "$(field '[.odd[] | .code + " " + .name] | join(",")')" \
	'NOT_A_FILE folder,NOT_A_FILE pipe' odd

want 0 list --json
is "$(jq -s length "$scratch/out")" 5 'packages in list'
for row in published:good.zip duplicate:again.zip held:held.zip; do
	want 0 list --json --state "${row%:*}"
	is "$(field '.state + ":" + .package')" "$row" 'a state and its package'
done
want 0 list --json --state done
is "$(field .instance)" "$(guid 1)" 'the instance'
is "$(field '.instances[0]')" \
	"eks/kommunesak/org-310000108/$(guid 1).skade-til-kommune" 'the B instance'
good=$(field .id)
want 0 list --json --state held
held=$(field .id)
is "$(field '.codes[0]')" OWNER_UNKNOWN 'its code'
want 0 list --state held
says OWNER_UNKNOWN
want 0 list --json --state rejected
is "$(jq -s 'map(has("instance")) | sort | join(" ")' -r "$scratch/out")" \
	'false true' 'instances of the refused'

# by id, by GUID, by hash, and all at once
sum=$(sha256sum < "$scratch/good.zip")
for word in "$good" "$(guid 1)" "${sum%% *}"; do
	for verb in show why trace; do
		want 0 "$verb" "$word"
		says "$(guid 1)"
		want 0 "$verb" --json "$word"
		is "$(wc -l < "$scratch/out")" 1 "lines of $verb --json"
		is "$(field .instance)" "$(guid 1)" "instance in $verb --json"
		is "$(field .state)" published "state in $verb --json"
	done
done
want 0 show "$good"
says 'came again 1 time'
want 0 show --json "$good" "$held"
is "$(jq -s length "$scratch/out")" 2 'objects for two ids'
want 66 show --json "$good" finnes-ikke "$held"
is "$(jq -s length "$scratch/out")" 2 'objects beside an unknown id'
complains 'no such package (finnes-ikke); try: flerapp list'
for verb in show why trace; do
	want 66 "$verb" finnes-ikke
	want 66 "$verb" ../../etc/passwd
	want 66 "$verb" ''
done

# the package lies where show says
want 0 show --json "$good"
cmp "$spool/$(field .path)" "$scratch/good.zip" || fail 'not the original'
want 0 show --json "$held"
cmp "$spool/$(field .path)" "$scratch/held.zip" || fail 'not the original'

# why is reason.txt and reason.json
want 0 why "$held"
cmp "$scratch/out" "$spool/held/$held/reason.txt" || fail 'not reason.txt'
want 0 why --json "$held"
is "$(jq -S . "$scratch/out")" "$(jq -S . "$spool/held/$held/reason.json")" 'reason.json'

# trace: from the instance back to the package, and what became of it
key=$(guid 1).skade-til-kommune
box=$spool/outbox/eks/kommunesak/org-310000108/$key
for word in "$key" "$box" "$box/manifest.json" "$box.zip"; do
	want 0 trace --json "$word"
	is "$(field .package)" good.zip "the package of $word"
	is "$(field '[.events[].event] | join(" ")')" \
		'received published received duplicate' 'its events'
	is "$(field '.instances[0].outbox')" true 'in the outbox'
done
rm -r "$box"
want 0 trace "$key"
says '(taken away since)'
want 0 trace --json "$key"
is "$(field '.instances[0].outbox')" false 'in the outbox'
want 0 status

# one changed byte in the ledger; one lost package
cp -r "$spool" "$scratch/copy"
sed -i '0,/"published"/s//"Published"/' "$scratch/copy"/ledger/*.jsonl
"$bin/flerapp" ledger verify --spool "$scratch/copy" > "$scratch/out" 2> "$scratch/err"
is $? 4 'ledger verify after a change'
complains '.jsonl:'
says 'NOT SOUND'
want 0 ledger verify --json
is "$(field .sound)" true 'the ledger'
rm -r "$spool/held/$held"
want 4 status --json
is "$(field .balanced)" false 'books with a lost package'
want 4 status
says 'NOT BALANCED'
