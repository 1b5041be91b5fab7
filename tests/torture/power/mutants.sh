#!/bin/bash
# How sharp the power tests are: with one barrier taken out of the programs
# they must find it.
# usage: mutants.sh BINDIR TOOLSDIR
set -u
here=$(dirname "$(readlink -f "$0")")
build=$(readlink -f "$1/..") tools=$(readlink -f "$2")
top=$(readlink -f "$here/../../..")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/flerapp-mutants.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
found=0 tried=0

fresh() {
	rm -rf "$scratch/copy"
	mkdir "$scratch/copy" &&
		cp -a "$top"/{Makefile,spool,schemas,watcher,transform,tests} \
			"$scratch/copy" &&
		cp -a "$build" "$scratch/copy/build"
}

mutant() { # WHAT FILE SED SETTING...
	local what=$1 file=$scratch/copy/$2 edit=$3 rc=0
	shift 3
	fresh || exit 1
	sed -i.before "$edit" "$file"
	if cmp -s "$file" "$file.before"; then
		echo "torture: mutants: \"$what\" no longer applies: mend it" >&2
		exit 1
	fi
	make -C "$scratch/copy" BUILD=build all > "$scratch/out" 2>&1 ||
		{ cat "$scratch/out" >&2; exit 1; }
	tried=$((tried + 1))
	env -u TORTURE_ALONE TORTURE_FS=ext4 "$@" bash "$here/replays.sh" \
		"$scratch/copy/build/bin" "$tools" > "$scratch/out" 2>&1 || rc=$?
	if [ "$rc" = 77 ]; then
		cat "$scratch/out"
		exit 77
	fi
	if grep -qE ': (lost|doubled|false|not-durable|torn|not-recovered): ' \
		"$scratch/out"; then
		echo "torture: mutants: found: $what:$(tail -n 1 "$scratch/out" |
			sed 's/.*ext4://')"
		found=$((found + 1))
	else
		echo "torture: mutants: NOT FOUND: $what" >&2
		tail -n 5 "$scratch/out" >&2
	fi
}

mutant 'the ledger line before the files are on disk' spool/spool.c \
	'/^spool_sync(/,/^}/s/fsx_sync_fs([^)]*) == 0/s != NULL || e != NULL/' \
	TORTURE_ROWS=1,1 TORTURE_STARTS=empty TORTURE_IMAGES=12 TORTURE_TOLD=4
mutant 'a ledger that is not synced' spool/ledger.c \
	'/^sync_day/,/^}/s/fsx_sync_data(l->fd, "the ledger", e) == -1 ||//' \
	TORTURE_ROWS=2,2 TORTURE_STARTS=older TORTURE_IMAGES=4 TORTURE_TOLD=40
mutant 'an instance seen before it has left tmp/ for good' spool/settle.c \
	'/^settle(/,/^}/s/&& fsx_sync_fs([^)]*) == -1/\&\& false/' \
	TORTURE_ROWS=2,2 TORTURE_STARTS=older TORTURE_IMAGES=4 TORTURE_TOLD=80
[ "$found" = "$tried" ]
