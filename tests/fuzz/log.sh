#!/bin/bash
# Add what runs of the fuzz targets took to the table of LOG.md: CPU seconds
# and executions are summed, edges and the day are those of the last run. An
# account that was added is renamed to *.logged, so that none is added twice.
# usage: log.sh ACCOUNT...; run.sh keeps one in build-fuzz/account
set -eu
log=$(dirname "$(readlink -f "$0")")/LOG.md
new=$(mktemp)
trap 'rm -f "$new"' EXIT
for account in "$@"; do
	[ -f "$account" ] || { echo "log.sh: no account $account" >&2; exit 1; }
done

sed '/^| [a-z]/d' "$log" > "$new"
{ grep '^| [a-z]' "$log" || true; cat "$@"; } | awk -v today="$(date -u +%F)" '
	/^\|/ {
		cpu[$2] += $4; runs[$2] += $6; cov[$2] = $8; day[$2] = $10
		next
	}
	NF == 7 && $6 ~ /^runs=[0-9]+$/ && $7 ~ /^cov=[0-9]+$/ {
		cpu[$1] += $3 + $4; runs[$1] += substr($6, 6)
		if (substr($7, 5) > 0)
			cov[$1] = substr($7, 5)
		day[$1] = today
		next
	}
	{ print "log.sh: left out: " $0 > "/dev/stderr" }
	END {
		for (t in cpu)
			printf "| %s | %.0f | %.0f | %d | %s |\n", t, cpu[t],
				runs[t], cov[t], day[t]
	}' | sort > "$new.rows"
awk -v rows="$new.rows" '{ print }
	/^\| --- / { while ((getline line < rows) > 0) print line }' "$new" > "$log"
rm -f "$new.rows"
for account in "$@"; do mv "$account" "$account.logged"; done
awk '/^\| [a-z]/ { cpu += $4; runs += $6; n++
		if (n == 1 || $4 < least) { least = $4; name = $2 } }
	END { printf "log.sh: %d targets, %.1f hours of CPU, %.0f runs; least: %s, %.2f hours\n",
		n, cpu / 3600, runs, name, least / 3600 }' "$log"
