#!/bin/bash
# At the end of each run all that has changed is held against the ledger, byte
# by byte; flerapp doctor reads everything.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
last() { jq -r "select(.event == \"ended\") | $1" "$spool"/ledger/*.jsonl | tail -n 1; }

make_package "$scratch/a.zip" "$(guid 1)"
make_package "$scratch/b.zip" "$(guid 2)" "$held_edit"
make_package "$scratch/c.zip" "$(guid 3)" "$bad_edit"
want 0 drop "$scratch"/{a,b,c}.zip
want 3 run --progress none
[[ $(last .checked) =~ ^20..-..-..T..:..:..Z$ ]] || fail 'the run does not say when it was content'

# an original that somebody changed, his traces hidden as well as may be
original=$(ls "$spool"/done/*/*.zip)
cp -p "$original" "$scratch/kept"
printf x | dd of="$original" bs=1 seek=100 conv=notrunc status=none
touch -r "$scratch/kept" "$original"
want 4 run --progress none
complains 'its bytes are not those that were received'
complains "${original#"$spool"/}"
complains '1 files are not as the ledger says'
is "$(last .checked)" null 'what the run says of a change'
want 4 doctor
grep -q '^fault *bytes ' "$scratch/out" || fail 'doctor says nothing of it'
want 4 run --progress none
cp -p "$scratch/kept" "$original"
want 0 run --progress none
want 0 doctor

# an instance: a file, and with its list
instance=$(find "$spool/outbox" -name SHA256SUMS -printf '%h\n')
cp -rp "$instance" "$scratch/instance"
echo '<!-- -->' >> "$instance/kommunesak.xml"
want 4 run --progress none
complains 'a file is not what its SHA256SUMS says'
(cd "$instance" && sha256sum -- $(cut -c 67- SHA256SUMS) > sums && mv sums SHA256SUMS)
(cd "$instance" && sha256sum --quiet -c SHA256SUMS) || fail 'the forgery is not sound in itself'
want 4 run --progress none
complains 'the ledger does not know it'
rm -r "$instance"
cp -rp "$scratch/instance" "$instance"
want 0 run --progress none

# what an owner takes is not missed
mv "$instance" "$scratch/taken"
want 0 run --progress none
want 0 doctor
says '3 originals and 0 instances'
