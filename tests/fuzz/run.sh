#!/bin/bash
# Each target: its seeds, committed and generated, then SECONDS of looking
# around, as many at a time as there are processors. What is found new stays
# in BUILD/corpus; a crash is left in BUILD/found and fails the run. What it
# took is added to BUILD/account, a line each: target, exit code, user, system
# and elapsed seconds, runs and edges (log.sh adds these up).
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
export TIMEFORMAT='%U %S %R'

look() { # TARGET LOG
	local corpora=("$build/corpus/$1" "$build/seeds/$1") dict=()
	mkdir -p "${corpora[@]}"
	[ ! -d "tests/fuzz/seeds/$1" ] || corpora+=("tests/fuzz/seeds/$1")
	[ ! -f "tests/fuzz/$1.dict" ] || dict=("-dict=tests/fuzz/$1.dict")
	time "$build/fuzz/$1" -max_total_time="$seconds" -timeout=20 \
		-rss_limit_mb=3072 -print_final_stats=1 -use_value_profile=0 \
		"${dict[@]}" -artifact_prefix="$build/found/$1-" \
		"${corpora[@]}" > "$2" 2>&1
}

# Lines for people, and one for the account.
tell() { # TARGET LOG EXIT-CODE SECONDS...
	awk -v t="$1" -v rc="$3" -v user="$4" -v sys="$5" -v real="$6" \
		-v account="$build/account" '
		/cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cov = $(i + 1) }
		/number_of_executed_units/ { runs = $2 }
		/average_exec_per_sec/ { rate = $2 }
		END {
			printf "fuzz: %-10s %10d runs %8d/s %6d edges %8.1f s CPU\n",
				t, runs, rate, cov, user + sys
			printf "%s %d %s %s %s runs=%d cov=%d\n", t, rc, user,
				sys, real, runs, cov >> account
		}' "$2"
}

one() { # TARGET
	local log=$build/log/$1 rc=0 took
	took=$({ look "$1" "$log"; } 2>&1) || rc=$?
	# shellcheck disable=SC2086
	tell "$1" "$log" "$rc" $took
	[ "$rc" = 0 ] && return
	grep -m3 -E 'ERROR|Assertion|runtime error' "$log" || tail -5 "$log"
	echo "fuzz: $1 failed, see $log and $build/found"
	return 1
}
export build seconds
export -f look tell one
printf '%s\n' "$@" | nice -n 19 xargs -P "${FUZZ_JOBS:-$(nproc)}" -I{} \
	bash -c 'one "$@"' one {}
