#!/bin/bash
# flerapp-watch: a verdict at once, turns with flerapp run, reload, signals.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
log=$scratch/log
start() {
	"$bin/flerapp-watch" --spool "$spool" "$@" 2> "$log" &
	background=$!
}
stop() {
	local rc=0
	kill -TERM "$background"
	wait "$background" || rc=$?
	background=
	is "$rc" 0 'the exit code after SIGTERM'
}
logged() { grep -qF -- "$1" "$log"; }
in_state() { # STATE COUNT
	[ "$("$bin/flerapp" status --json --spool "$spool" 2> /dev/null |
		jq ".states.$1")" = "$2" ]
}
for n in 1 2 3 4 5 6; do make_package "$scratch/good$n.zip" "$(guid "$n")"; done
make_package "$scratch/bad.zip" "$(guid 20)" "$bad_edit"

# --once settles what is there
want 0 drop "$scratch/good1.zip"
"$bin/flerapp-watch" --once --spool "$spool" 2> "$log" || fail "--once: $?"
logged 'state=accepted' || fail 'no log line'
status_is .states.accepted 1
want 0 drop "$scratch/bad.zip"
"$bin/flerapp-watch" --once --spool "$spool" 2> "$log"
is $? 3 '--once with a refused package'
"$bin/flerapp-watch" tull 2> "$log"
is $? 64 'a word'
"$bin/flerapp-watch" --help > "$scratch/out" || fail 'help'
says 'examples:'

# a rescan far away: only inotify can be this quick
sed -i 's/^settle.*/&\nrescan = 1h/' "$config/flerapp.conf"
start
want 0 drop "$scratch/good2.zip"
soon 'good2 accepted' in_state accepted 2
cp "$scratch/good3.zip" "$spool/incoming/in-place.zip"
soon 'good3 accepted, written in place' in_state accepted 3
logged 'package="in-place.zip"' || fail 'the log does not name it'
ls "$spool"/receipts/in-place.zip.*.json > /dev/null || fail 'no receipt'

# the nightly batch has its turn meanwhile
"$bin/flerapp-transform" --spool "$spool" > "$scratch/out" 2>&1 || fail 'transform'
in_state done 3 || fail 'not published'

# a new configuration on SIGHUP; a faulty one is not taken over
sed -i 's/^settle.*/settle = kanskje/' "$config/flerapp.conf"
kill -HUP "$background"
soon 'the faulty configuration refused' logged 'not taken over'
cp "$example/config/flerapp.conf" "$config/flerapp.conf"
kill -HUP "$background"
soon 'the configuration read again' logged 'reading the configuration again'
want 0 drop "$scratch/good4.zip"
soon 'good4 accepted' in_state accepted 1

# the drop box is replaced
mv "$spool/incoming" "$scratch/aside"
soon 'the new drop box' test -d "$spool/incoming"
soon 'a word on it' logged 'was replaced'
want 0 drop "$scratch/good5.zip"
soon 'good5 accepted' in_state accepted 2
stop
status_is .balanced true
status_is .states.claimed 0
is "$(ls -A "$spool/tmp")" '' 'tmp after the end'

# without inotify
sed -i 's/^settle.*/&\npoll = yes/' "$config/flerapp.conf"
start -v
want 0 drop "$scratch/good6.zip"
soon 'good6 accepted by polling' in_state accepted 3
stop

# the spool is gone: an end, not an empty spool in its place
start
has_run() { [ -n "$(ls -A "$spool/claimed")" ]; }
soon 'a watcher at work' has_run
sleep 0.3
mv "$spool" "$scratch/gone"
rc=0
for _ in 1 2 3 4 5 6 7 8 9 10; do
	kill -0 "$background" 2> /dev/null || break
	sleep 0.5
done
wait "$background" || rc=$?
background=
is "$rc" 74 'the exit code without a spool'
logged 'the spool is gone' || fail 'no word on it'
[ ! -e "$spool" ] || fail 'a new spool was made'
