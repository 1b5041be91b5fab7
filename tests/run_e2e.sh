#!/bin/bash
# Run the end-to-end tests: every tests/e2e_*.sh with the programs' folder.
# usage: run_e2e.sh BINDIR [NAME...]
set -u
here=$(dirname "$(readlink -f "$0")")
bin=$(readlink -f "$1")
shift
passed=0 failed=0
for script in "$here"/e2e_*.sh; do
	name=$(basename "$script" .sh)
	[ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
	if out=$(bash "$script" "$bin" 2>&1); then
		passed=$((passed + 1))
		echo "ok $name"
	else
		failed=$((failed + 1))
		echo "FAIL $name"
		tail -n 40 <<< "$out" | sed 's/^/    /'
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
