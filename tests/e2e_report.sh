#!/bin/bash
# flerapp report: the numbers of status and list, as a page, JSON and tables.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
today=$(date -u +%F)
box=$spool/reports/$today
# Should the day end in between, the test begins anew.
midnight() { [ "$today" = "$(date -u +%F)" ] || exec bash "$0" "$bin"; }

# nothing is there: a report all the same, and only where it is asked for
want 0 report --dry-run
says 'the books balance'
is "$(ls -A "$spool")" '' 'the spool after report --dry-run'
want 0 report
says "$box/report.html"

for i in 1 2 3; do make_package "$scratch/p$i.zip" "$(guid "$i")"; done
make_package "$scratch/bad.zip" "$(guid 4)" "$bad_edit"
make_package "$scratch/held.zip" "$(guid 5)" "$held_edit"
make_package "$scratch/also.zip" "$(guid 6)" "$held_edit"
cp "$scratch/p1.zip" "$scratch/15867210064 <b>.zip"
head -c 999 /dev/urandom > "$scratch/=1+1.zip"
want 0 drop "$scratch"/*.zip
want 3 run --progress none
echo '# changed' >> "$config/routes/skade-til-kommune/route.conf"
want 0 run --progress none
held=$("$bin/flerapp" list --json --state held --spool "$spool" | jq -r .id | head -n 1)
want 0 reject --reason '=cmd; asked by 15867210064 <script>' "$held"
midnight

want 0 report
quiet
says 'received 8 = published 3 + rejected 3 + held 1 + duplicate 1 + closing 0; difference 0'
says 'changed: config'
is "$(ls "$box" | tr '\n' ' ')" \
	'actions.csv balance.csv packages.csv rejects.csv report.html report.json ' 'the files'
is "$(ls -A "$box" | wc -l)" 6 'files in all'

# JSON: the same as status, and on stdout as one line
cp "$box/report.json" "$scratch/report"
j() { jq -r "$1" "$scratch/report" || fail "report.json: $1"; }
is "$(j '[.balanced, .exit, .complete] | map(tostring) | join(" ")')" 'true 0 false' 'the verdict'
is "$(j '.balance | [.received, .published, .rejected, .held, .duplicate, .closing, .difference] |
	map(.packages) | @csv')" 8,3,3,1,1,0,0 'the balance'
is "$(j .balance.difference.hashTotal)" 0000000000000000 'the hash total'
is "$(j '.runs | length')" 2 'runs'
is "$(j '.runs[1].changed | join(" ")')" config 'what changed'
is "$(j '.runs[0].changed | length')" 0 'what changed first'
is "$(j '.rules[] | select(.code == "OWNER_UNKNOWN").packages')" 2 'held by the rule'
is "$(j '.actions[0].reason')" '=cmd; asked by *********** <script>' 'the reason'
is "$(j '.held | length')" 1 'held'
is "$(j '.held[0].codes')" OWNER_UNKNOWN 'why it is held'
is "$(j '.ledger | [.verified, .sealed] | join(" ")')" 'true 0' 'verified, not sealed'
is "$(j .ledger.head)" "$(tail -n 1 "$spool/ledger/$today.jsonl" | sha256sum | cut -c -64)" 'the head'
want 0 report --dry-run --json
is "$(wc -l < "$scratch/out")" 1 'lines'
is "$(field '.balance.received.packages')" 8 'received on stdout'

# tables: BOM, CRLF, no formulas, one row per event
for f in "$box"/*.csv; do
	is "$(head -c 3 "$f" | od -An -tx1 | tr -d ' ')" efbbbf "the BOM of $f"
	is "$(grep -vc $'\r$' "$f")" 0 "lines without CR in $f"
	! grep -qE "(^|;)\"?[=@]" "$f" || fail "a formula in $f"
done
is "$(grep -c ';yes;' "$box/packages.csv")" 8 'received in packages.csv'
is "$(grep -c ';published;published;' "$box/packages.csv")" 3 'published in packages.csv'
grep -qF ";'=1+1.zip;" "$box/packages.csv" || fail 'the name that looks like a formula'
grep -qF "\"'=cmd; asked by *********** <script>\"" "$box/actions.csv" || fail 'the reason'
grep -qF ';Xsd;' "$box/rejects.csv" || fail 'the finding'
grep -qF ';/Skademelding/feil;' "$box/rejects.csv" || fail 'its path'
grep -qF "(all);packages;0;8;3;3;1;1;0;0;0;" "$box/balance.csv" || fail 'the balance'

# the page: well-formed, its own style alone, nothing fetched, nothing run
page=$box/report.html
! grep -qiE '<script|<link|<img|<iframe|://|url\(|@import|[ "]on[a-z]+="' "$page" || fail 'something foreign in the page'
grep -qF '&lt;script&gt;' "$page" || fail 'the reason in the page'
is "$(grep -o '<svg ' "$page" | wc -l)" 2 'charts'
style=$(tr -d '\n' < "$page" | sed -E "s/.*style-src '(sha256-[^']*)'.*/\1/")
sum=$(perl -0ne 'print $1 if /<style>(.*?)<\/style>/s' "$page" | openssl dgst -sha256 -binary | base64)
is "$style" "sha256-$sum" 'the hash of the style'
xmllint --html --noout "$page" 2>&1 | grep -v 'Tag .* invalid' | grep -q 'error' && fail 'the page is not well-formed'

! grep -rq 15867210064 "$spool/reports" || fail 'a person number in a report'

# an earlier day, another day, no day
want 0 report --date yesterday
is "$(jq -r '.balance.received.packages, .complete' "$spool/reports/$(date -u -d yesterday +%F)/report.json" | tr '\n' ' ')" \
	'0 true ' 'yesterday'
for day in 2026-02-30 26-01-01 2999-01-01 x ''; do
	want 64 report --date="$day"
done
want 0 report --date 2020-02-29

# a report that cannot be written leaves the old one whole
before=$(sha256sum "$box"/*)
mkdir "$box/.report.html"
want 71 report
complains 'report.html'
rmdir "$box/.report.html"
is "$(sha256sum "$box/report.html")" "$(grep report.html <<< "$before")" 'the old page'

# an auditor: reads, writes nothing, is not told lies about folders unseen
if [ "$(id -u)" = 0 ]; then
	cp -r "$bin" "$scratch/bin"
	chmod -R go+rX "$scratch"
	guest() { setpriv --reuid=65534 --regid=65534 --clear-groups -- \
		"$scratch/bin/flerapp" --spool "$spool" "$@" > "$scratch/out" 2> "$scratch/err"; }
	guest report --dry-run; is $? 0 'a guest asks'
	guest report; is $? 77 'a guest writes'
	chmod o-rx "$spool/held"
	guest report --dry-run; is $? 0 'a guest who sees less'
	says 'the folders were not looked at'
fi

# books that do not balance, and a ledger that was changed
mkdir "$scratch/kept"
mv "$spool/rejected"/* "$scratch/kept"
want 4 report
complains 'do not balance'
says 'THE BOOKS DO NOT BALANCE'
is "$(jq -r .exit "$box/report.json")" 4 'the exit code'
grep -qF 'The books do not balance' "$page" || fail 'the verdict in the page'
mv "$scratch/kept"/* "$spool/rejected"
want 0 report
sed -i '0,/"size":999/s//"size":998/' "$spool/ledger/$today.jsonl"
want 4 report
says 'the ledger is damaged'
