#!/bin/bash
# All readers see the same in a package that we take: libarchive with and
# without seeking, unzip, tar, and Python's zipfile (tests/agree.py).
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
mkdir "$scratch/archives"
/usr/bin/python3 "$here/agree.py" "$bin/../tests/list_members" "$scratch/archives" \
	> "$scratch/out" 2> "$scratch/err" || fail 'two readers see different packages'
says 'archives made'

# what an ordinary person makes of a package's folder is taken
cp -r "$example/package" "$scratch/package"
(cd "$scratch/package" && find . -type f -exec sha256sum {} + > "$scratch/SHA256SUMS")
mv "$scratch/SHA256SUMS" "$scratch/package"
(cd "$scratch/package" && tar -cf "$scratch/a.tar" . && tar -czf "$scratch/b.tar.gz" -- * &&
	zip -qr "$scratch/c.zip" .)
want 0 check --json "$scratch/a.tar" "$scratch/b.tar.gz" "$scratch/c.zip"

# and what we do not take is told by its name, with what to do
(cd "$scratch/package" && zip -qr -fz "$scratch/d.zip" . && cp "$scratch/c.zip" "$scratch/e.zip" &&
	echo hei | zip -qz "$scratch/e.zip" &&
	cat "$scratch/b.tar.gz" "$scratch/b.tar.gz" > "$scratch/f.tar.gz")
want 65 check "$scratch/d.zip" "$scratch/e.zip" "$scratch/f.tar.gz"
says 'zip64 is not taken'
says 'the zip has a comment'
