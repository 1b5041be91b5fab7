#!/bin/bash
# A run with sanitizers is worth something only where they speak up: a leak,
# an overrun and undefined behaviour each end a small program that is built as
# ours are (a kernel may keep the leak finder from looking, for one).
# usage: sanitizers.sh COMPILER FLAGS...
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

cat > "$work/small.c" << 'END'
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void
leak(void)
{
	char *volatile p = malloc(10);

	memset(p, 1, 10);
	p = NULL;
}

int
main(int argc, char **argv)
{
	char *volatile p;
	volatile int n = INT_MAX;

	if (argc == 2 && *argv[1] == 'l') {
		leak();
	} else if (argc == 2 && *argv[1] == 'o') {
		p = calloc(1, 10);
		n = p[10];
		free(p);
	} else if (argc == 2) {
		n++;
	}
	return 0;
}
END
"$@" -w -o "$work/small" "$work/small.c"

"$work/small" || { echo 'sanitizers: a sound program is refused'; bad=1; }
for what in leak:LeakSanitizer overrun:heap-buffer-overflow \
	undefined:'signed integer overflow'; do
	if said=$("$work/small" "${what%%:*}" 2>&1); then
		echo "sanitizers: ${what%%:*} goes unseen"
		bad=1
	elif ! grep -q "${what#*:}" <<< "$said"; then
		echo "sanitizers: ${what%%:*} is not told as such: $said"
		bad=1
	fi
done
exit "$bad"
