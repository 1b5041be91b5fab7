#!/bin/bash
# Without the kernel's part of the sandbox no package is read, unless somebody
# wants that; and then it is said aloud, in the log and in the ledger.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
without=$bin/../tests/without
make_package "$scratch/a.zip" "$(guid 1)"
make_package "$scratch/b.zip" "$(guid 2)"
calls='landlock_create_ruleset seccomp'
# sanitizers have no filter of calls
! grep -q __asan_init "$bin/flerapp-worker" || calls=landlock_create_ruleset

# kernel CODE CALL PROGRAM ARGUMENTS...
kernel() {
	local code=$1 call=$2 rc=0
	shift 2
	"$without" "$call" -- "$bin/$1" --spool "$spool" "${@:2}" > "$scratch/out" \
		2> "$scratch/err" < /dev/null || rc=$?
	[ "$rc" = "$code" ] || fail "without $call, $*: exit $rc, not $code"
}
notes() { cat "$spool"/ledger/*.jsonl | jq -r 'select(.event == "started").sandbox' | tail -n 1; }

want 0 drop "$scratch/a.zip"
for call in $calls; do
	kernel 71 "$call" flerapp run --progress none
	complains 'sandbox'
	! grep -q 'without a sandbox' "$scratch/err" || fail 'said to run without'
	kernel 71 "$call" flerapp-watch --once
	kernel 71 "$call" flerapp check "$scratch/b.zip"
	is "$(ls "$spool/incoming")" a.zip 'incoming'
	is "$(find "$spool/claimed" "$spool/tmp" "$spool/outbox" -type f | wc -l)" 0 'files made'
	status_is .states.incoming 1
done
kernel 71 landlock_create_ruleset flerapp doctor
says 'no Landlock'

# with it, nothing is said, and the ledger has it
want 0 run --progress none
quiet
is "$(notes)" enforce 'the ledger'

# whoever wants it open has it, and everybody is told
printf '[workers]\nsandbox = open\n' >> "$config/flerapp.conf"
want 0 drop "$scratch/b.zip"
kernel 0 landlock_create_ruleset flerapp-watch --once
complains 'workers read packages without a sandbox'
is "$(notes)" open 'the ledger after flerapp-watch'
want 0 run --progress none
complains 'workers read packages without a sandbox'
is "$(notes)" open 'the ledger after flerapp run'
"$bin/flerapp-transform" --spool "$spool" > "$scratch/out" 2> "$scratch/err"
complains 'workers read packages without a sandbox'
want 0 check "$scratch/a.zip"
complains 'workers read packages without a sandbox'
status_is .published 2
