#!/bin/bash
# hold, release, requeue, reject: with a reason, all or none, in the ledger.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
make_package "$scratch/held.zip" "$(guid 1)" "$held_edit"
make_package "$scratch/bad.zip" "$(guid 2)" "$bad_edit"
make_package "$scratch/also.zip" "$(guid 3)" "$held_edit"
want 0 drop "$scratch"/{held,bad,also}.zip
want 3 run --progress none
id_of() { "$bin/flerapp" list --json --spool "$spool" | jq -r "select(.package == \"$1\").id"; }
held=$(id_of held.zip) bad=$(id_of bad.zip) also=$(id_of also.zip)
everything() { (cd "$spool" && find . -type f -exec sha256sum {} + | sort -k 2); }

# saying is not doing, and what is not lawful is not done, not even in part
before=$(everything)
want 0 release --dry-run "$held" "$also"
says "$held would be accepted"
want 0 reject --dry-run --json "$held"
is "$(field '.state + " " + (.done | tostring)')" 'rejected false' 'what would be done'
want 64 release "$held"
complains 'needs --reason'
want 65 release --reason x "$held" "$bad"
complains "cannot release $bad: it is rejected"
want 66 release --reason x "$held" finnes-ikke
want 66 requeue --reason x "$(guid 9)-0123456789ab"
want 65 requeue --reason x "$held"
want 65 hold --reason x "$held"
is "$(everything)" "$before" 'the spool after all that'

# release, with the reason and the user in the ledger, masked where it must be
want 0 release --reason 'row added, asked by 15867210064' "$held"
says "$held accepted"
status_is .states.accepted 1
want 0 trace --json "$held"
is "$(field '.events[-1].event')" released 'the last event'
is "$(field '.events[-1].reason')" 'row added, asked by ***********' 'the reason'
is "$(field '.events[-1].user')" "$(id -un)" 'the user'
want 0 trace "$held"
says 'reason: row added'

# an accepted one can be held, then refused, with its reason
want 0 hold --reason 'wait' "$held"
status_is .states.held 2
want 0 why "$held"
says 'wait'
want 0 reject --reason 'withdrawn' "$held" "$also"
status_is .states.rejected 3
want 0 why --json "$also"
is "$(field '.findings[0].code')" OWNER_UNKNOWN 'the findings it was held for'
want 0 why "$also"
says 'withdrawn'
is "$(jq -r .state "$spool"/receipts/also.zip.*.json)" rejected 'the receipt'

# requeue: judged again, by the configuration of now
sed -i 's/^9902;/9904;/' "$config/routes/skade-til-kommune/owners.csv"
want 0 requeue --reason 'the row is there now' "$held"
want 0 run --progress none
status_is .published 1
status_is .balanced true
want 0 show "$held"
says org-310000205
want 66 reject --reason x "$held"
complains 'waits'
want 0 ledger verify
quiet
is "$(grep -c 15867210064 "$spool"/ledger/*.jsonl)" 0 'person numbers in the ledger'

# a run at work comes first
(
	flock -x 9
	want 75 reject --reason x "$bad"
	complains 'another flerapp is at work'
) 9> "$spool/ledger/.transform.lock" || exit 1
want 0 requeue --reason x "$bad"
