# What the power tests stand on: disks that remember (logdisk) or are cut off,
# images of what they hold at any moment, and what must be true of each.
# Sourced, with the programs' folder in $1 and the torture programs' in $2; the
# script that sources it says which `part` it is, and `what_now`.
# shellcheck shell=bash disable=SC2154
set -u

# A namespace of our own: what is mounted goes when the last of us does,
# however we end. Loop devices go with their mounts.
if [ -z "${TORTURE_ALONE:-}" ]; then
	[ "$(id -u)" = 0 ] && unshare --mount true 2> /dev/null || {
		echo "torture: $part: skipped, only root can mount" \
			'(and not in every container)'
		exit 77
	}
	TORTURE_ALONE=1 exec unshare --mount --propagation private \
		bash "$0" "$@"
fi

bin=$(readlink -f "$1") tools=$(readlink -f "$2")
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/torture/scene.sh
. "$here/../scene.sh"
export LC_ALL=C.UTF-8
room=${TMPDIR:-/tmp}
[ -n "${TMPDIR:-}" ] || [ ! -w /dev/shm ] || room=/dev/shm
# What a killed one has left.
for old in "$room"/flerapp-power.*; do
	pid=${old#*/flerapp-power.} pid=${pid%.*}
	[[ ! $pid =~ ^[0-9]+$ ]] || [ -d "/proc/$pid" ] ||
		rm -rf --one-file-system "$old"
done
scratch=$(mktemp -d "$room/flerapp-power.$$.XXXXXX")
m=$scratch/m memory=$scratch/logdisk
mkdir "$m" "$memory"
background='' shown='' systems=''
declare -A count		# per file system and kind
trap 'end_scratch' EXIT
trap 'exit 1' HUP INT TERM

end_scratch() {
	[ -n "$shown" ] || show_counts
	touch "$scratch/stop"
	[ -z "$background" ] || kill "$background" 2> /dev/null
	umount "$m" 2> /dev/null
	umount "$memory" 2> /dev/null
	umount "$scratch/small" 2> /dev/null
	wait
	rm -rf "$scratch"
}

skip() { shown=yes; echo "torture: $part: skipped, $*"; exit 77; }
die() { echo "torture: $part: $*" >&2; exit 1; }

can_loop() {
	local lo
	truncate -s 1M "$scratch/probe"
	lo=$(losetup -f --show "$scratch/probe" 2> /dev/null) &&
		losetup -d "$lo"
}

# ------------------------------------------------------------ file systems

need_fs() { # FS...: those that can be made and mounted here, in $systems
	local fs
	systems=
	for fs; do
		if command -v "mkfs.$fs" > /dev/null &&
			make_fs "$fs" "$scratch/probe" &&
			mount_image "$fs" "$scratch/probe" 2> /dev/null; then
			umount "$m"
			systems="$systems $fs"
		else
			echo "torture: $part: $fs: skipped, it cannot be" \
				"made and mounted here"
		fi
	done
	rm -f "$scratch/probe"
	[ -n "$systems" ] || skip 'no file system to try'
}

make_fs() { # FS IMAGE [MIB]
	rm -f "$2"
	case $1 in
	ext4) truncate -s "${3:-24}M" "$2" && mkfs.ext4 -q "$2" ;;
	xfs) truncate -s "${3:-300}M" "$2" && mkfs.xfs -q "$2" ;;
	btrfs) truncate -s "${3:-128}M" "$2" && mkfs.btrfs -q "$2" ;;
	esac > /dev/null 2>&1
}

options_of() { [ "$1" != xfs ] || echo nouuid; }

mount_image() { # FS IMAGE
	local how
	how=$(options_of "$1")
	mount -t "$1" -o "loop${how:+,$how}" "$2" "$m"
}

# Mount an image so that all that is done to it goes into $scratch/log;
# $scratch/base is what it was.
mount_logged() { # FS IMAGE
	local lo how
	how=$(options_of "$1")
	cp --sparse=always "$2" "$scratch/base"
	"$tools/logdisk" "$2" "$scratch/log" "$memory" &
	background=$!
	until [ -e "$memory/disk" ]; do
		kill -0 "$background" 2> /dev/null || die 'no logdisk'
		sleep 0.01
	done
	lo=$(losetup -f --show --direct-io=on "$memory/disk") &&
		mount -t "$1" ${how:+-o "$how"} "$lo" "$m" &&
		losetup -d "$lo" ||		# when it is unmounted
		die "cannot mount a logged $1"
	marks=$memory/mark
}

unmount_logged() {
	umount "$m" || die 'cannot unmount'
	umount "$memory" || die 'cannot unmount logdisk'
	wait "$background"
	background='' marks=/dev/null
}

# What somebody was told, in order with what was written.
marks=/dev/null
mark() { echo "$*" >> "$marks"; }

# -------------------------------------------------------------- what is there

# A line for each file that counts, its SHA-256 first; days are left out.
list_files() {
	(cd "$m" && find spool/{accepted,claimed,done,held,incoming,outbox} \
		spool/{rejected,tmp} owner -type f ! -name 'reason.*' \
		! -path 'spool/claimed/.*' ! -path 'spool/incoming/.*' \
		-exec sha256sum {} + 2> /dev/null |
		sed 's|spool/done/[-0-9]*/|spool/done/|' | sort -k 2)
}

# Visible instances, whoever has them, as app/owner/key; zips without .zip.
list_instances() {
	(cd "$m" && find spool/outbox owner -mindepth 4 -maxdepth 4 \
		! -name '.*' 2> /dev/null |
		sed -E 's|^(spool/outbox\|owner)/||; s|\.zip$||' | sort)
}

list_receipts() {
	find "$m"/spool/{receipts,held,rejected} -name '*.json' ! -name '.*' \
		-exec awk -f "$here/look.awk" {} + 2> /dev/null | sort
}

list_ledger() {
	awk -f "$here/look.awk" "$m"/spool/ledger/*.jsonl 2> /dev/null | sort
}

look() { # NAME: all that is there, to $scratch/NAME.*
	list_files > "$scratch/$1.files"
	list_instances > "$scratch/$1.instances"
	list_receipts > "$scratch/$1.receipts"
	list_ledger > "$scratch/$1.ledger"
}

# ------------------------------------------------------------------- verdicts

# Counted per file system and shown at the end, whatever ends it. What is bad
# is told when it is seen.
tally() { count[$fs:$1]=$((${count[$fs:$1]:-0} + 1)); }
bad=0

wrong() { # KIND WHAT FILE
	tally "$1"
	bad=$((bad + 1))
	[ "$bad" -gt "${TORTURE_SHOW:-10}" ] || {
		echo "torture: $part: $fs: $what_now: $1: $2"
		[ ! -s "${3:-/dev/null}" ] || sed 's/^/    /' "$3" | head -n 20
	} >&2
}

kinds='images lost doubled false not-durable torn not-recovered'
show_counts() {
	local kind line
	shown=yes
	for fs in $systems; do
		line=
		for kind in $kinds; do
			line="$line, ${count[$fs:$kind]:-0} $kind"
		done
		echo "torture: $part: $fs:${line#,}"
	done
}

flerapp() { "$bin/flerapp" --spool "$m/spool" "$@"; }

# As it comes back from the power cut, before anybody puts it right.
check_before() { # ACKNOWLEDGED
	local acknowledged=$1 size paths
	look now
	# Visible is whole, and in the ledger; nothing half is in the drop box.
	grep -E '  (spool/outbox/([^/]*/){3}[^.]|owner/)' "$scratch/now.files" |
		sed -E 's/  (spool\/outbox|owner)\//  /' |
		sort > "$scratch/now.visible"
	comm -23 "$scratch/now.visible" "$scratch/want.visible" \
		> "$scratch/odd"
	awk 'FILENAME ~ /instances$/ { there[$1]; next }
		FILENAME ~ /now.visible$/ { whole[$0]; next }
		{ split($2, p, "/"); sub(/\.zip$/, "", p[4]) }
		(p[1] "/" p[2] "/" p[3] "/" p[4]) in there && !($0 in whole)' \
		"$scratch"/{now.instances,now.visible,want.visible} \
		>> "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong torn 'a visible instance is not whole' \
		"$scratch/odd"
	grep '^published' "$scratch/now.ledger" | cut -f 4- | tr '\t' '\n' |
		sort > "$scratch/said"
	comm -23 "$scratch/now.instances" "$scratch/said" > "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong false \
		'an instance that the ledger does not know' "$scratch/odd"
	cut -f 1,2 "$scratch/now.receipts" | sort -u > "$scratch/told"
	cut -f 1,2 "$scratch/now.ledger" | sort -u |
		comm -23 "$scratch/told" - > "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong false \
		'a receipt that the ledger does not bear out' "$scratch/odd"
	grep '  spool/incoming/' "$scratch/now.files" | cut -c 1-64 | sort |
		comm -23 - "$scratch/dropped.sums" > "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong torn 'in the drop box' "$scratch/odd"
	# What somebody was told of is there.
	size=$(sed -n 's/^ledger //p' "$acknowledged" | tail -n 1)
	[ -z "$size" ] || cat "$m"/spool/ledger/*.jsonl 2> /dev/null |
		cmp -s -n "$size" - "$scratch/live.ledger" ||
		wrong not-durable "the first $size bytes of the ledger"
	sed -nE 's/.*id=([^ ]+) state=([a-z]+).*/\2\t\1/p' "$acknowledged" |
		sort -u | comm -23 - <(cut -f 1,2 "$scratch/now.ledger" |
		sort -u) > "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong not-durable \
		'told, not in the ledger' "$scratch/odd"
	sed -n 's/^seen //p' "$acknowledged" | sort -u |
		comm -23 - "$scratch/said" > "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong not-durable \
		'seen by an owner, not in the ledger' "$scratch/odd"
	# Else it could be given to an owner again who has carried it away.
	grep -ohE '"path":"[^"]*","from":"[^"]*"' "$m"/spool/ledger/*.jsonl \
		2> /dev/null | cut -d '"' -f 4,8 --output-delimiter=' ' |
		sort -k 1,1 > "$scratch/from"
	sed -n 's/^seen //p' "$acknowledged" | sort -u | join - "$scratch/from" |
		while read -r _ paths; do
			[ ! -e "$m/spool/tmp/$paths" ] || echo "$paths"
		done > "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong doubled \
		'seen by an owner, and in tmp/ again' "$scratch/odd"
	sed -n 's/^took //p' "$acknowledged" | while read -r paths; do
		[ -e "$m/owner/$paths" ] || [ -e "$m/owner/$paths.zip" ] ||
			echo "$paths"
	done > "$scratch/odd"
	[ ! -s "$scratch/odd" ] || die "an owner did not sync: $(head "$scratch/odd")"
	# What workers left in tmp/ is removed behind the last sync.
	grep -qx ended "$acknowledged" || return 0
	sed -i '/  spool\/tmp\//d' "$scratch/now.files"
	check_same not-durable not-durable
}

# All as in the run that nothing disturbed, nothing more and nothing less.
check_same() { # KIND-OF-LESS KIND-OF-MORE
	local of now
	for of in files instances receipts ledger; do
		now=$scratch/now.$of
		if [ "$of" = files ]; then
			sed 's|  owner/|  spool/outbox/|' "$now" | sort \
				> "$scratch/now.sorted"
			now=$scratch/now.sorted
		fi
		[ "$(< "$now")" != "$(< "$scratch/want.$of")" ] || continue
		comm -13 "$now" "$scratch/want.$of" > "$scratch/odd"
		[ ! -s "$scratch/odd" ] || wrong "$1" "$of lack" "$scratch/odd"
		comm -23 "$now" "$scratch/want.$of" > "$scratch/odd"
		[ ! -s "$scratch/odd" ] || wrong "$2" "more $of" "$scratch/odd"
	done
}

check_after() {
	look now
	check_same lost doubled
	flerapp status --json > "$scratch/odd" 2>&1 &&
		grep -q '"balanced":true' "$scratch/odd" ||
		wrong false 'the books do not balance' "$scratch/odd"
	flerapp ledger verify > "$scratch/odd" 2>&1 ||
		wrong false 'ledger verify' "$scratch/odd"
	(cd "$m/spool" && find claimed tmp outbox receipts -mindepth 1 \
		\( -path 'claimed/*' -o -path 'tmp/*' -o -name '.*' \)) \
		> "$scratch/odd"
	[ ! -s "$scratch/odd" ] || wrong not-recovered 'left over' "$scratch/odd"
}

# What the undisturbed run makes, from a folder played to its end.
want_from_now() {
	local of
	for of in instances receipts ledger; do
		cp "$scratch/now.$of" "$scratch/want.$of"
	done
	sed 's|  owner/|  spool/outbox/|' "$scratch/now.files" | sort \
		> "$scratch/want.files"
	grep '  spool/outbox/' "$scratch/want.files" |
		sed 's|  spool/outbox/|  |' | sort > "$scratch/want.visible"
}
