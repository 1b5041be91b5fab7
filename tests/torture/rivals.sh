#!/bin/bash
# Several coordinators are started at once on one spool, and random processes
# of theirs, workers too, are killed meanwhile; a worker whose coordinator is
# gone may still be at work when the next one recovers.
# usage: rivals.sh BINDIR SCRATCH ROUNDS [SEED]
set -u
here=$(dirname "$(readlink -f "$0")")
bin=$(readlink -f "$1") dir=$2/rivals rounds=$3 seed=${4:-$RANDOM}
# shellcheck source=tests/torture/scene.sh
. "$here/scene.sh"
RANDOM=$seed
# bash tells of each child that is killed; what else it says is shown.
exec 2> "$2/rivals.err"
trap 'grep -v " Killed " "$2/rivals.err"' EXIT
spool=$dir/spool log=$dir/log
fail() {
	echo "FAIL rivals: seed $seed, round $round: $*"
	tail -n 30 "$log"
	exit 1
}
run() { # PROGRAM ARGUMENTS...
	"$bin/$1" "${@:2}" --config "$dir/config" --spool "$spool" \
		>> "$log" 2>&1
}
fresh() { # ROUND: every way of working has its turn
	local claims=(copy rename) outputs=(directory zip) hows=(group package)
	rm -rf "$dir"
	scene_make "$dir" routes=many workers=2 batch=2 \
		claim="${claims[$1 % 2]}" output="${outputs[$1 / 2 % 2]}" \
		durability="${hows[$1 / 4 % 2]}" || exit 1
	rm "$dir/packages/e-other.zip"	# who comes first would matter
	mkdir -p "$spool/incoming"
}
put() { for n; do mv "$dir/packages/$n" "$spool/incoming/$n"; done; }
made() { # what came out, to the byte
	(cd "$spool/outbox" && find . -type f -exec sha256sum {} + | sort -k 2)
}
# Any of ours, their workers or the coordinators themselves.
strike() {
	local all=() kids=() pid
	for pid in "${started[@]}"; do
		kill -0 "$pid" 2> /dev/null || continue
		# Neither pgrep nor ps: they take longer than a run.
		read -ra kids < "/proc/$pid/task/$pid/children"
		all+=("$pid" "${kids[@]}")
	done
	[ ${#all[@]} -gt 0 ] || return 1
	kill -KILL "${all[RANDOM % ${#all[@]}]}" 2> /dev/null
}
begin() { # PROGRAM ARGUMENTS...
	"$bin/$1" "${@:2}" --config "$dir/config" --spool "$spool" \
		>> "$log" 2>&1 &
	started+=($!)
}
ended() { # their exit codes: done, refused, try again; or killed
	local pid rc
	for pid in "${started[@]}"; do
		wait "$pid" 2> /dev/null
		rc=$?
		case $rc in
		0 | 3 | 75 | 137) ;;
		71) grep -qE 'a worker cannot start .*signal 9' "$log" ||
			fail "exit $rc" ;;
		*) fail "exit $rc" ;;
		esac
	done
}
sound() { # WHEN
	local books
	books=$("$bin/flerapp" status --json --config "$dir/config" \
		--spool "$spool") || fail "status $1"
	[[ $books == *'"balanced":true'* ]] ||
		fail "the books $1: $books"
}

kills=0
declare -A want
for ((round = 0; round < rounds; round++)); do
	kind=$((round / 2 % 2))
	if [ -z "${want[$kind]-}" ]; then
		fresh "$round"
		put a-good.zip b-wrong.zip c-held.zip f-good.tar.gz \
			g-large.zip h-broken.zip i-good.zip
		run flerapp run --progress none
		want[$kind]=$(made)
	fi
	fresh "$round"
	put a-good.zip b-wrong.zip c-held.zip
	for ((wave = 0; wave < 3; wave++)); do
		started=()
		begin flerapp run --progress none
		begin flerapp run --progress none
		begin flerapp-watch --once
		begin flerapp-transform
		case $wave in
		0) put f-good.tar.gz
			# The same once more, under its name: a manifest has it.
			mv "$dir/packages/d-same.zip" \
				"$spool/incoming/a-good.zip" ;;
		1) put g-large.zip h-broken.zip i-good.zip ;;
		esac
		for ((i = 0; i < 3; i++)); do
			sleep "0.0$((RANDOM % 4))"
			strike && kills=$((kills + 1))
		done
		ended
		sound 'after a wave'
	done
	run flerapp run --progress none
	run flerapp run --progress none || fail "the end: exit $?"
	sound 'in the end'
	run flerapp ledger verify || fail 'the ledger'
	[ "$(made)" = "${want[$kind]}" ] || fail "the outbox: $(diff \
		<(echo "${want[$kind]}") <(made))"
	[ -z "$(find "$spool"/{incoming,claimed,tmp,accepted} -mindepth 1)" ] ||
		fail "something is left: $(find \
		"$spool"/{incoming,claimed,tmp,accepted} -mindepth 1)"
	[ "$(find "$spool"/{done,held,rejected} -name '*.zip' -o -name \
		'*.tar.gz' | wc -l)" = 7 ] || fail 'the originals'
done
[ "$kills" -gt 0 ] || fail 'nobody was killed'
echo "rivals: $rounds rounds of 12 coordinators, $kills killed (seed $seed)"
