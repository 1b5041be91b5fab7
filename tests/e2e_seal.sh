#!/bin/bash
# The ledger is sealed; what is changed afterwards is found, and where.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
ledger=$spool/ledger seals=$spool/ledger/seals

# seal wants a key, and one that nobody else can read
want 78 ledger seal
complains 'signing-key is not set'
openssl genpkey -algorithm ed25519 -out "$config/seal.pem" 2> /dev/null
openssl pkey -in "$config/seal.pem" -pubout -out "$scratch/public.pem"
openssl genpkey -algorithm ed25519 -out "$scratch/other.pem" 2> /dev/null
printf '[ledger]\nsigning-key = seal.pem\n' >> "$config/flerapp.conf"
chmod 644 "$config/seal.pem"
want 77 ledger seal
complains 'chmod 0600'
chmod 600 "$config/seal.pem"
openssl genpkey -algorithm x25519 -out "$scratch/wrong.pem" 2> /dev/null
sed -i 's/^signing-key.*/signing-key = \/nowhere.pem/' "$config/flerapp.conf"
want 71 ledger seal
complains '/nowhere.pem'
sed -i "s|^signing-key.*|signing-key = $scratch/wrong.pem|" "$config/flerapp.conf"
want 78 ledger seal
complains 'openssl genpkey'
sed -i 's/^signing-key.*/signing-key = seal.pem/' "$config/flerapp.conf"

# an empty ledger; then some nights
want 0 ledger seal
says 'the ledger is empty'
night() { # N
	make_package "$scratch/$1.zip" "$(guid "$1")"
	want 0 drop "$scratch/$1.zip"
	want 0 run
	want 0 ledger seal --json
	is "$(field .sealed)" true "sealed in night $1"
}
night 1
one=$seals/$(field .note)
grep -q 'sealed origin=flerapp/test/ledger size=' "$scratch/err" || fail 'no line for the journal'
journal=$(cat "$scratch/err")
want 0 ledger seal
says 'nothing new'
quiet
night 2
two=$seals/$(field .note)
night 3
three=$seals/$(field .note)
is "$(find "$seals" -type f | wc -l)" 3 'how many seals'
want 0 ledger verify --json
is "$(field '[.sound, .signatures, .seals, .lines - .sealed] | join(" ")')" 'true true 3 1' 'verify'
field .key > /dev/null

# what each run worked with: the listing that its hash is of, and what changed
first=$(jq -r 'select(.event == "started") | .config' "$ledger"/*.jsonl | head -n 1)
is "$(sha256sum < "$ledger/config/$first.txt" | cut -c -64)" "$first" 'the listing'
(cd "$config" && sha256sum -c --quiet "$ledger/config/$first.txt") || fail 'the files of the listing'
is "$(find "$ledger/config" -type f | wc -l)" 1 'how many listings'
cp -r "$config" "$scratch/before"
echo '# mer' >> "$config"/routes/*/route.conf
want 0 run
second=$(jq -r 'select(.event == "started") | .config' "$ledger"/*.jsonl | tail -n 1)
is "$(diff "$ledger/config/$first.txt" "$ledger/config/$second.txt" | sed -n 's/^> [0-9a-f]* *//p')" \
	"$(cd "$config" && echo routes/*/route.conf)" 'the file that was changed'
cp "$scratch"/before/routes/*/route.conf "$config"/routes/*/
want 0 ledger seal
want 0 ledger verify
sed -i 's/route/Route/' "$ledger/config/$second.txt"
want 4 ledger verify
complains "ledger/config/$second.txt"
sed -i 's/Route/route/' "$ledger/config/$second.txt"
night 4
three=$seals/$(field .note)

want 0 report --dry-run --json
is "$(field '.ledger | [.verified, .sealed, .signatures] | join(" ")')" \
	"true $(sed -n 2p "$three") true" 'what the report says'

# the note by other means: openssl proves it, the shell counts the lines
note=$three
size=$(sed -n 2p "$note")
is "$(cat "$ledger"/*.jsonl | wc -l)" $((size + 1)) 'lines sealed'
head -n 3 "$note" > "$scratch/body"
sed -n '5s/.* //p' "$note" | base64 -d | tail -c 64 > "$scratch/signature"
openssl pkeyutl -verify -rawin -pubin -inkey "$scratch/public.pem" -in "$scratch/body" \
	-sigfile "$scratch/signature" > /dev/null || fail 'openssl does not take the signature'
is "$(sed -n 4p "$note")" '' 'the empty line'
is "$(sed -n '5s/ [^ ]*$//p' "$note")" '— flerapp/test/ledger' 'who signed'

# the tree hash of RFC 6962, by sha256sum alone
unhex() { tr -d '\n' | tr a-f A-F | basenc -d --base16; }
tree() { # FIRST LAST
	local first=$1 n=$(($2 - $1 + 1)) k=1
	if [ "$n" = 1 ]; then
		{ printf '\0'; sed -n "${first}p" "$scratch/lines"; } | sha256sum | cut -c -64
		return
	fi
	while ((k * 2 < n)); do k=$((k * 2)); done
	{ printf '\1'; { tree "$first" $((first + k - 1)); tree $((first + k)) "$2"; } |
		unhex; } | sha256sum | cut -c -64
}
cat "$ledger"/*.jsonl > "$scratch/lines"
is "$(tree 1 "$size" | unhex | base64)" "$(sed -n 3p "$note")" 'the tree hash'

# the journal's line is enough to make the note again
# shellcheck disable=SC2001
part() { sed "s/.* $1=\([^ ]*\).*/\1/" <<< "$journal"; }
printf '%s\n%s\n%s\n\n— %s %s\n' "$(part origin)" "$(part size)" "$(part root)" \
	"$(part origin)" "$(part signature)" | cmp - "$one" || fail 'the note from the journal'

# three days, as if each night had been on its own
days=(2026-03-01 2026-03-02 2026-03-03)
split() {
	local at=1 i end
	local sizes=("$(sed -n 2p "$one")" "$(sed -n 2p "$two")" 999999)
	for i in 0 1 2; do
		end=${sizes[i]}
		sed -n "${at},${end}p" "$scratch/lines" > "$1/ledger/${days[i]}.jsonl"
		at=$((end + 1))
	done
}
copy=$scratch/copy
fresh() {
	rm -rf "$copy"
	mkdir -p "$copy/ledger"
	cp -r "$seals" "$copy/ledger/"
	split "$copy"
}

# An auditor: a copy of the ledger, the public key, no configuration.
audit() { # CODE ARGUMENTS...
	local code=$1 rc=0
	shift
	FLERAPP_CONFIG=/nowhere "$bin/flerapp" ledger verify --spool "$copy" "$@" \
		> "$scratch/out" 2> "$scratch/err" || rc=$?
	[ "$rc" = "$code" ] || fail "verify $*: exit $rc, not $code"
}
found() { # WHERE WHAT
	grep -F -- "$2" "$scratch/err" | grep -qF -- "$1" || fail "not found: $2 ($1)"
}
key=(--key "$scratch/public.pem")
d=$copy/ledger

fresh
audit 0 "${key[@]}" --json
is "$(field '.found | length')" 0 'faults as JSON'
audit 0 "${key[@]}"
quiet
says 'signatures checked'
audit 0
says 'signatures NOT CHECKED'
audit 0 --key "$config/seal.pem"
want 0 ledger seal --json
field .key > "$scratch/verifier"
audit 0 --key "$scratch/verifier" --seal "$one" --seal "$two"
says '7 seals, 2 of them kept elsewhere'

fresh # edited
sed -i '3s/"size":/"size":1/' "$d/${days[1]}.jsonl"
audit 4 "${key[@]}"
found "${days[1]}.jsonl:4" 'was changed'
found "$(basename "$two")" "behind ledger/${days[0]}.jsonl:$(wc -l < "$d/${days[0]}.jsonl")"

audit 4 "${key[@]}" --json
is "$(field '.found[] | select(.line == 4) | .file')" "ledger/${days[1]}.jsonl" 'as JSON'
is "$(field '(.found | length) == .faults and (.sound | not)')" true 'as JSON'

fresh # edited, and the chain made anew
sed -i '3s/"size":/"size":1/' "$d/${days[1]}.jsonl"
rechain "$d"
audit 4 "${key[@]}"
grep -q 'was changed' "$scratch/err" && fail 'the chain is not whole'
found "$(basename "$two")" "up to ledger/${days[1]}.jsonl:$(wc -l < "$d/${days[1]}.jsonl") are not those"
found "$(basename "$three")" 'are not those that were sealed'

fresh # removed
sed -i 3d "$d/${days[1]}.jsonl"
audit 4 "${key[@]}"
found "${days[1]}.jsonl:3" 'a line is missing'

fresh # removed, and the chain made anew
sed -i 3d "$d/${days[1]}.jsonl"
rechain "$d"
audit 4 "${key[@]}"
found "$(basename "$two")" 'are not those that were sealed'

fresh # reordered
sed -i '3{h;d};4G' "$d/${days[0]}.jsonl"
audit 4 "${key[@]}"
found "${days[0]}.jsonl:3" 'out of place'
rechain "$d"
audit 4 "${key[@]}"
found "$(basename "$one")" 'are not those that were sealed'

fresh # invented
sed -i '3{p;s/"event":"[a-z]*"/"event":"published"/}' "$d/${days[1]}.jsonl"
audit 4 "${key[@]}"
found "${days[1]}.jsonl:4" 'seq does not follow'
rechain "$d"
audit 4 "${key[@]}"
found "$(basename "$two")" 'are not those that were sealed'

fresh # the tail cut off
sed -i '$d' "$d/${days[2]}.jsonl"
sed -i '$d' "$d/${days[2]}.jsonl"
audit 4 "${key[@]}"
found "$(basename "$three")" "ends after $((size - 1)) (ledger/${days[2]}.jsonl:"

fresh # the last day gone
rm "$d/${days[2]}.jsonl"
audit 4 "${key[@]}"
found "$(basename "$three")" 'its tail was cut off, or a day is gone'

fresh # the last day gone with its seals: a seal kept elsewhere knows
cp "$three" "$scratch/mailed.note"
rm "$d/${days[2]}.jsonl"
for f in "$d"/seals/*; do
	[[ ${f##*/} < ${two##*/} || ${f##*/} = "${two##*/}" ]] || rm "$f"
done
audit 0 "${key[@]}"
audit 4 "${key[@]}" --seal "$scratch/mailed.note"
found 'mailed.note' 'its tail was cut off'

fresh # a day in the middle gone
rm "$d/${days[1]}.jsonl"
audit 4 "${key[@]}"
found "${days[2]}.jsonl:1" 'a line is missing'

fresh # two days swapped
mv "$d/${days[0]}.jsonl" "$scratch/day"
mv "$d/${days[1]}.jsonl" "$d/${days[0]}.jsonl"
mv "$scratch/day" "$d/${days[1]}.jsonl"
audit 4 "${key[@]}"
found "${days[0]}.jsonl:1" 'seq does not follow'

fresh # a seal gone, a seal exchanged
rm "$d/seals/$(basename "$one")"
audit 4 "${key[@]}"
found "${days[1]}.jsonl:1" 'is gone from ledger/seals/'

fresh # another number of lines in a seal; another hash; other bytes
sed -i "2s/.*/$((size - 1))/" "$d/seals/$(basename "$three")"
audit 4 "${key[@]}"
found "$(basename "$three")" 'its name is not its number of lines'
mv "$d/seals/$(basename "$three")" "$d/seals/$(printf %012d $((size - 1))).note"
audit 4 "${key[@]}"
found "$(printf %012d $((size - 1))).note" 'the signature is false'
fresh
sed -i "3s/.*/$(sed -n 3p "$one" | sed 's/[/&]/\\&/g')/" "$d/seals/$(basename "$two")"
audit 4
found "$(basename "$two")" 'this seal is false'
audit 4 "${key[@]}"
found "$(basename "$two")" 'the signature is false'
found "${days[2]}.jsonl:1" 'or another lies there'
echo 'x' > "$d/seals/$(basename "$two")"
audit 4 "${key[@]}"
found "$(basename "$two")" 'no seal: the second line'

fresh # everything made anew, and sealed with another key
sed -i '3s/"size":/"size":1/' "$d/${days[1]}.jsonl"
rechain "$d"
rm -r "$d/seals"
cp -r "$config" "$scratch/forger"
cp "$scratch/other.pem" "$scratch/forger/seal.pem"
sed -i '/"event":"sealed"/d' "$d"/*.jsonl
rechain "$d"
"$bin/flerapp" --config "$scratch/forger" ledger seal --spool "$copy" > /dev/null 2>&1 ||
	fail 'the forger'
audit 0
audit 4 "${key[@]}"
found '.note' 'signed by another key'
audit 4 "${key[@]}" --seal "$two"
found "$(basename "$two")" 'are not those that were sealed'

# a seal of another ledger
fresh
sed 's/flerapp/anden/' "$one" > "$scratch/foreign.note"
audit 4 --seal "$scratch/foreign.note"
found foreign.note 'of another ledger'

# nothing is signed over a ledger that was changed, or over a fork
fresh
cp -r "$seals" "$scratch/seals"
rm -r "$ledger"
cp -r "$copy/ledger" "$ledger"
sed -i '3s/"size":/"size":1/' "$spool/ledger/${days[2]}.jsonl"
rechain "$ledger"
want 4 ledger seal
complains 'nothing is signed'
complains 'are not those that were sealed'
diff -r "$scratch/seals" "$seals" || fail 'a seal was made all the same'

# the key was changed: the old one's public half proves what it signed
rm -r "$ledger"
cp -r "$copy/ledger" "$ledger"
cp "$scratch/other.pem" "$config/seal.pem"
openssl pkey -in "$scratch/other.pem" -pubout > "$scratch/keys.pem"
cat "$scratch/public.pem" >> "$scratch/keys.pem"
want 0 run
want 4 ledger seal
complains 'another key'
printf 'public-key = %s\n' "$scratch/keys.pem" >> "$config/flerapp.conf"
want 0 ledger seal
want 0 ledger verify
says 'signatures checked'

# another origin is another log
printf 'origin = flerapp/test/andre\n' >> "$config/flerapp.conf"
want 0 run
want 78 ledger seal
complains 'flerapp/test/ledger'
sed -i 's/^origin.*/origin = med mellomrom/' "$config/flerapp.conf"
want 78 ledger seal
complains 'without blanks'

# a service's credential goes before
sed -i '/^origin/d' "$config/flerapp.conf"
sed -i 's/^signing-key.*/signing-key = nowhere.pem/' "$config/flerapp.conf"
mkdir "$scratch/credentials"
cp "$scratch/other.pem" "$scratch/credentials/signing-key"
CREDENTIALS_DIRECTORY=$scratch/credentials want 0 ledger seal
