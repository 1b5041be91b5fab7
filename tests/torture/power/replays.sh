#!/bin/bash
# Power cuts: real runs on a disk that remembers each write and flush; then,
# for every moment of it, the disk as a cut would have left it (in order, or
# with any part of what was not flushed), recovery on it, and all must be as
# if nothing had been.
# usage: replays.sh BINDIR TOOLSDIR [smoke]
part=power
# shellcheck source=tests/torture/power/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"
# shellcheck source=tests/torture/power/story.sh
. "$here/story.sh"
can_loop || skip 'no loop devices'
(exec 3<> /dev/fuse) 2> /dev/null || skip 'no /dev/fuse'

record() { # the scene with these settings, played on a disk that remembers
	local tries
	use_settings
	for tries in 1 2 3 4 5; do
		record_once
		# An owner is of use when it was there before the end.
		[ "$takes" != owner ] || [ "$tries" = 5 ] ||
			awk '$2 == "M" && $5 == "seen" { exit 1 }
			$2 == "M" && $5 == "ended" { exit 0 }' \
				"$scratch/records" || return 0
		[ "$takes" = owner ] || return 0
	done
}

record_once() {
	local watcher=
	rm -f "$scratch/stop"
	make_fs "$fs" "$scratch/image" && mount_image "$fs" "$scratch/image" ||
		die "cannot make a $fs"
	prepare
	umount "$m"
	mount_logged "$fs" "$scratch/image"
	if [ "$takes" = owner ]; then
		owner &
		watcher=$!
	fi
	play || die 'the undisturbed run fails'
	touch "$scratch/stop"
	[ -z "$watcher" ] || wait "$watcher"
	look now
	want_from_now
	is_sound
	: > "$scratch/earlier"
	half=
	end_record
}

end_record() {
	cat "$m"/spool/ledger/*.jsonl > "$scratch/live.ledger"
	unmount_logged
	"$tools/replay" --list "$scratch/log" > "$scratch/records"
}

# Cut off somewhere, and what is done about it recorded in its turn: the
# next cuts are in the midst of recovery.
record_recovery() { # N
	what_now="$settings: recovery of $1"
	acknowledged_before "$1"
	cp "$scratch/acknowledged" "$scratch/earlier"
	"$tools/replay" "$scratch/base" "$scratch/log" "$scratch/image" "$1" ||
		die 'no image'
	mount_logged "$fs" "$scratch/image"
	owner_looks "$scratch/acknowledged"
	redo "$marks" || die "$what_now fails"
	mark ended
	owner_looks "$scratch/acknowledged"
	half=", cut at $1"
	check_after
	end_record
}

acknowledged_before() { # N
	cat "$scratch/earlier"
	awk -v n="$1" '$1 < n && $2 == "M"' "$scratch/records" |
		cut -d ' ' -f 5-
} > "$scratch/acknowledged"

# The image of the first N records is there: mounted, looked at, put right.
try() { # N [SEED]
	what_now="$settings$half: $*"
	tally images
	acknowledged_before "$1"
	"$tools/replay" "$scratch/base" "$scratch/log" "$scratch/cut" "$@" ||
		die 'no image'
	if ! mount_image "$fs" "$scratch/cut" 2> "$scratch/odd"; then
		wrong not-recovered 'cannot be mounted' "$scratch/odd"
		return
	fi
	owner_looks "$scratch/acknowledged"
	check_before "$scratch/acknowledged"
	# In every third image recovery is killed before it may go on.
	[ $((tries++ % 3)) != 0 ] ||
		begin_recovery
	put_right
	umount "$m" || die 'cannot unmount'
}
tries=0 bad=0

# N moments of the log, spread evenly, in order; half as many with any part
# of what was not flushed; and TOLD right behind what somebody was told,
# without it.
try_all() { # N TOLD
	local total n k
	total=$(wc -l < "$scratch/records")
	for ((n = 0; n < $1; n++)); do
		try $((total - n * total / $1))
	done
	for ((n = 0; n < $1 / 2; n++)); do
		k=$((total - n * total * 2 / $1 - RANDOM % (total * 2 / $1)))
		[ "$k" -le 0 ] || try "$k" $((RANDOM + 1))
	done
	while read -r k; do
		try $((k + 1)) none
	done < <(grep ' M ' "$scratch/records" | cut -d ' ' -f 1 |
		shuf -n "$2" --random-source="$scratch/records")
}

RANDOM=${TORTURE_SEED:-1}
starts=${TORTURE_STARTS:-empty older}
images=${TORTURE_IMAGES:-40} told=${TORTURE_TOLD:-20}
if [ "${3:-}" = smoke ]; then
	need_fs ext4
	rows=$(sed -n "${TORTURE_ROWS:-1,2}p" <<< "$rows")
	images=${TORTURE_IMAGES:-8} told=${TORTURE_TOLD:-4}
else
	# shellcheck disable=SC2086
	need_fs ${TORTURE_FS:-ext4 xfs btrfs}
	rows=$(sed -n "${TORTURE_ROWS:-1,\$}p" <<< "$rows")
fi
make_scene
for fs in $systems; do
	for start in $starts; do
		while read -r durability claim output way takes; do
			record
			try_all "$images" "$told"
			k=$(wc -l < "$scratch/records")
			record_recovery $((k / 4 + RANDOM % (k / 2)))
			try_all $((images / 2)) $((told / 2))
		done <<< "$rows"
	done
done
show_counts
[ "$bad" = 0 ]
