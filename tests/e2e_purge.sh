#!/bin/bash
# purge: by retention, with a reason, hashes in the ledger, nothing made twice.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"

# age DAYS: all that has happened in the spool happened so many days before.
age() {
	local day old line prev name
	prev=$(printf '0%.0s' {1..64})
	for name in "$spool"/ledger/*.jsonl; do
		day=$(basename "$name" .jsonl)
		old=$(date -u -d "$day $1 days ago" +%F)
		while IFS= read -r line; do
			# shellcheck disable=SC2001
			line=$(sed "s/\"prev\":\"[0-9a-f]*\"/\"prev\":\"$prev\"/
				s/\"time\":\"$day/\"time\":\"$old/" <<< "$line")
			printf '%s\n' "$line"
			prev=$(sha256sum <<< "$line")
			prev=${prev%% *}
		done < "$name" > "$scratch/aged"
		rm "$name"
		mv "$scratch/aged" "$spool/ledger/$old.jsonl"
	done
	for name in "$spool"/done/* "$spool"/reports/*; do
		[ ! -d "$name" ] || mv "$name" "$(dirname "$name")/$(date -u \
			-d "$(basename "$name") $1 days ago" +%F)"
	done
	find "$spool/receipts" -type f -exec touch -d "$1 days ago" {} +
}
retention() { printf '[retention]\n%s\n' "$1" > "$scratch/retention"
	cat "$example/config/flerapp.conf" "$scratch/retention" > "$config/flerapp.conf"; }
purged() { grep -h '"event":"purged"' "$spool"/ledger/*.jsonl; }
everything() { (cd "$spool" && find . -type f -exec sha256sum {} + | sort -k 2); }

# the ledger is never thinned
retention 'ledger = 400'
want 78 status
complains 'unknown key ledger in [retention]'
retention ''

# a spool of 100 days ago, with some of everything
make_package "$scratch/good.zip" "$(guid 1)"
make_package "$scratch/taken.zip" "$(guid 2)"
make_package "$scratch/held.zip" "$(guid 3)" "$held_edit"
make_package "$scratch/bad.zip" "$(guid 4)" "$bad_edit"
make_package "$scratch/waits.zip" "$(guid 5)"
want 0 drop "$scratch"/{good,taken,held,bad}.zip
want 3 run --progress none
want 0 report
want 0 drop "$scratch/waits.zip"
"$bin/flerapp-watch" --once --spool "$spool" 2> "$scratch/err" || fail 'watch --once'
age 100
want 0 ledger verify
status_is .balanced true
id_of() { "$bin/flerapp" list --json --spool "$spool" | jq -r "select(.package == \"$1\").id"; }
good=$(id_of good.zip) held=$(id_of held.zip) bad=$(id_of bad.zip) waits=$(id_of waits.zip)

# and one package of today
make_package "$scratch/fresh.zip" "$(guid 6)"
want 0 hold --reason 'not tonight' "$waits"
want 0 drop "$scratch/fresh.zip"
want 0 run --progress none
want 0 release --reason 'go on' "$waits"
# the owner takes one of the old instances
old=$(find "$spool/outbox" -mindepth 4 -maxdepth 4 -name "$(guid 2)*")
mv "$old" "$scratch/owner"

# with nothing set, nothing is removed
want 0 purge --reason x
says '[retention] keeps everything'
want 64 purge
complains 'needs --reason'
want 64 purge --reason x --state incoming
complains '--state is accepted'

# saying is not doing
retention 'done = 90
held = 90
rejected = 100
outbox = 90
receipts = 90
reports = 90'
before=$(everything)
want 0 purge --dry-run
says "done/$(date -u -d '100 days ago' +%F)/$good.zip"
says "would remove 2 from done/"
says 'would remove 1 from outbox/'
says 'would remove 1 from held/'
says 'would remove 1 from reports/'
! grep -q "$bad" "$scratch/out" || fail '100 days are not more than 100 days'
! grep -q "$(guid 6)" "$scratch/out" || fail 'the package of today'
want 0 purge --dry-run --json --state held
is "$(field '.id + " " + .state + " " + (.done | tostring)')" "$held held false" 'what would go'
is "$(everything)" "$before" 'the spool after a dry run'
want 0 doctor
says 'flerapp purge --reason'

# done: the folders, the ledger with hashes and without names, the books
want 0 purge --reason 'case 12, for 15867210064'
says 'removed 2 from done/'
quiet
[ ! -e "$spool/done/$(date -u -d '100 days ago' +%F)" ] || fail 'an empty day is left'
[ ! -e "$spool/held/$held" ] || fail 'the held package is there'
[ -e "$spool/rejected/$bad" ] || fail 'the refused package is gone'
is "$(find "$spool/outbox" -mindepth 4 | grep -c "$(guid 1)")" 0 'instances of good.zip'
is "$(find "$spool/outbox" -mindepth 4 -maxdepth 4 | grep -c "$(guid 6)")" 1 'instances of fresh.zip'
is "$(find "$spool/receipts" -name 'good*' | wc -l)" 0 'receipts of good.zip'
is "$(find "$spool/receipts" -name 'fresh*' | wc -l)" 1 'receipts of fresh.zip'
is "$(find "$spool/reports" -mindepth 1 | wc -l)" 0 'reports'
is "$(ls -A "$spool/tmp")" '' 'tmp'
is "$(purged | wc -l)" 6 'lines in the ledger'
is "$(purged | jq -r "select(.id == \"$good\" and .what == \"original\").sha256")" \
	"$(sha256sum "$scratch/good.zip" | cut -c1-64)" 'the hash of the tombstone'
is "$(purged | grep -c -e 'good\.zip' -e 15867210064)" 0 'names and numbers'
is "$(purged | jq -r .user | sort -u)" "$(id -un)" 'the user'
is "$(purged | jq -r .reason | sort -u)" 'case 12, for ***********' 'the reason'
want 0 ledger verify
status_is .balanced true
status_is .published 3
status_is .states.done 1
status_is .purged 3
want 0 status
says 'removed by retention: 3'
want 0 purge --reason x
says 'nothing is older'
want 0 doctor
! grep -q 'flerapp purge' "$scratch/out" || fail 'doctor still complains'

# an auditor's own count agrees, and names what went
display() { # NAME: of flerapp-audit(7), run without any program of ours
	awk -v name="$1" '/^\.\\" / { on = $2 "." $3 == name }
		/^\.Ed/ { on = inside = 0 }
		inside { gsub(/\\e/, "\\"); print }
		/^\.Bd/ { inside = on }' "$here/../spool/flerapp-audit.7" > "$scratch/display"
	[ -s "$scratch/display" ] || fail "no display $1"
	(cd "$spool" && T=$scratch bash "$scratch/display") > "$scratch/out" 2>&1
}
display check.books
[ ! -s "$scratch/out" ] || fail 'the books of the auditor'
display check.originals
[ ! -s "$scratch/out" ] || fail 'the originals of the auditor'
display show.removed
says "done/$(date -u -d '100 days ago' +%F)/$good.zip"
says 'case 12'

# what is known of it
want 0 show --json "$good"
is "$(field .purged)" true 'purged'
want 0 show "$good"
says 'removed by retention'
want 0 trace "$good"
says 'reason: case 12'
says '(removed by retention)'
want 0 trace "$(guid 2)"
says '(taken away since)'
want 0 why "$held"
says 'removed by retention'
says OWNER_UNKNOWN
want 0 why --json "$held"
want 0 list --state held
! grep -q "$held" "$scratch/out" || fail 'it is still listed'
want 66 release --reason x "$held"
want 0 report --json
is "$(field '.actions[] | select(.action == "purge").reason')" 'case 12, for ***********' 'the report'
is "$(field '.removed.original')" 3 'the originals that the report counts'
is "$(field '[.actions[] | select(.action == "purge")] | length')" 1 'the purge as one act'

# published once: the same bytes are a repetition, held ones are judged anew
want 0 drop "$scratch/good.zip" "$scratch/held.zip"
want 3 run --progress none
status_is .duplicate 1
status_is .states.held 1
status_is .balanced true
is "$(jq -r .state "$spool"/receipts/good.zip.*.json)" duplicate 'the receipt of the repetition'
make_package "$scratch/other.zip" "$(guid 1)" 's/dype/dypere/'
want 0 drop "$scratch/other.zip"
want 3 run --progress none
want 0 why "$(guid 1)"
says CONFLICT

# what came back, as from a backup, is named and goes once more
day=$(date -u -d '100 days ago' +%F)
mkdir "$spool/done/$day"
cp "$scratch/good.zip" "$spool/done/$day/$good.zip"
want 4 status
want 0 purge --dry-run
says 'it came back'
want 0 purge --reason 'restored by mistake'
status_is .balanced true
want 0 ledger verify

# accepted ones only when that is asked for
retention 'accepted = 0'
make_package "$scratch/late.zip" "$(guid 7)"
want 0 drop "$scratch/late.zip"
"$bin/flerapp-watch" --once --spool "$spool" 2> "$scratch/err" || fail 'watch --once'
want 0 purge --reason x
says 'nothing is older'
age 1
want 0 purge --state accepted --reason 'never wanted'
says 'removed 1 from accepted/'
status_is .balanced true
want 0 drop "$scratch/late.zip"
want 0 run --progress none
status_is .published 5
status_is .balanced true

# a run at work comes first
(
	flock -x 9
	want 75 purge --reason x
	complains 'another flerapp is at work'
) 9> "$spool/ledger/.transform.lock" || exit 1
