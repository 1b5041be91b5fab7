#!/bin/bash
# The clock is set back and forward by days between runs, and in the run that
# a kill has cut off: the ledger's days keep their order, the books balance.
# usage: clock.sh BINDIR SHIMS SCRATCH
set -u
here=$(dirname "$(readlink -f "$0")")
bin=$(readlink -f "$1") shim=$(readlink -f "$2")/clock.so dir=$3/clock
# shellcheck source=tests/torture/scene.sh
. "$here/scene.sh"
scene_make "$dir" routes=many claim=rename || exit 1
spool=$dir/spool log=$dir/log
fail() {
	echo "FAIL clock: $*"
	tail -n 20 "$log"
	exit 1
}
day=$((24 * 3600))

# at SECONDS CODE PROGRAM ARGUMENTS...
at() {
	local by=$1 code=$2 rc=0
	shift 2
	FLERAPP_CLOCK=$by LD_PRELOAD=$shim "$bin/$1" "${@:2}" \
		--config "$dir/config" --spool "$spool" >> "$log" 2>&1 || rc=$?
	[ "$rc" = "$code" ] || fail "$* at $by: exit $rc, not $code"
}
sound() { # WHEN
	local books
	"$bin/flerapp" ledger verify --config "$dir/config" --spool "$spool" \
		>> "$log" 2>&1 || fail "the ledger, $1"
	books=$("$bin/flerapp" status --json --config "$dir/config" \
		--spool "$spool") || fail "status, $1"
	[[ $books == *'"balanced":true'* ]] ||
		fail "the books, $1: $books"
	# Neither an earlier file behind a later one, nor a number twice.
	cat "$spool"/ledger/*.jsonl | grep -o '^{"seq":[0-9]*' | cut -d: -f2 |
		awk '$1 != NR { bad = 1 } END { exit bad || NR == 0 }' ||
		fail "the ledger's numbers, $1"
}
put() { # NAMES: dropped now, by the true clock
	local n
	for n; do cp "$dir/packages/$n" "$spool/incoming/$n"; done
}

mkdir -p "$spool/incoming"
put a-good.zip b-wrong.zip
at 0 3 flerapp run --progress none
sound 'today'
put c-held.zip
at $((-2 * day)) 3 flerapp run --progress none
sound 'two days back'
put f-good.tar.gz
at $((3 * day)) 0 flerapp-watch --once
sound 'three days forward'
at $((-day)) 0 flerapp-transform
sound 'a day back'
put d-same.zip e-other.zip
at $((-40 * day)) 3 flerapp run --progress none
sound 'forty days back'
put g-large.zip
# Killed in the middle, with the clock elsewhere than in the recovery.
for by in $((-5 * day)) $((5 * day)); do
	FLERAPP_CLOCK=$by LD_PRELOAD=$shim timeout -s KILL 0.02 \
		"$bin/flerapp" run --progress none --config "$dir/config" \
		--spool "$spool" >> "$log" 2>&1 &
	wait $! 2> /dev/null
	at $((-by)) 0 flerapp run --progress none
	sound "killed at $by"
done
put i-good.zip
at 0 0 flerapp run --progress none
sound 'in the end'
[ "$(find "$spool/outbox" -name manifest.json | wc -l)" = 16 ] ||
	fail 'instances are missing, or too many'
[ "$(find "$spool/done" -type f | wc -l)" = 4 ] || fail 'the originals'
[ -z "$(find "$spool"/{incoming,claimed,tmp} -mindepth 1)" ] ||
	fail 'something is left'
echo "clock: 10 runs with the clock set back and forward, 2 of them killed"
