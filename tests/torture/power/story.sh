# What the power tests play, what makes it whole again, and a row of settings
# for each way. Sourced behind common.sh, whose names it uses; a row is in the
# variables that `rows` names.
# shellcheck shell=bash disable=SC2154,SC2034

# What waits goes through to the end; refused packages are part of the game.
# What the programs tell of packages goes to a file (or to the log: each line
# is then a mark, at the very moment it is told). The exit code is in $stop.
work() { # TELL BETWEEN
	local rc=0
	case $way in
	run) flerapp run --progress none ;;
	watch)
		"$bin/flerapp-watch" --once --spool "$m/spool" || rc=$?
		[ "$rc" != 3 ] || rc=0
		[ "$rc" != 0 ] || {
			"$2"
			"$bin/flerapp-transform" --spool "$m/spool" || rc=$?
		} ;;
	esac > "$scratch/out" 2>> "$1" || rc=$?
	stop=$rc
	[ "$rc" = 0 ] || [ "$rc" = 3 ]
}

# What was told before stays told when this one cannot be read any more.
acknowledge() {
	cat "$m"/spool/ledger/*.jsonl > "$scratch/read.ledger" &&
		mv "$scratch/read.ledger" "$scratch/live.ledger" &&
		mark "ledger $(wc -c < "$scratch/live.ledger")"
}

# An owner takes what it sees at once, by a rename that it syncs.
owner() {
	local i at nap
	shopt -s nullglob
	exec {nap}<> <(:)
	until [ -e "$scratch/stop" ]; do
		for i in "$m"/spool/outbox/*/*/*/*; do
			at=${i#"$m/spool/outbox/"}
			mark "seen ${at%.zip}"
			mkdir -p "$m/owner/${at%/*}" &&
				mv -n "$i" "$m/owner/$at" &&
				sync "$m/owner/${at%/*}" "${i%/*}" \
					"$m/owner"/*{,/*} &&
				mark "took ${at%.zip}"
		done
		read -rt 0.001 -u "$nap"	# quicker than sleep(1)
	done
}

# Cut off in the midst of its own rename an owner may find a zip under both
# names (btrfs), the second one hidden until recovery: it remembers what it
# has. Not so when it had been told that its rename is on disk.
owner_looks() { # ACKNOWLEDGED
	local at
	while read -r at; do
		[ "$m/owner/$at" -ef "$m/spool/outbox/$at" ] || continue
		grep -qx "took ${at%.zip}" "$1" || rm "$m/spool/outbox/$at"
	done < <(cd "$m/owner" 2> /dev/null && find . -name '*.zip' -printf '%P\n')
}

# Start states: nothing there yet; packages that were accepted, held, refused
# and dropped when the file system was mounted before.
prepare() {
	mkdir "$m/spool" "$m/owner"
	[ "$start" = older ] || return 0
	flerapp drop "$scratch"/scene/packages/[a-e]* > /dev/null &&
		{ "$bin/flerapp-watch" --once --spool "$m/spool" 2> /dev/null ||
			[ $? = 3 ]; } &&
		flerapp drop "$scratch"/scene/packages/[f-z]* > /dev/null ||
		die 'cannot prepare'
}

play() {
	local p
	if [ "$start" = empty ]; then
		for p in "$scratch"/scene/packages/*; do
			flerapp drop "$p" > /dev/null || return 1
			mark "dropped ${p##*/}"
		done
	fi
	work "$marks" acknowledge && acknowledge && mark ended
}

# Played with the owner of the row; who is told what goes to $scratch/marks.
played() {
	local watcher='' rc=0
	rm -f "$scratch/stop"
	: > "$scratch/marks"
	marks=$scratch/marks
	if [ "$takes" = owner ]; then
		owner 2> /dev/null &
		watcher=$!
	fi
	play || rc=$?
	touch "$scratch/stop"
	[ -z "$watcher" ] || wait "$watcher"
	return "$rc"
}

# A sender drops again what it was not told to be in the drop box.
redo() { # TELL
	local p
	if [ "$start" = empty ]; then
		mkdir -p "$m/spool" "$m/owner"
		for p in "$scratch"/scene/packages/*; do
			grep -qx "dropped ${p##*/}" "$scratch/acknowledged" ||
				[ -e "$m/spool/incoming/${p##*/}" ] ||
				flerapp drop "$p" > /dev/null || return 1
			mark "dropped ${p##*/}"
		done
	fi
	work "$1" true
}

# Begun, and killed somewhere.
begin_recovery() {
	local program=("$bin/flerapp" run)
	[ "$way" = run ] || program=("$bin/flerapp-watch" --once)
	(timeout -s KILL "0.0$((RANDOM % 30 + 10))" "${program[@]}" \
		--spool "$m/spool"; :) > /dev/null 2>&1
}

put_right() {
	: > "$scratch/told"
	if redo "$scratch/told"; then
		owner_looks "$scratch/acknowledged"
		check_after
	else
		wrong not-recovered 'recovery' "$scratch/told"
	fi
}

# Rows of settings: durability, claim, output; which programs are run; whether
# an owner takes what it sees.
rows='group copy directory run leaves
package rename zip watch owner
group rename directory watch owner
package copy zip run leaves
group copy zip watch owner
package rename directory run leaves
group rename zip run owner
package copy directory watch leaves'

make_scene() {
	scene_make "$scratch/scene" routes=many large=160 || die 'no scene'
	export FLERAPP_CONFIG=$scratch/scene/config
	sha256sum "$scratch"/scene/packages/* | cut -c 1-64 | sort \
		> "$scratch/dropped.sums"
	workers=1 batch=64 seal='' retention=''
}

use_settings() { # those of the row
	settings="$durability $claim $output, $way, $takes, $start"
	{ cat "$scene_example/config/flerapp.conf"; scene_settings; } \
		> "$FLERAPP_CONFIG/flerapp.conf"
}

# The undisturbed run itself: all packages, all instances, all whole.
is_sound() {
	local d
	[ "$(wc -l < "$scratch/want.instances")" = 16 ] ||
		die "not 16 instances: $(cat "$scratch/want.instances")"
	[ "$(grep -c '^received' "$scratch/want.ledger")" = 9 ] ||
		die 'not 9 packages received'
	while read -r d; do
		(cd "$d" && sha256sum --quiet -c SHA256SUMS) || die "$d"
	done < <(find "$m"/spool/outbox "$m/owner" -name SHA256SUMS \
		-printf '%h\n')
	flerapp status --json | grep -q '"balanced":true' ||
		die 'the undisturbed books do not balance'
}
