#!/bin/bash
# Power cuts and full disks: all of it, or a share for CI. A part that cannot
# run here says that it is skipped.
# usage: run.sh BINDIR TOOLSDIR whole|smoke
set -u
here=$(dirname "$(readlink -f "$0")")
failed=0 skipped=0

part() { # SCRIPT ARGUMENTS...
	local rc=0
	bash "$here/$1" "${@:2}" || rc=$?
	case $rc in
	0) ;;
	77) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)); echo "FAIL $1" ;;
	esac
}

if [ "$3" = smoke ]; then
	part replays.sh "$1" "$2" smoke
else
	[ "$(id -u)" != 0 ] || "$here/../../packages.sh" xfsprogs btrfs-progs ||
		exit 1
	for script in replays.sh cut.sh full.sh mutants.sh; do
		part "$script" "$1" "$2"
	done
fi
echo "torture: power: $failed parts failed, $skipped skipped"
[ "$failed" = 0 ]
