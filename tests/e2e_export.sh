#!/bin/bash
# The ledger as a table: a row for each line, nothing lost, nothing a formula.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
head='seq;time;event;id;package;sha256;size;instance;app;state;act;reason;user;codes;instances;run;group;other;prev'
bom=$'\xef\xbb\xbf' cr=$'\r'

# an empty ledger is a table without rows
want 0 ledger export
is "$(cat "$scratch/out")" "$bom$head$cr" 'the head'

make_package "$scratch/good.zip" "$(guid 1)"
make_package "$scratch/held.zip" "$(guid 2)" "$held_edit"
make_package "$scratch/bad.zip" "$(guid 3)" "$bad_edit"
cp "$scratch/good.zip" "$scratch/=2+3;\"x\".zip"
want 0 drop "$scratch"/{good,held,bad}.zip "$scratch/=2+3;\"x\".zip"
want 3 run
id=$("$bin/flerapp" --spool "$spool" list --state held --json | jq -r .id)
want 0 reject --reason '=HYPERLINK("http://x";"se her")' "$id"

want 0 ledger export
quiet
lines=$(cat "$spool"/ledger/*.jsonl | wc -l)
is "$(wc -l < "$scratch/out")" $((lines + 1)) 'a row for each line'
is "$(grep -c "$cr\$" "$scratch/out")" $((lines + 1)) 'rows that end in CRLF'
is "$(head -n 1 "$scratch/out")" "$bom$head$cr" 'the head'
says ";\"'=2+3;\"\"x\"\".zip\";"
says ";reject;\"'=HYPERLINK(\"\"http://x\"\";\"\"se her\"\")\";"
says ';Xsd;;'
grep -qE ';published;[^;]+;+eks/kommunesak/org-[0-9]{9}/[^;]+;' "$scratch/out" || fail 'no instance'
grep -qE '^1;[^;]+;started;.*;"\{""mode"":""run"",.*""config"":""[0-9a-f]{64}"".*\}";0{64}'"$cr\$" \
	"$scratch/out" || fail 'what has no column is not in other'

# each cell is what the ledger says
cut -d ';' -f 1-4 "$scratch/out" | tail -n +2 > "$scratch/table"
cat "$spool"/ledger/*.jsonl | jq -r '[.seq, .time, .event, .id // ""] | join(";")' |
	cmp - "$scratch/table" || fail 'seq, time, event, id'

# one day; none; no settings are needed with --spool
cp "$scratch/out" "$scratch/all"
want 0 ledger export --date today
cmp "$scratch/all" "$scratch/out" || fail 'the day is not all of it'
want 0 ledger export --date 2001-01-01
is "$(wc -l < "$scratch/out")" 1 'a day without lines'
want 64 ledger export --date i-dag
FLERAPP_CONFIG=/nowhere want 0 ledger export
cmp "$scratch/all" "$scratch/out" || fail 'without settings'

"$bin/flerapp" --spool "$spool" ledger export > /dev/full 2> "$scratch/err"
is $? 73 'a full disk'
complains 'write to stdout'

# what is no record is left out, and that is said
sed -i '2s/^{/[/' "$spool"/ledger/*.jsonl
want 4 ledger export
complains '1 lines are no records'
is "$(wc -l < "$scratch/out")" "$lines" 'the rows that are left'
