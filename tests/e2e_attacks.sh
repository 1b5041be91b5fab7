#!/bin/bash
# Every attack of the catalogue (tests/attacks.h) dropped into one spool: each
# gets its finding, none harms another, and nothing comes in or gets out.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
attacks=$scratch/attacks
mkdir "$attacks" "$scratch/canary"
echo 'do not touch' > "$scratch/canary/target.txt"
(cd "$here/.." && "$bin/../tests/test_attacks" "$attacks") || fail 'cannot make the attacks'
read -r bytes unpacked entries <<< "$(sed -n 's/^limits\t//p' "$attacks/expected")"
cat >> "$config/flerapp.conf" <<END
[packages]
max-bytes = $bytes
max-unpacked = $unpacked
max-entries = $entries
END

# name, state and codes, each code once
sed -n '/^limits/d; s/\t$/\tpublished\t/; t end; s/\t/\trejected\t/; :end p' \
	"$attacks/expected" | LC_ALL=C sort > "$scratch/want"
count=$(wc -l < "$scratch/want") good=$(grep -c 'published' "$scratch/want")
[ "$count" -gt 200 ] || fail "$count attacks"
[ "$good" -gt 10 ] || fail "$good that are no attack"
verdicts() {
	jq -r '[.package, .state, (reduce .findings[].code as $c ([];
		if index($c) then . else . + [$c] end) | join(" "))] | @tsv' \
		"$@" | LC_ALL=C sort
}
around() {
	(cd / && ls -A)
	find "$scratch/canary" "$attacks" "$config" -type f -print0 |
		LC_ALL=C sort -z | xargs -0 sha256sum
	ls -A "$scratch"
}

mkdir "$spool/incoming"
cp "$attacks"/*.* "$spool/incoming"
touch "$scratch/out" "$scratch/err" "$scratch/before" "$scratch/after"
around > "$scratch/before"
want 3 run --progress none
around > "$scratch/after"
diff "$scratch/before" "$scratch/after" >&2 || fail 'something changed outside the spool'

verdicts "$spool"/receipts/*.json > "$scratch/got"
diff "$scratch/want" "$scratch/got" >&2 || fail 'verdicts'
is "$(find "$spool/incoming" "$spool/claimed" "$spool/tmp" -mindepth 1 | wc -l)" 0 'left behind'
is "$(find "$spool/outbox" -mindepth 4 -maxdepth 4 | wc -l)" "$good" 'instances'
is "$(find "$spool" -type l -o -type p -o -type s -o -name '*evil*' | wc -l)" 0 'what came in'
status_is .balanced true
status_is .received "$count"
want 0 ledger verify

# what is told is text, and none of it is another file's
told=("$spool/receipts" "$spool/ledger" "$scratch/out" "$scratch/err")
while IFS= read -r -d '' reason; do told+=("$reason"); done \
	< <(find "$spool/rejected" -name 'reason.*' -print0)
! LC_ALL=C grep -rlP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' "${told[@]}" >&2 ||
	fail 'raw bytes in what is told'
! grep -rl 'root:x:0:0' "$spool/outbox" "${told[@]}" >&2 || fail 'text of /etc/passwd'

# flerapp check says the same without a spool
want 65 check --json "$attacks"/*.*
sed 's/\tpublished\t/\taccepted\t/' "$scratch/want" > "$scratch/want-check"
verdicts "$scratch/out" > "$scratch/got"
diff "$scratch/want-check" "$scratch/got" >&2 || fail 'verdicts of check'

# the manual page has all that is found
sed -n '/^.Sh SECURITY/,$p' "$here/../watcher/flerapp-package.5" > "$scratch/manual"
cut -f 3 "$scratch/want" | tr ' ' '\n' | sort -u > "$scratch/codes"
while read -r found; do
	grep -qw "$found" "$scratch/manual" || fail "flerapp-package(5) lacks $found among its attacks"
done < <(grep . "$scratch/codes")
