#!/bin/bash
# Each target: its seeds, committed and generated, then SECONDS of looking
# around, as many at a time as there are processors. What is found new stays
# in BUILD/corpus; a crash is left in BUILD/found and fails the run.
# usage: run.sh BUILD SECONDS TARGET...
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
build=$1 seconds=$2
shift 2
mkdir -p "$build/found" "$build/log"
rm -rf "$build/seeds"
tests/fuzz/seeds.sh "$build/fuzz/make_seeds" "$build/seeds"
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0
export UBSAN_OPTIONS=print_stacktrace=1

one() {
	local build=$1 seconds=$2 t=$3 dict=()
	local corpus=$build/corpus/$t log=$build/log/$t
	mkdir -p "$corpus" "$build/seeds/$t"
	[ -f "tests/fuzz/$t.dict" ] && dict=("-dict=tests/fuzz/$t.dict")
	if ! "$build/fuzz/$t" -max_total_time="$seconds" -timeout=20 \
		-rss_limit_mb=3072 -print_final_stats=1 -use_value_profile=0 \
		"${dict[@]}" -artifact_prefix="$build/found/$t-" "$corpus" \
		"$build/seeds/$t" $([ -d "tests/fuzz/seeds/$t" ] &&
		echo "tests/fuzz/seeds/$t") > "$log" 2>&1; then
		grep -m3 -E 'ERROR|Assertion|runtime error' "$log" || tail -5 "$log"
		echo "fuzz: $t failed, see $log and $build/found"
		return 1
	fi
	awk -v t="$t" '
		/cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cov = $(i + 1) }
		/number_of_executed_units/ { runs = $2 }
		/average_exec_per_sec/ { rate = $2 }
		END { printf "fuzz: %-10s %10d runs %8d/s %6d edges\n",
			t, runs, rate, cov }' "$log"
}
export -f one
printf '%s\n' "$@" | nice -n 19 xargs -P "${FUZZ_JOBS:-$(nproc)}" -I{} \
	bash -c 'one "$@"' one "$build" "$seconds" {}
