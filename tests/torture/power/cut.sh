#!/bin/bash
# The file system is cut off at any moment of a run, while the programs are at
# it: they see it fail, and what only memory held is gone. (ext4 and XFS can
# do that to themselves.) Then recovery, and all must be as if nothing had been.
# usage: cut.sh BINDIR TOOLSDIR
part='cut'
# shellcheck source=tests/torture/power/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"
# shellcheck source=tests/torture/power/story.sh
. "$here/story.sh"
can_loop || skip 'no loop devices'

# Once undisturbed: how long it takes, in microseconds, and what it makes.
rehearse() {
	local began
	use_settings
	make_fs "$fs" "$scratch/first" && mount_image "$fs" "$scratch/first" ||
		die "cannot make a $fs"
	prepare
	umount "$m"
	cp --sparse=always "$scratch/first" "$scratch/image"
	mount_image "$fs" "$scratch/image"
	began=$EPOCHREALTIME
	played || die 'the undisturbed run fails'
	lasts=$((${EPOCHREALTIME/./} - ${began/./}))
	look now
	want_from_now
	is_sound
	umount "$m"
}

try() { # MICROSECONDS
	local knife
	what_now="$settings: after $1 us"
	tally images
	cp --sparse=always "$scratch/first" "$scratch/image"
	mount_image "$fs" "$scratch/image" || die 'cannot mount'
	"$tools/shutfs" "$m" "$1" &
	knife=$!
	played > /dev/null 2>&1
	wait "$knife" || die 'cannot shut it down'
	marks=/dev/null
	umount "$m" || die 'cannot unmount'
	mount_image "$fs" "$scratch/image" || die 'cannot mount it again'
	cp "$scratch/marks" "$scratch/acknowledged"
	owner_looks "$scratch/acknowledged"
	check_before "$scratch/acknowledged"
	[ $((tries++ % 3)) != 0 ] || begin_recovery
	put_right
	umount "$m" || die 'cannot unmount'
}

# Drops one after the other: of what was said to be dropped nothing is lost.
# (fsync(2) of a folder succeeds on an XFS that was cut off.)
try_drops() { # MICROSECONDS
	local knife n p="$scratch/scene/packages/a-good.zip"
	what_now="drops: after $1 us"
	tally images
	make_fs "$fs" "$scratch/image" && mount_image "$fs" "$scratch/image" ||
		die "cannot make a $fs"
	mkdir "$m/spool"
	sync -f "$m"
	: > "$scratch/odd"
	"$tools/shutfs" "$m" "$1" &
	knife=$!
	for ((n = 0; n < 400; n++)); do
		ln -f "$p" "$scratch/$n.zip"
		flerapp drop "$scratch/$n.zip" > /dev/null 2>&1 || break
		echo "$n.zip" >> "$scratch/odd"
	done
	wait "$knife" || die 'cannot shut it down'
	umount "$m" && mount_image "$fs" "$scratch/image" ||
		die 'cannot mount it again'
	while read -r n; do
		cmp -s "$p" "$m/spool/incoming/$n" || echo "$n"
	done < "$scratch/odd" > "$scratch/lost"
	[ ! -s "$scratch/lost" ] ||
		wrong lost 'dropped, and gone' "$scratch/lost"
	umount "$m" || die 'cannot unmount'
}
tries=0 bad=0

# shellcheck disable=SC2086
need_fs ${TORTURE_FS:-ext4 xfs}
RANDOM=${TORTURE_SEED:-1}
make_scene
rows=$(sed -n "${TORTURE_ROWS:-1,\$}p" <<< "$rows")
for fs in $systems; do
	for ((n = 0; n < ${TORTURE_IMAGES:-40}; n++)); do
		try_drops $((20000 + RANDOM * 3))
	done
	for start in ${TORTURE_STARTS:-empty older}; do
		while read -r durability claim output way takes; do
			rehearse
			for ((n = 0; n < ${TORTURE_IMAGES:-40}; n++)); do
				try $((lasts * (n * 32768 + RANDOM) /
					(${TORTURE_IMAGES:-40} * 32768)))
			done
		done <<< "$rows"
	done
done
show_counts
[ "$bad" = 0 ]
