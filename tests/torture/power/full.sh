#!/bin/bash
# A file system that is full, for real, at every moment of a run: of bytes, of
# inodes, or below the file system (writing back fails, so that a sync does).
# The programs stop and say so; the books balance even then; with room again a
# new run finishes, nothing lost and nothing twice.
# usage: full.sh BINDIR TOOLSDIR
part=full
# shellcheck source=tests/torture/power/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"
# shellcheck source=tests/torture/power/story.sh
. "$here/story.sh"
small=$scratch/small
kinds="$kinds stopped"

# Each kind of file system: how it is filled but for so much, and freed.
# What counts as "so much": KiB, or inodes.
fresh() {
	umount "$m" 2> /dev/null
	case $fs in
	tmpfs-*)
		mount -t tmpfs -o size=64m,nr_inodes=9999 tmpfs "$m" &&
			tar -C "$m" -xpf "$scratch/first.tar" ;;
	ext4-eio)
		mountpoint -q "$small" || mount -t tmpfs -o size=64m tmpfs \
			"$small"
		cp --sparse=always "$scratch/first" "$small/image" &&
			mount_image ext4 "$small/image" ;;
	*)
		cp --sparse=always "$scratch/first" "$scratch/image" &&
			mount_image ext4 "$scratch/image" ;;
	esac || die "cannot make a fresh $fs"
}

used() { # of what counts
	case $fs in
	ext4-eio) df --output=used "$small" ;;
	*-inodes) df --output=iused "$m" ;;
	*) df --output=used "$m" ;;
	esac | tail -n 1
}

fill() { # BUT-FOR
	local left n
	case $fs in
	tmpfs-bytes) mount -o "remount,size=$(($(used) + $1))k" "$m" ;;
	tmpfs-inodes) mount -o "remount,nr_inodes=$(($(used) + $1))" "$m" ;;
	ext4-bytes)
		left=$(df --output=avail "$m" | tail -n 1)
		fallocate -l "$((left - $1))K" "$m/balloon" ;;
	ext4-inodes)
		mkdir "$m/balloon"
		left=$(df --output=iavail "$m" | tail -n 1)
		for ((n = 0; n < left - $1; n++)); do
			: > "$m/balloon/$n" || break
		done ;;
	ext4-eio)
		sync -f "$m"
		mount -o "remount,size=$(($(used) + $1))k" "$small" ;;
	esac || die 'cannot fill it'
}

free() {
	case $fs in
	tmpfs-*) mount -o remount,size=64m,nr_inodes=9999 "$m" ;;
	ext4-eio)
		umount "$m"
		mount -o remount,size=64m "$small"
		e2fsck -fy "$small/image" > "$scratch/odd" 2>&1 ||
			[ $? -le 2 ] || die 'cannot mend it'
		mount_image ext4 "$small/image" ;;
	*) rm -rf "$m/balloon" ;;
	esac || die 'cannot free it'
}

# Once undisturbed: how much it takes, and what it makes.
rehearse() {
	local before
	use_settings
	sed -i 's/^\(min-free-[a-z]*\) = .*/\1 = 0/' \
		"$FLERAPP_CONFIG/flerapp.conf"
	case $fs in
	tmpfs-*) mount -t tmpfs tmpfs "$m" ;;
	*)
		truncate -s 24M "$scratch/image" &&
			mkfs.ext4 -q -F -m 0 -N 512 "$scratch/image" &&
			mount_image ext4 "$scratch/image" ;;
	esac || die "cannot make a $fs"
	prepare
	tar -C "$m" -cpf "$scratch/first.tar" .
	umount "$m"
	mv "$scratch/image" "$scratch/first" 2> /dev/null
	fresh
	before=$(used)
	played || die 'the undisturbed run fails'
	sync -f "$m"
	takes_up=$(($(used) - before))
	look now
	want_from_now
	is_sound
}

# Nothing a full disk may make of a program: a crash, or a bug's exit code.
stopped_well() {
	case $stop in
	0 | 3) ;;
	7[1345]) tally stopped ;;
	*) wrong not-recovered "exit code $stop" "$scratch/out" ;;
	esac
}

try() { # BUT-FOR
	what_now="$settings: all but $1"
	tally images
	fresh
	fill "$1"
	played
	stopped_well
	marks=/dev/null
	if [ "$fs" != ext4-eio ]; then
		# What is there may be looked at, and it is true.
		flerapp status --json > "$scratch/odd" 2>&1 ||
			wrong false 'the books of a full disk' "$scratch/odd"
		redo "$scratch/told"
		stopped_well
	fi
	free
	cp "$scratch/marks" "$scratch/acknowledged"
	owner_looks "$scratch/acknowledged"
	check_before "$scratch/acknowledged"
	put_right
}
bad=0

RANDOM=${TORTURE_SEED:-1}
mkdir "$small"
systems=${TORTURE_FS:-tmpfs-bytes tmpfs-inodes}
if can_loop; then
	systems=${TORTURE_FS:-$systems ext4-bytes ext4-inodes ext4-eio}
else
	echo 'torture: full: ext4: skipped, no loop devices'
fi
start=older images=${TORTURE_IMAGES:-40}
make_scene
rows=$(sed -n "${TORTURE_ROWS:-1,\$}p" <<< "$rows")
for fs in $systems; do
	while read -r durability claim output way takes; do
		rehearse
		for ((n = 0; n < images; n++)); do
			try $((takes_up * n * 3 / 2 / images))
		done
		umount "$m"
	done <<< "$rows"
	[ "${count[$fs:stopped]:-0}" -gt 0 ] || die "$fs was never full"
done
show_counts
[ "$bad" = 0 ]
