#!/bin/bash
# The whole torture, or some strides through it; see README.md beside this.
# usage: run.sh BINDIR TORTURE_DIR whole|smoke
set -u
here=$(dirname "$(readlink -f "$0")")
bin=$(readlink -f "$1") tools=$(readlink -f "$2") how=$3
# shellcheck source=tests/torture/scene.sh
. "$here/scene.sh"
began=$SECONDS bad=0
# In memory: there are hundreds of thousands of files to make and remove.
dir=$(mktemp -d /dev/shm/flerapp-torture.XXXXXX 2> /dev/null) ||
	dir=$(mktemp -d "${TMPDIR:-/tmp}/flerapp-torture.XXXXXX")
trap 'rm -rf "$dir"' EXIT
touch "$dir/totals"

# strike SCENE PLAYS SWEEPS EVERY
strike() {
	echo "-- $1"
	"$tools/torture" --bin "$bin" --scene "$dir/$1" --dir "$dir/work" \
		--shim "$tools/starve.so" --totals "$dir/totals" \
		--jobs "$(nproc)" --play "$2" --sweep "$3" --every "$4" ||
		bad=1
}
part() { "$@" || bad=1; }

# Every way of working: what a group is, how a drop is taken, what comes out.
for durability in group package; do
	for claim in copy rename; do
		for output in directory zip; do
			scene_make "$dir/$durability-$claim-$output" \
				routes=many durability=$durability \
				claim=$claim output=$output || exit 1
			scenes+=("$durability-$claim-$output")
		done
	done
done

scene_make "$dir/kept" routes=many retention=1 seal=yes || exit 1
scene_make "$dir/changed" routes=many older=yes || exit 1

orders=order,order-recovery,order-failed-sync
kills=kill-changes,kill-worker-changes,kill-worker,kill-recovery
faults=eio,eio-worker,enospc,enospc-worker,edquot,edquot-worker,enomem
faults+=,enomem-worker,emfile,eintr,eintr-worker,short,short-worker
again=eio-recovery,enospc-recovery,enomem-recovery
lasting=eio-for-ever,eio-worker-for-ever,enospc-for-ever,eintr-for-ever
lasting+=,short-for-ever
allocs=alloc,alloc-worker,alloc-for-ever,alloc-worker-for-ever
works=run,run-owners,watch,transform
moves=hold,release,requeue,reject
keeping=purge,seal

smoke() {
	strike group-copy-directory run,transform \
		"$orders,$kills,$faults,$again,$lasting" 149
	strike group-copy-directory run "$allocs" 197
	strike package-rename-zip run,watch "$orders,$kills,$again" 97
	strike package-copy-directory run "$orders" 41
	strike group-copy-directory "$moves" "kill,order,eio" 41
	strike kept $keeping "kill-changes,order,eio" 13
	strike changed replay "kill-changes,order,eio" 23
	part "$here/rivals.sh" "$bin" "$dir" 2
	part "$here/clock.sh" "$bin" "$tools" "$dir"
	part "$here/power/run.sh" "$bin" "$tools" smoke
}

whole() {
	local s
	strike group-copy-directory "run,$moves" kill,kill-worker-calls 1
	strike package-rename-zip run kill,kill-worker-calls 1
	for s in "${scenes[@]}"; do
		strike "$s" "$works" "$orders,$kills" 3
	done
	for s in group-copy-directory package-rename-zip; do
		strike "$s" run "$faults,$again" 1
		strike "$s" "watch,transform" "$faults,$again" 3
		strike "$s" run "$lasting,$allocs" 2
	done
	strike group-copy-directory "$moves" \
		"$orders,$kills,$faults,$again,$lasting,$allocs" 2
	strike kept $keeping "$orders,kill,$kills,$faults,$again,$allocs" 1
	strike changed replay "$orders,$kills,$faults,$again,$allocs" 1
	part "$here/rivals.sh" "$bin" "$dir" 20
	part "$here/clock.sh" "$bin" "$tools" "$dir"
	TMPDIR=$dir part "$here/renames.sh" "$bin" 100000
	part "$here/mutants.sh" "$bin" "$tools" "$dir"
	part "$here/power/run.sh" "$bin" "$tools" whole
}

case $how in
whole) whole ;;
smoke) smoke ;;
*) exit 64 ;;
esac
awk -v seconds=$((SECONDS - began)) '
	{ for (i = 1; i <= NF; i++) sum[i] += $i }
	END {
		printf "torture: %d kills, %d faults, %d allocations, %d " \
			"orders; lost %d, doubled %d, false ledger lines " \
			"%d, other %d; %d s\n", sum[1], sum[2], sum[3], \
			sum[4], sum[5], sum[6], sum[7], sum[8], seconds
		exit sum[1] * sum[2] * sum[3] * sum[4] == 0
	}' "$dir/totals" || bad=1
exit $bad
