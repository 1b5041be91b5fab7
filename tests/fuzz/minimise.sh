#!/bin/bash
# Of a grown corpus, the few small inputs that reach what the generated seeds
# do not: they go to tests/fuzz/seeds, and each run of CI replays them. Those
# that have a name stay; those called by their hash are chosen anew, shortest
# first, up to 60 kB for a target.
# usage: minimise.sh BUILD TARGET...
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
build=$1
shift
most=60000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests/fuzz/seeds.sh "$build/fuzz/make_seeds" "$work/seeds"

for t in "$@"; do
	kept=tests/fuzz/seeds/$t
	mkdir -p "$kept" "$work/$t/known" "$work/$t/hashed"
	find "$kept" -type f | grep -E '/[0-9a-f]{40}$' |
		xargs -r mv -t "$work/$t/hashed"
	cp "$work/seeds/$t"/* "$work/$t/known/" 2> /dev/null || true
	find "$kept" -type f -exec cp -t "$work/$t/known" {} +
	ls "$work/$t/known" > "$work/$t/names"
	# Edges only: how often one was taken is for the grown corpus.
	"$build/fuzz/$t" -merge=1 -use_counters=0 -max_len=8192 -timeout=20 \
		-rss_limit_mb=3072 "$work/$t/known" "$work/$t/hashed" \
		"$build/corpus/$t" > "$work/$t/log" 2>&1 ||
		{ tail -5 "$work/$t/log"; echo "minimise: $t failed"; exit 1; }
	sum=0
	while read -r size name; do
		sum=$((sum + size))
		[ "$sum" -le "$most" ] || break
		cp "$work/$t/known/$name" "$kept/"
	done < <(cd "$work/$t/known" && find . -type f -printf '%s %f\n' |
		sort -n | awk 'NR == FNR { known[$1]; next } !($2 in known)' \
		"$work/$t/names" -)
	rmdir "$kept" 2> /dev/null || true
	printf 'minimise: %-10s %5d inputs, %6d bytes\n' "$t" \
		"$(find "$kept" -type f 2> /dev/null | wc -l)" \
		"$(find "$kept" -type f -printf '%s\n' 2> /dev/null |
		awk '{ n += $1 } END { print n + 0 }')"
done
