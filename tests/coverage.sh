#!/bin/bash
# Lines and branches that the unit tests and the fuzz corpora reach, per
# folder and in the code of the worker, and the files that are reached least.
# The corpora are the committed and generated seeds, and what has grown in
# build-fuzz/corpus, if anything.
# What a killed process or the sandboxed worker reached is not counted.
# usage: coverage.sh; into build-cov
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
build="build-cov"
tests/packages.sh llvm

make -s -j"$(nproc)" CC=clang COV=1 BUILD=$build CFLAGS='-O1 -g' \
	test-programs fuzz-programs "$build/bin/flerapp-worker"
rm -rf "$build/raw" "$build/seeds" && mkdir -p "$build/raw"
LLVM_PROFILE_FILE=/dev/null \
	tests/fuzz/seeds.sh "$build/fuzz/make_seeds" "$build/seeds"

objects=()
for program in "$build"/tests/test_* "$build"/fuzz/*; do
	[[ -x $program && $program != *.a ]] || continue
	objects+=(-object "$program")
done

for t in "$build"/tests/test_*; do
	LLVM_PROFILE_FILE="$build/raw/unit-${t##*/}-%m.profraw" "$t" \
		> "$build/${t##*/}.log" 2>&1 ||
		{ echo "coverage: ${t##*/} failed, see $build/${t##*/}.log"; exit 1; }
done
for t in "$build"/fuzz/*; do
	name=${t##*/}
	[[ -x $t && $name != make_seeds && $name != *.a ]] || continue
	find "$build/seeds/$name" "tests/fuzz/seeds/$name" \
		"build-fuzz/corpus/$name" -type f -print0 2> /dev/null |
		LLVM_PROFILE_FILE="$build/raw/fuzz-$name-%m.profraw" \
		xargs -0 -r -n 1000 "$t" > "$build/fuzz-$name.log" 2>&1 ||
		{ echo "coverage: $name failed, see $build/fuzz-$name.log"; exit 1; }
done

measure() { # NAME RAW...: a line per file: name, lines, reached, branches, reached
	llvm-profdata merge -sparse -o "$build/$1.profdata" "${@:2}"
	llvm-cov export -summary-only -instr-profile="$build/$1.profdata" \
		"${objects[@]}" 2> /dev/null |
		jq -r --arg here "$PWD/" '.data[0].files[] |
			(.filename | ltrimstr($here)) as $f |
			select($f | test("^(spool|schemas|watcher|transform)/")) |
			[$f, .summary.lines.count, .summary.lines.covered,
			.summary.branches.count, .summary.branches.covered] |
			@tsv' | sort > "$build/$1.tsv"
}
measure unit "$build"/raw/unit-*
measure fuzz "$build"/raw/fuzz-*
measure both "$build"/raw/*
llvm-cov show -instr-profile="$build/both.profdata" "${objects[@]}" \
	2> /dev/null > "$build/both.txt"

# What is linked into the worker.
llvm-cov export -summary-only -instr-profile="$build/both.profdata" \
	"$build/bin/flerapp-worker" 2> /dev/null |
	jq -r --arg here "$PWD/" '.data[0].files[].filename | ltrimstr($here)' \
	> "$build/list-worker"
for folder in spool schemas watcher transform; do
	cut -f 1 "$build/both.tsv" | grep "^$folder/" > "$build/list-$folder"
done

sum() { # NAME LIST: percent of lines and of branches
	awk 'NR == FNR { wanted[$1]; next }
		$1 in wanted { l += $2; lc += $3; b += $4; bc += $5 }
		END { printf "%5.1f %% %5.1f %%", 100 * lc / l, 100 * bc / b }' \
		"$build/list-$2" "$build/$1.tsv"
}
printf 'coverage: %-10s %17s %17s %17s\n' lines/branches 'unit tests' corpora both
for list in spool schemas watcher transform worker; do
	printf 'coverage: %-10s    %s   %s   %s\n' "$list" \
		"$(sum unit $list)" "$(sum fuzz $list)" "$(sum both $list)"
done
echo 'coverage: least reached by both (lines, branches):'
awk '$2 > 0 {
		branches = 100
		if ($4 > 0)
			branches = 100 * $5 / $4
		printf "%5.1f %% %5.1f %% %s\n", 100 * $3 / $2, branches, $1
	}' "$build/both.tsv" |
	sort -n | head -n 20
echo "coverage: line by line in $build/both.txt"
