#!/bin/bash
# flerapp drop: whole or not at all, never over another file.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
make_package "$scratch/a.zip" "$(guid 1)"
make_package "$scratch/b.zip" "$(guid 2)"

want 0 drop "$scratch/a.zip" "$scratch/b.zip"
says 'dropped a.zip'
says 'dropped b.zip'
is "$(ls -A "$spool/incoming")" "$(printf 'a.zip\nb.zip')" 'incoming'
cmp "$scratch/a.zip" "$spool/incoming/a.zip" || fail 'not the same bytes'
is "$(stat -c %a "$spool/incoming/a.zip")" 640 'mode'

# a name that is taken: the file there stays, the others go through
before=$(sha256sum < "$spool/incoming/a.zip")
make_package "$scratch/a.zip" "$(guid 3)"
make_package "$scratch/c.zip" "$(guid 4)"
want 75 drop --json "$scratch/a.zip" "$scratch/c.zip"
complains 'a.zip is in incoming/ already'
is "$(field .package)" c.zip 'what was dropped'
is "$(sha256sum < "$spool/incoming/a.zip")" "$before" 'a.zip'
is "$(ls -A "$spool/incoming" | wc -l)" 3 'files in incoming'

# what would never be taken is refused, and so is what is no file
for name in .a.zip a.zip.part a.tmp a.filepart; do
	cp "$scratch/c.zip" "$scratch/$name"
	want 64 drop "$scratch/$name"
	complains 'rename it'
done
want 66 drop "$scratch/finnes-ikke.zip"
complains 'No such file'
want 66 drop "$scratch"
complains 'no plain file'

# a person number in a name is not shown (its bytes are those of c.zip)
cp "$scratch/c.zip" "$scratch/15867210064.zip"
want 0 drop "$scratch/15867210064.zip"
says 'dropped ***********.zip'
want 75 drop "$scratch/15867210064.zip"
! grep -q 15867210064 "$scratch/err" "$scratch/out" || fail 'a person number was shown'
is "$(ls -A "$spool/incoming" | wc -l)" 4 'files in incoming'

# it needs no configuration when it is told the spool
make_package "$scratch/d.zip" "$(guid 5)"
FLERAPP_CONFIG=/nowhere want 0 drop "$scratch/d.zip"

# no space: nothing is left behind
if [ "$(id -u)" = 0 ] && mkdir "$scratch/small" &&
	mount -t tmpfs -o size=64k none "$scratch/small" 2> /dev/null; then
	mkdir "$scratch/small/incoming"
	head -c 200000 /dev/zero > "$scratch/e.zip"
	rc=0
	"$bin/flerapp" drop --spool "$scratch/small" "$scratch/e.zip" \
		> "$scratch/out" 2> "$scratch/err" || rc=$?
	left=$(ls -A "$scratch/small/incoming")
	umount "$scratch/small"
	is "$rc" 73 'the exit code on a full disk'
	is "$left" '' 'what a failed drop left'
fi
want 0 run --progress none
status_is .published 4
status_is .duplicate 1
