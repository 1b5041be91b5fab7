#!/bin/bash
# Static analysis without a finding: gcc and cppcheck of the programs and the
# tests, clang-tidy of the programs alone (of a test it mostly dislikes that
# a macro writes a row of a table, and it takes longest). What is off is told,
# with its reason, in .clang-tidy and tests/analyze.cppcheck. Each tool first
# has to find a fault that is planted for it.
# usage: analyze.sh; takes some minutes
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
folders='spool schemas watcher transform'
bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tests/packages.sh clang-tidy cppcheck

gcc_flags='-O1 -g -fanalyzer'
cppcheck_our_way() {
	cppcheck --quiet -j "$(nproc)" --std=c11 -I. -D_GNU_SOURCE \
		-DFLERAPP_VERSION='"x"' --enable=warning,performance,portability \
		--error-exitcode=1 --suppressions-list=tests/analyze.cppcheck \
		--suppress=missingIncludeSystem "$@"
}
tidy() {
	# shellcheck disable=SC2046
	clang-tidy --quiet --config-file=.clang-tidy "$@" -- -std=c17 \
		-D_GNU_SOURCE -DFLERAPP_VERSION='"x"' -I. \
		$(pkg-config --cflags libxml-2.0) 2>&1 |
		grep -vE '^[0-9]+ warnings? (generated|treated)'
	return "${PIPESTATUS[0]}"
}
export -f tidy

cat > "$work/planted.c" << 'END'
#include <stdlib.h>

int planted(void);

int
planted(void)
{
	int *p = malloc(sizeof *p), n = 0;

	if (p != NULL) {
		*p = 1;
		free(p);
		n = *p;
	}
	return n;
}
END
misses() { echo "analyze: $* misses a planted fault"; bad=1; }
# shellcheck disable=SC2086
! "${CC:-gcc}" $gcc_flags -Werror -c -o "$work/planted.o" \
	"$work/planted.c" 2> /dev/null || misses gcc
! cppcheck_our_way "$work/planted.c" 2> /dev/null || misses cppcheck
! tidy "$work/planted.c" > /dev/null || misses clang-tidy

timed() { echo "analyze: $1"; SECONDS=0; }
took() { echo "analyze: took $SECONDS s"; }

timed 'gcc -fanalyzer'
analyzer() {
	make -s -k -j"$(nproc)" BUILD=build-analyze WERROR=1 CFLAGS="$1" "$2"
}
analyzer "$gcc_flags" all || bad=1
# It does not know that cmocka's assertions end a test, nor what a function
# gives by value; and a test without memory may end as it likes.
analyzer "$gcc_flags $(printf -- '-Wno-analyzer-%s ' null-dereference \
	possible-null-dereference null-argument possible-null-argument \
	use-of-uninitialized-value)" test-objects || bad=1
took

timed cppcheck
# shellcheck disable=SC2086
cppcheck_our_way $folders tests || bad=1
took

timed clang-tidy
# shellcheck disable=SC2086
find $folders -name '*.c' -print0 | sort -z |
	xargs -0 -P "$(nproc)" -n 4 bash -c 'tidy "$@"' tidy || bad=1
took

[ "$bad" = 0 ] && echo 'analyze: nothing found'
exit "$bad"
