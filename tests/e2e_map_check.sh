#!/bin/bash
# map check: all that is wrong with a configuration in one run, each fault
# with its file and line, nothing besides; and nothing at all of a sound one.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"

want 0 map check
says ', no faults'
! grep -qv '^warning: ' "$scratch/err" || fail 'a fault in the sound example'

broken=$here/data/broken
total=0 wrong=0
want 78 --config "$broken/config" map check
while IFS='|' read -r level place words; do
	total=$((total + 1))
	end="($place); try: flerapp doctor"
	start=$words
	[ "$level" = fault ] || start="warning: $words"
	while IFS= read -r line; do
		[[ $line == "$start"*"$end" ]] && continue 2
	done < "$scratch/err"
	echo "not told: $level $place $words" >&2
	wrong=$((wrong + 1))
done < "$broken/want"
is "$wrong" 0 'planted faults that are not told'
is "$(wc -l < "$scratch/err")" "$total" 'lines told for the planted faults'
[ "$total" -ge 40 ] || fail "only $total faults planted"
! grep -vqE '\([^()]+:[0-9]+(:[0-9]+)?\); try: flerapp doctor$' \
	"$scratch/err" || fail 'a fault without file and line'

# the night's programs refuse it, and name what stops them
echo x > "$spool/x"
want 78 --config "$broken/config" run --progress none
complains 'routes/vedtak/map.csv:5:2'
[ ! -e "$spool/incoming" ] || [ -z "$(ls -A "$spool/incoming")" ] ||
	fail 'a refused configuration must touch nothing'
