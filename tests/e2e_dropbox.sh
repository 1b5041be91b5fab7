#!/bin/bash
# What whoever may write in incoming/ can put there: each has its answer, what
# is not theirs stays as it was, and a good package beside it goes through.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
in=$spool/incoming
mkdir "$in"
make_package "$scratch/good.zip" "$(guid 1)"
make_package "$scratch/open.zip" "$(guid 2)"
make_package "$scratch/odd.zip" "$(guid 3)"
printf 'another, who did not ask\n' > "$scratch/secret"
printf '[packages]\nmax-bytes = 4M\n' >> "$config/flerapp.conf"

# no files: they stay, and are named
mkdir "$in/folder.zip"
mkfifo "$in/fifo.zip"
ln -s "$scratch/secret" "$in/link.zip"
ln -s "$in" "$in/loop.zip"
special=(folder.zip fifo.zip link.zip loop.zip)
if mknod "$in/device.zip" c 1 5 2> /dev/null; then special+=(device.zip); fi
# another's file under a second name, as anybody may where the kernel's
# fs.protected_hardlinks is 0; a hole; one that is still written; one with a
# lease on it, that its holder does not give up
ln "$scratch/secret" "$in/linked.zip"
truncate -s 1P "$in/hole.zip" 2> /dev/null || truncate -s 8T "$in/hole.zip" || fail 'no hole'
exec 7>> "$in/open.zip"
cat "$scratch/open.zip" >&7
make_package "$in/leased.zip" "$(guid 4)"
python3 -c 'if True:
	import fcntl, signal, sys
	signal.signal(signal.SIGIO, signal.SIG_IGN)
	drop = open(sys.argv[1], "r+b")
	fcntl.fcntl(drop, fcntl.F_SETLEASE, fcntl.F_WRLCK)
	print(flush=True)
	signal.pause()' "$in/leased.zip" > "$scratch/leased" &
background=$!
soon 'the lease' test -s "$scratch/leased"
cp "$scratch/good.zip" "$in"
# names that no message can show as they are
names=($'line\nfeed.zip' $'esc\e[2Jape.zip' $'not\xff\xfeutf8.zip' $'\xe2\x80\xaeright.zip'
	"$(printf 'n%.0s' {1..251}).zip" '-rf.zip' '%s%n%d.zip' "\$(id) \`id\` ';.zip" ' .zip')
for n in "${names[@]}"; do cp "$scratch/odd.zip" "$in/$n"; done
# a flood
for n in {1..300}; do printf x > "$in/flood-$n.zip"; done

begun=$SECONDS
want 3 run --progress none
[ $((SECONDS - begun)) -lt 300 ] || fail 'something held it up'
cp "$scratch/err" "$scratch/log"
for n in "${special[@]}"; do
	grep -qF "$n: NOT_A_FILE" "$scratch/log" || grep -F NOT_A_FILE "$scratch/log" | grep -qF "$n" ||
		fail "$n is not named"
	[ -e "$in/$n" ] || [ -L "$in/$n" ] || fail "$n is gone"
done
left=$(find "$in" -mindepth 1 -maxdepth 1 | sort)
is "$left" "$(printf "$in/%s\n" "${special[@]}" leased.zip open.zip | sort)" 'incoming'
is "$(cat "$scratch/secret")" 'another, who did not ask' "another's file"
is "$(stat -c %h "$scratch/secret")" 1 "names of another's file"
! grep -rq 'did not ask' "$spool/outbox" "$spool/receipts" "$spool/ledger" ||
	fail "another's text"
code() { jq -r '.findings[0].code' "$spool/receipts/$1".*.json; }
is "$(code linked.zip)" PACKAGE_FORMAT 'the link'
is "$(code hole.zip)" PACKAGE_TOO_LARGE 'the hole'
grep -q 'SHA-256 is that of its first' "$spool"/rejected/*/reason.txt || fail 'the sum of the hole'

# all copies of one package, under nine names: one instance
status_is .balanced true
status_is .published 2
status_is .duplicate $((${#names[@]} - 1))
status_is .states.rejected 302
for n in "${special[@]}"; do says "$n"; done

# the writer has closed it, the holder is gone
exec 7>&-
kill "$background"
wait "$background" || true
background=
want 0 run --progress none
status_is .published 4

# nothing raw in what is told
want 0 list --json
cat "$scratch/out" >> "$scratch/log"
cp "$scratch/log" "$scratch/out"
find "$spool/receipts" "$spool/rejected" -printf '%P\n' > "$scratch/paths"
! LC_ALL=C grep -lP '[\x00-\x08\x0b-\x1f\x7f]|\xff|\xe2\x80\xae' "$scratch/out" "$scratch/paths" \
	"$spool"/receipts/*.json "$spool"/ledger/*.jsonl >&2 || fail 'raw bytes in what is told'

want 0 ledger verify
