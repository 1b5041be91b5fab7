#!/bin/bash
# The demo: one completed form of one app becomes a prefilled instance of
# another, in a scratch spool that is removed at the end.
# usage: demo.sh BINDIR
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
step() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
[ -t 1 ] || step() { printf '\n# %s\n' "$*"; }

guid=7b1f6a90-3c2d-4e5f-8a6b-9c0d1e2f3a4b
good=50045678_$guid.zip
made=$spool/outbox/eks/kommunesak/org-310000108/$guid.skade-til-kommune

step 'a completed form of app A, with its attachments, as one package'
make_package "$scratch/$good" "$guid"
unzip -Z1 "$scratch/$good"
make_package "$scratch/wrong.zip" "$(guid 2)" "$bad_edit"

step 'flerapp check: is it all right? (the second one is not)'
want 0 check "$scratch/$good"
cat "$scratch/out"
want 65 check --json "$scratch/wrong.zip"
field '.findings[] | "\(.code): \(.message)\n  \(.file) line \(.line), \(.path)\n  \(.action)"'

step 'flerapp drop, flerapp run: what waits goes through to the end'
want 0 drop "$scratch/$good" "$scratch/wrong.zip"
cat "$scratch/out"
want 3 run --progress none
cat "$scratch/out" "$scratch/err"
echo '(exit code 3: something was refused)'

step 'flerapp status'
want 0 status
cat "$scratch/out"
says 'balanced'
status_is .published 1
status_is .states.rejected 1
status_is .balanced true

step 'what came out, ready for app B'
(cd "$spool/outbox" && find . -type f | sort)
echo
cat "$made/instance.json"
xmllint --format "$made/kommunesak.xml" || fail 'no form came out'
(cd "$made" && sha256sum -c SHA256SUMS) || fail 'SHA256SUMS is wrong'
xmllint --noout --schema "$config/apps/eks/kommunesak/models/Kommunesak.xsd" \
	"$made/kommunesak.xml" 2> "$scratch/err" || fail "the form is not as app B's schema says"
is "$(xmllint --xpath 'string(//Punkt[2]/kode)' "$made/kommunesak.xml")" V02 \
	'the code of the second point'
is "$(xmllint --xpath 'string(//Sak/kommune)' "$made/kommunesak.xml")" \
	'Eksempelvik kommune' 'the municipality'

step 'the receipt for app A'
cat "$spool/receipts/$good".*.json || fail 'no receipt'

step 'flerapp trace: from the B instance back to the package'
want 0 trace "$made"
cat "$scratch/out"
says "$good"

step 'flerapp show --multipart: the body for POST /instances (its beginning)'
want 0 show --multipart "${made##*/}"
head -n 6 "$scratch/out"
complains 'multipart/form-data; boundary='

step 'flerapp ledger verify; and no person number is anywhere'
want 0 ledger verify
cat "$scratch/out"
if grep -rl 15867210064 "$spool/receipts" "$spool/ledger" "$spool/outbox" \
	"$spool"/*/*/reason.*; then
	fail 'a person number got out'
fi

printf '\nAll as it should be.\n'
