#!/bin/bash
# Is the harness sharp?  Faults of order are planted in a copy of the sources,
# one at a time, and each must be found, by the sweep that should see it and
# in the words it should say.  A fault that can no longer be planted fails.
# usage: mutants.sh BINDIR TORTURE_DIR SCRATCH
set -u
here=$(dirname "$(readlink -f "$0")")
bin=$(readlink -f "$1") tools=$(readlink -f "$2") dir=$3/mutants
# shellcheck source=tests/torture/scene.sh
. "$here/scene.sh"
build=$(dirname "$bin") root=$(readlink -f "$here/../..")
copy=$dir/copy
fail() {
	echo "FAIL mutants: $*"
	[ ! -s "$dir/log" ] || tail -n 30 "$dir/log"
	exit 1
}
mkdir -p "$copy/build"
cp -a "$root"/{Makefile,spool,schemas,watcher,transform,tests} "$copy"
cp -a "$build/obj" "$build/bin" "$copy/build"
scene_make "$dir/group" routes=many || exit 1
scene_make "$dir/package" routes=many durability=package claim=rename ||
	exit 1

# plant FILE: the edit on stdin is made in a copy of the file
plant() {
	local file=$1
	sed -E -f - "$root/$file" > "$dir/planted" || fail "sed: $file"
	! cmp -s "$dir/planted" "$root/$file" ||
		fail "cannot be planted any more: $what ($file)"
	cp "$dir/planted" "$copy/$file"
	changed+=("$file")
}
# found SCENE SWEEP EVERY WORDS: build it, strike it, and pull it out again
found() {
	local scene=$1 sweep=$2 every=$3 words=$4 file rc=0
	make -s -C "$copy" BUILD=build SAN= WERROR= build/bin/flerapp \
		> "$dir/log" 2>&1 || fail "does not build: $what"
	for file in "${changed[@]}"; do
		cp "$root/$file" "$copy/$file"
	done
	changed=()
	"$tools/torture" --bin "$copy/build/bin" --scene "$dir/$scene" \
		--dir "$dir/work" --shim "$tools/starve.so" --play run \
		--sweep "$sweep" --every "$every" --stop > "$dir/log" 2>&1 || rc=$?
	[ "$rc" != 0 ] || fail "not found by $sweep: $what"
	grep -qE "$words" "$dir/log" || fail "found, but not as such: $what"
	rm -rf "$dir/work"
	n=$((n + 1))
	echo "found by $sweep: $what"
}
n=0 changed=()

what='the group is not synced before its ledger lines'
plant spool/spool.c << 'END'
/^spool_sync\(/,/^}/s/fsx_sync_fs\(.*\) == 0/s->root != -1/
END
found group order 1 '(named|before): .* is not on disk'

what='the ledger is not synced'
plant spool/ledger.c << 'END'
s/fsx_sync_data\(l->fd, "the ledger", e\) == -1 \|\|/false ||/
END
found group order 1 'ledger: '

what='the ledger lines come behind the outbox'
plant spool/commit.c << 'END'
s/mine->reason_time = now;/&\n	memcpy(mine->time, now, sizeof mine->time);/
s/if \(write_lines\(c, d, n, e\) == -1\) \{/if (settle(s, d, n, false, e) == -1 || write_lines(c, d, n, e) == -1) {/
/^commit_some\(/,/^}/s/if \(settle\(s, d, n, false, e\) == -1\)$/if (false)/
END
found group kill-changes 3 '^  [-+] '

what='no sync between hidden and shown'
plant spool/settle.c << 'END'
s/if \(any_made\(d, n\) && fsx_sync_fs/if (false \&\& any_made(d, n) \&\& fsx_sync_fs/
END
found group order 1 'hidden: .* is not on disk'

what='a drop is removed before the ledger line'
plant spool/intake.c << 'END'
s/\*taken = how == COPIED;/&\n	if (*taken)\n		unlinkat(in->spool->dir[PLACE_INCOMING], d->name, 0);/
END
found group kill-changes 3 '^  - (done|ledger: )'

what='an instance is shown at once'
plant spool/settle.c << 'END'
/^hide\(/,/^}/s/settle_outbox\(hidden, m, true\)/settle_outbox(hidden, m, false)/
s/if \(!moved && !again\)/if (false)/
END
found group order 1 'hidden: .* never was hidden'

what='a run ends without a sync of its last moves'
plant spool/spool.c << 'END'
/^spool_end_run\(/,/^}/s/if \(fsx_sync_fs\(.*\) == -1\)/if (false)/
END
found group order 1 'traces: '

what='recovery removes the traces before its moves are synced'
plant spool/recover.c << 'END'
s/fsx_sync_fs\(r->spool->root, r->spool->path, e\) == -1/false/
END
found group order-recovery 5 'traces: '

what='a sync that failed is tried again'
plant spool/spool.c << 'END'
/^spool_sync\(/,/^}/s/r->broken = true;//
END
found package order-failed-sync 1 'traces: '

what='recovery does not look for drops that came back'
plant spool/settle.c << 'END'
s/if \(\(again \? remove_marked : remove_known\)\(s, d, n, e\) == -1\)/if ((again ? 0 : remove_known(s, d, n, e)) == -1 || (false \&\& remove_marked(s, d, n, e) == -1))/
END
found group kill-changes 3 '^  \+ ledger: (received|duplicate)'

echo "mutants: $n planted, $n found"
