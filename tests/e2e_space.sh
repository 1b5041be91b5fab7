#!/bin/bash
# A full disk: who takes in waits and says so, and goes on; nothing is lost.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
log=$scratch/log disk=$scratch/disk
mkdir "$disk"
mount -t tmpfs -o size=24m,nr_inodes=3000 flerapp-test "$disk" 2> "$scratch/err" || {
	echo "skipped: this user may not mount ($(cat "$scratch/err"))"
	exit 0
}
end_disk() {
	umount -l "$disk"
	end_scratch
}
trap end_disk EXIT
spool=$disk/spool
mkdir "$spool"
start() {
	: > "$log"			# the child may be late with it
	"$bin/flerapp-watch" --spool "$spool" 2>> "$log" &
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
marks() { # BYTES INODES
	sed -i "s/^min-free-bytes.*/min-free-bytes = $1/
		s/^min-free-inodes.*/min-free-inodes = $2/" "$config/flerapp.conf"
}
leave() { # KIB: so much is free
	rm -f "$disk/fill"
	head -c $((($(df --output=avail -B1k "$disk" | tail -n 1) - $1) * 1024)) \
		/dev/zero > "$disk/fill" || fail 'cannot fill the disk'
}
received() { grep -h '"event":"received"' "$spool"/ledger/*.jsonl | jq -r .package | sort; }

# fat_package FILE GUID KIB: a package with an attachment that does not shrink
fat_package() {
	local p=$scratch/package map
	make_package "$1" "$2"
	map=$p/data/5d1c7e22-9b54-4c3e-8f1a-2f6f0e9d7c42
	{ printf '%%PDF-1.7\n'; head -c "$(($3 * 1024))" /dev/urandom; } > "$map"
	jq --argjson n "$(stat -c %s "$map")" '(.data[] |
		select(.dataType == "kart")).size = $n' "$p/instance.json" \
		> "$scratch/instance" && cp "$scratch/instance" "$p/instance.json"
	rm "$1"
	(cd "$p" && sha256sum instance.json data/* > SHA256SUMS && zip -qXDr "$1" .)
}
for n in 1 2 3 4; do make_package "$scratch/s$n.zip" "$(guid "$n")"; done
for n in 5 6 7; do fat_package "$scratch/f$n.zip" "$(guid "$n")" 1500; done

# below the mark for bytes: waits, says so once, goes on by itself
marks 8M 100
start
soon 'a watcher at work' test -d "$spool/incoming"
leave 4000
want 0 drop "$scratch/s1.zip"
soon 'a word on it' logged 'waiting for space'
logged 'min-free-bytes' || fail 'it does not say which mark'
want 0 drop "$scratch/s2.zip"
want 73 run --progress none
complains 'min-free-bytes'
status_is .states.incoming 2
status_is .balanced true
want 73 doctor
sleep 6
is "$(grep -c 'waiting for space' "$log")" 1 'how often it was said'
rm "$disk/fill"
soon 'both accepted' in_state accepted 2
soon 'a word on that' logged 'there is space again'
kill -0 "$background" || fail 'the watcher is gone'

# the nightly batch does not begin either
leave 4000
"$bin/flerapp-transform" --spool "$spool" > "$scratch/out" 2> "$scratch/err"
is $? 73 'flerapp-transform below the mark'
status_is .states.accepted 2
rm "$disk/fill"
"$bin/flerapp-transform" --spool "$spool" > "$scratch/out" 2> "$scratch/err"
is $? 0 'flerapp-transform with space'
stop

# below the mark for inodes
marks 0 2999
start
soon 'a watcher at work' test -d "$spool/incoming"
want 0 drop "$scratch/s3.zip"
soon 'a word on inodes' logged 'min-free-inodes'
status_is .states.incoming 1
# a new configuration is taken over while it waits
marks 0 100
kill -HUP "$background"
soon 's3 accepted' in_state accepted 1
stop

# no mark helps when somebody else fills the disk: met in the middle
marks 0 0
want 0 drop "$scratch"/{f5,f6,f7,s4}.zip
leave 2000
want 73 run --progress none
complains 'No space left'
rm -f "$disk/fill"
status_is .balanced true
want 0 ledger verify
leave 800
start
soon 'a word on it' logged 'waiting for space'
kill -0 "$background" || fail 'the watcher is gone'
rm "$disk/fill"
soon 'all taken' in_state incoming 0
soon 'a word on that' logged 'there is space again'
stop

# nothing at all is free when it starts
make_package "$scratch/s8.zip" "$(guid 8)"
want 0 drop "$scratch/s8.zip"
leave 0
start
soon 'a word on it' logged 'waiting for space'
rm "$disk/fill"
soon 's8 taken' in_state incoming 0
stop

# a worker that cannot write what it makes
leave 600
rc=0
"$bin/flerapp-transform" --spool "$spool" > "$scratch/out" 2> "$scratch/err" || rc=$?
rm "$disk/fill"
is "$rc" 73 'flerapp-transform without room for instances'
status_is .states.rejected 0
status_is .balanced true
want 0 run --progress none
status_is .balanced true
status_is .published 8
status_is .states.held 0
want 0 ledger verify
is "$(received | uniq -d)" '' 'received twice'
is "$(received | wc -l)" 8 'received'
is "$(find "$spool/outbox" -mindepth 4 -maxdepth 4 | wc -l)" 8 'instances'
is "$(ls -A "$spool/tmp")" '' 'tmp'
