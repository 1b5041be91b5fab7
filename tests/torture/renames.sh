#!/bin/bash
# A flood of renames into incoming/, with the watcher away, standing still and
# at work, and inotify's queue far too short: none is missed, none is taken
# twice. One in a hundred is sound, a hundred at most; the others are refused.
# usage: renames.sh BINDIR [N [1000]]; the spool is made below TMPDIR
n=${2:-1000}
every=$((n > 10000 ? n / 100 : 100))
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh" "$1"
queue=/proc/sys/fs/inotify/max_queued_events
before=$(cat "$queue")
log=$scratch/log
end_flood() {
	echo "$before" > "$queue" 2> /dev/null
	[ -z "$background" ] || kill -CONT "$background" 2> /dev/null
	end_scratch
}
trap end_flood EXIT
# inotify takes the length when it is started; who may not set it has a longer
# queue, and the flood is as wide.
echo 16 2> /dev/null > "$queue" || echo "queue of $before: it may not be set"

# Nothing but inotify, or its loss, can make it look again.
sed -i 's/^settle.*/&\nrescan = 1h/' "$config/flerapp.conf"
mkdir -p "$spool/incoming" "$scratch/flood"/{1,2,3}
for ((i = 0; i < n; i++)); do
	to=$scratch/flood/$((i * 3 / n + 1))/$i.zip
	if [ $((i % every)) = 0 ]; then
		make_package "$to" "$(guid $((i + 1)))"
	else
		printf 'no package, number %d\n' "$i" > "$to"
	fi
done

start() {
	"$bin/flerapp-watch" --spool "$spool" 2> "$log" &
	background=$!
}
# Each file by a rename of its own; mv(1) also looks at what it has moved, and
# it may be taken by then.
flood() { # WHICH
	find "$scratch/flood/$1" -type f -print0 | TO=$spool/incoming perl -0ne '
		chomp; m{([^/]+)$}; rename $_, "$ENV{TO}/$1" or die "$_: $!"' ||
		fail "flood $1"
}
in_incoming() { find "$spool/incoming" -type f | wc -l; }
settled() { # until nothing lies there, or nothing has happened for a minute
	local left=$n now still=0
	while now=$(in_incoming); [ "$now" -gt 0 ]; do
		still=$((now < left ? 0 : still + 1))
		[ "$still" -lt 120 ] || fail "$now are left in incoming/"
		kill -0 "$background" 2> /dev/null || fail "the watcher is gone"
		left=$now
		sleep 0.5
	done
}

begun=$(date +%s.%N)
flood 1				# while it is not there
start
settled
kill -STOP "$background"	# while it stands still
flood 2
kill -CONT "$background"
settled
flood 3				# while it is at work
settled
kill -TERM "$background"
rc=0
wait "$background" || rc=$?
background=
is "$rc" 0 'the exit code after SIGTERM'
ended=$(date +%s.%N)

grep -hF '"event":"received"' "$spool"/ledger/*.jsonl |
	sed 's/.*"package":"\([^"]*\)".*/\1/' | sort > "$scratch/received"
for ((i = 0; i < n; i++)); do echo "$i.zip"; done | sort > "$scratch/dropped"
cmp "$scratch/dropped" "$scratch/received" || fail "not each of them once: $(
	diff "$scratch/dropped" "$scratch/received" | head -n 5)"
sound=$(((n + every - 1) / every))
status_is .received "$n"
status_is .states.accepted "$sound"
status_is .states.rejected "$((n - sound))"
status_is .balanced true
want 0 ledger verify
is "$(find "$spool/claimed" "$spool/tmp" -mindepth 1)" '' 'what is left in claimed/ and tmp/'
awk -v n="$n" -v b="$begun" -v e="$ended" 'BEGIN { printf \
	"%d renames, each received once, in %.1f s (%.0f a second)\n", n,
	e - b, n / (e - b) }'
