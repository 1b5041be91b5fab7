#!/bin/bash
# Large packages stream: no process is ever above 16 MiB, neither who works
# nor who looks, whatever is in a package of 200 MB.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
most=16384 # KiB
large=200000000
if nm "$bin/flerapp" 2> /dev/null | grep -q __asan_init; then
	most=0 # its shadow is memory, too: only the way is tried
	large=20000000
fi

die() { # as fail, without what was printed: it may be large
	rm -f "$scratch/out"
	fail "$@"
}

# fat: the package made last, with an attachment that does not shrink
fat() {
	local map=$scratch/package/data/5d1c7e22-9b54-4c3e-8f1a-2f6f0e9d7c42
	{ printf '%%PDF-1.7\n'; head -c "$large" /dev/urandom; } > "$map"
	jq --argjson n "$(stat -c %s "$map")" '(.data[] |
		select(.dataType == "kart")).size = $n' \
		"$scratch/package/instance.json" > "$scratch/instance" &&
		cp "$scratch/instance" "$scratch/package/instance.json"
	(cd "$scratch/package" && sha256sum instance.json data/* > SHA256SUMS)
}

# stays CODE PROGRAM WORDS...: it and all it starts stay below the mark
stays() {
	local code=$1 program=$2 rc=0 peak
	shift 2
	/usr/bin/time -f %M -o "$scratch/peak" "$bin/$program" "$@" \
		> "$scratch/out" 2> "$scratch/err" || rc=$?
	set -- "$program" "$@"
	[ "$rc" = "$code" ] || die "$*: exit $rc, not $code"
	peak=$(tail -n 1 "$scratch/peak")
	echo "$peak KiB: $*"
	[ "$most" = 0 ] || [ "$peak" -le "$most" ] ||
		die "$*: $peak KiB, more than $most"
	[ "$peak" -gt 1000 ] || fail "$*: $peak KiB cannot be"
}

for file in "$config"/apps/eks/*/config/applicationmetadata.json; do
	jq '(.dataTypes[] | select(.id == "kart")).maxSize = 500' "$file" \
		> "$scratch/metadata" && cp "$scratch/metadata" "$file"
done
printf '[packages]\nmax-bytes = 1G\n' >> "$config/flerapp.conf"

make_package "$scratch/a.zip" "$(guid 1)"
fat
rm "$scratch/a.zip"
(cd "$scratch/package" && zip -qXDr0 "$scratch/a.zip" .) || fail zip
make_package "$scratch/small.zip" "$(guid 2)"
fat
(cd "$scratch/package" && tar -cf - -- * | zstd -q -o "$scratch/b.tar.zst") || fail tar
rm -r "$scratch/package"

# both halves at once
for file in a.zip b.tar.zst; do
	stays 0 flerapp drop --spool "$spool" "$scratch/$file"
	stays 0 flerapp run --spool "$spool" --progress none
done
status_is .published 2
stays 0 flerapp doctor --spool "$spool"
grep -q '^ok *bytes *2 originals' "$scratch/out" || fail 'the bytes were not read'
key=$(basename "$(find "$spool/outbox" -name "$(guid 1)*")")
stays 0 flerapp show --multipart --spool "$spool" "$key"
[ "$(stat -c %s "$scratch/out")" -gt "$large" ] || die 'the body is too short'
stays 0 flerapp check "$scratch/a.zip"
rm -rf "$spool"
mkdir "$spool"

# one after the other
want 0 drop "$scratch/a.zip"
want 0 drop "$scratch/b.tar.zst"
stays 0 flerapp-watch --once --spool "$spool"
stays 0 flerapp-transform --spool "$spool"
status_is .published 2
status_is .balanced true
