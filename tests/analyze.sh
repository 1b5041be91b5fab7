#!/bin/bash
# Static analysis: gcc, clang-tidy and cppcheck, without a finding. What is
# off is told, with its reason, in .clang-tidy and tests/analyze.cppcheck.
# usage: analyze.sh; takes some minutes
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
define='-D_GNU_SOURCE -DFLERAPP_VERSION="x"'
folders='spool schemas watcher transform'
bad=0

tests/packages.sh clang-tidy cppcheck

echo 'analyze: gcc -fanalyzer'
make -s -k -j"$(nproc)" BUILD=build-analyze WERROR=1 CFLAGS='-O1 -g -fanalyzer' \
	all || bad=1

echo 'analyze: cppcheck'
# shellcheck disable=SC2086
cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	--suppressions-list=tests/analyze.cppcheck --error-exitcode=1 \
	--suppress=missingIncludeSystem $define -I. $folders || bad=1

echo 'analyze: clang-tidy'
tidy() {
	clang-tidy --quiet "$@" -- -std=c17 -D_GNU_SOURCE \
		-DFLERAPP_VERSION='"x"' -I. $(pkg-config --cflags libxml-2.0) \
		2>&1 | grep -vE '^[0-9]+ warnings? (generated|treated)'
	return "${PIPESTATUS[0]}"
}
export -f tidy
# shellcheck disable=SC2086
find $folders -name '*.c' -print0 | sort -z |
	xargs -0 -P "$(nproc)" -n 6 bash -c 'tidy "$@"' tidy || bad=1

[ "$bad" = 0 ] && echo 'analyze: nothing found'
exit "$bad"
