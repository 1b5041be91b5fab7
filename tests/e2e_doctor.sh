#!/bin/bash
# flerapp doctor: every fault at once, with its exit code.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
row() { grep -qE "^$1 +$2 .*$3" "$scratch/out" || fail "no row $1 $2 $3"; }
no_fault() { ! grep -q '^fault' "$scratch/out" || fail 'a fault'; }

# a spool that was never used, then one at work
want 0 doctor
no_fault
row warning folders 'accepted/ is not there yet'
is "$(ls -A "$spool")" '' 'the spool after doctor'
make_package "$scratch/a.zip" "$(guid 1)"
make_package "$scratch/b.zip" "$(guid 2)" "$held_edit"
want 0 drop "$scratch/a.zip" "$scratch/b.zip"
want 3 run --progress none
before=$(find "$spool" | sort)
want 0 doctor
quiet
no_fault
for check in settings key signing maps worker memory folders space incoming runs ledger books bytes; do
	row ok "$check" ''
done
row ok books 'received 2 = published 1 .* held 1'
row ok bytes '2 originals and 1 instances'
is "$(find "$spool" | sort)" "$before" 'the spool after doctor'
want 0 doctor --json
is "$(jq -r 'select(.check == "books").level' "$scratch/out")" ok 'the books as JSON'
is "$(jq -r 'select(.level == "fault")' "$scratch/out" | wc -l)" 0 'faults as JSON'

# settings and maps: all of them, 78
cp -r "$config" "$scratch/good"
sed -i 's/^environment.*/environment = kanskje/; s/^settle.*/settle = snart/' "$config/flerapp.conf"
want 78 doctor
row fault settings 'flerapp.conf:4'
row fault settings 'snart'
row warning maps 'the settings come first'
row ok ledger ''
cp "$scratch/good/flerapp.conf" "$config/flerapp.conf"
echo 'Finnes.ikke;/Skademelding/finnes/ikke;;;;;' >> "$config/routes/skade-til-kommune/map.csv"
want 78 doctor
row fault maps 'map.csv'
! grep -q 'try: flerapp doctor; try' "$scratch/out" || fail 'two hints'
rm -rf "$config" && cp -r "$scratch/good" "$config"
want 78 doctor --config /nowhere
row fault settings 'no such folder'

# a key that others can read, a worker that is not there
sed -i 's/^environment.*/environment = prod/' "$config/flerapp.conf"
want 78 doctor
row fault key 'key-file is not set'
is "$(grep -c 'key-file is not set' "$scratch/out")" 1 'how often it is said'
row warning signing 'not signed'
cp "$scratch/good/flerapp.conf" "$config/flerapp.conf"
head -c 32 /dev/urandom > "$config/key"
chmod 644 "$config/key"
printf '[privacy]\nkey-file = key\n' >> "$config/flerapp.conf"
want 77 doctor
row fault key 'mode 0644'
chmod 640 "$config/key"
want 0 doctor
row ok key 'mode 0640'
FLERAPP_LIBEXEC=/nowhere want 71 doctor
row fault worker '/nowhere/flerapp-worker'
rm -rf "$config" && cp -r "$scratch/good" "$config"

# the spool
chmod 777 "$spool/done"
want 77 doctor
row fault folders 'done/'
chmod 750 "$spool/done"
rmdir "$spool/outbox" 2> /dev/null || mv "$spool/outbox" "$scratch/outbox"
touch "$spool/outbox"
want 71 doctor
row fault folders 'outbox is no folder'
rm "$spool/outbox"
mv "$scratch/outbox" "$spool/outbox"
sed -i 's/^min-free-bytes.*/min-free-bytes = 900T/' "$config/flerapp.conf"
want 73 doctor
row fault space 'min-free-bytes'
cp "$scratch/good/flerapp.conf" "$config/flerapp.conf"
want 71 doctor --spool "$scratch/nowhere"
row fault folders 'No such file'

# odd things are warnings
mkdir "$spool/incoming/folder"
touch -d '3 days ago' "$spool/incoming/halv.part"
mkdir "$spool/claimed/20260303T011502.123456Z-4711"
want 0 doctor
row warning incoming 'folder is no file'
row warning incoming 'halv.part has been incomplete'
row warning runs '20260303T011502.123456Z-4711 was cut off'
rm -r "$spool"/incoming/{folder,halv.part} "$spool/claimed/20260303T011502.123456Z-4711"

# an auditor is not blamed for rights that are missing
if [ "$(id -u)" = 0 ]; then
	cp -r "$bin" "$scratch/bin"
	chmod -R go+rX "$scratch"
	chmod -R o-rwx "$spool/held"
	rc=0
	setpriv --reuid=65534 --regid=65534 --clear-groups -- "$scratch/bin/flerapp" \
		--spool "$spool" doctor > "$scratch/out" 2> "$scratch/err" || rc=$?
	is "$rc" 0 'the exit code for a guest'
	row warning folders 'held/ cannot be read by this user'
	row warning books 'not looked at'
	row ok ledger ''
	chmod -R o-rwx "$spool"/*
fi

# the signing key, and how old the last seal is
openssl genpkey -algorithm ed25519 -out "$config/seal.pem" 2> /dev/null
printf '[ledger]\nsigning-key = seal.pem\n' >> "$config/flerapp.conf"
chmod 604 "$config/seal.pem"
want 77 doctor
row fault signing 'mode 0604'
chmod 600 "$config/seal.pem"
want 0 doctor
row ok signing 'mode 0600'
cp -r "$spool/ledger" "$scratch/ledger"
sed -i 's/"time":"20[0-9-]*/"time":"2026-03-03/' "$spool"/ledger/*.jsonl
rechain "$spool/ledger"
want 0 doctor
row warning ledger 'has never been sealed, and its first line is of 2026-03-03T'
want 0 ledger seal
want 0 doctor
row ok ledger 'sealed up to line'
sed -i '$s/"time":"20[0-9-]*/"time":"2026-03-03/' "$spool"/ledger/*.jsonl
want 0 doctor
row ok ledger 'sealed up to line'	# old, but nothing is new
want 0 run	# the edited line was the last one: the chain goes on from it
want 0 doctor
row warning ledger 'the last seal is of 2026-03-03T'
printf 'public-key = nowhere.pem\n' >> "$config/flerapp.conf"
want 71 doctor
row fault ledger 'nowhere.pem'
rm -r "$spool/ledger"
cp -r "$scratch/ledger" "$spool/ledger"
cp "$scratch/good/flerapp.conf" "$config/flerapp.conf"

# the books, the ledger; the worst comes first
mv "$spool"/held/* "$scratch/"
want 4 doctor
row fault books 'is held, but its bytes are nowhere'
mv "$scratch"/7b1f6a90* "$spool/held/"
want 0 doctor
sed -i '2s/"size":/"size":1/' "$spool"/ledger/*.jsonl
printf '[tull]\n' >> "$config/flerapp.conf"
want 4 doctor
row fault ledger 'was changed'
