#!/bin/bash
# The command line: verbs, options, help, messages, exit codes.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"

# usage errors say what and what to try
while IFS='|' read -r words text; do
	# shellcheck disable=SC2086
	want 64 $words
	complains "$text"
	complains '; try: flerapp'
	is "$(wc -l < "$scratch/err")" 1 "lines of complaint about: $words"
done << 'ROWS'
tullball|unknown verb (tullball)
ledger|ledger needs another word
ledger tull|unknown verb (ledger tull)
status now|status does not take this (now)
status --reason x|status does not take --reason
run --tull|unknown option (--tull)
run --progress fast|--progress is auto, bar, plain or none (fast)
list --state borte|--state is incoming
show|show needs ID
check|check needs FILE
hold x|hold needs --reason
release|release needs ID
list --state|--state needs a value
show --header 7b1f6a90-3c2d-4e5f-8a6b-000000000001|--multipart takes one KEY
show --multipart x|--multipart needs the KEY
ROWS
want 64
complains 'no verb is given'

# options before and behind the verb, two-word verbs, help without a spool
rm -rf "$spool"
mkdir "$spool"
"$bin/flerapp" --json --spool "$spool" status > "$scratch/out" || fail 'options before'
is "$(field .received)" 0 'received'
want 0 --version
says "flerapp "
for verb in run check drop status list show why trace hold release requeue \
	reject 'map check' 'map explain' 'map init' 'map import' \
	'ledger verify' 'ledger seal' 'ledger export' report doctor; do
	# shellcheck disable=SC2086
	FLERAPP_CONFIG=/nowhere want 0 $verb --help
	says 'examples:'
	is "$(head -n 1 "$scratch/out")" 'examples:' "first line of $verb --help"
	says "usage: flerapp $verb"
	quiet
	FLERAPP_CONFIG=/nowhere want 0 --help
	says "  $verb"
done

# configuration: every fault with file and line, exit 78
printf '[spool]\nenvironment = kanskje\n[workers]\nantall = 4\n' \
	> "$config/flerapp.conf"
for verb in status list 'show x' run 'ledger verify' 'ledger seal' 'hold --reason x y'; do
	# shellcheck disable=SC2086
	want 78 $verb
	complains 'flerapp.conf:2); try: flerapp doctor'
	complains 'flerapp.conf:4); try: flerapp doctor'
done
want 78 --config "$scratch/nowhere" status
complains 'no such folder'

# what is wrong with a file is told for a file, and nothing is kept of it
cp "$example/config/flerapp.conf" "$config/flerapp.conf"
want 66 check "$scratch/borte.zip"
complains 'No such file or directory; try: flerapp list; or ls, for a file'
make_package "$scratch/bad.zip" "$(guid 1)" "$bad_edit"
want 65 check "$scratch/bad.zip"
says '1. Xsd: '
says 'gjør: '
! grep -q 'flerapp requeue\|kept under\|tatt vare' "$scratch/out" ||
	fail 'check says that it keeps the package'

# what reads makes nothing
cp "$example/config/flerapp.conf" "$config/flerapp.conf"
for verb in status list 'ledger verify' 'status --json'; do
	# shellcheck disable=SC2086
	want 0 $verb
	is "$(ls -A "$spool")" '' "the spool after $verb"
done
rmdir "$spool"
want 71 status
is "$("$bin/flerapp" --spool "$spool" status 2> /dev/full; echo $?)" 71 'stderr full'
mkdir "$spool"
"$bin/flerapp" --spool "$spool" status > /dev/full 2> "$scratch/err"
is $? 73 'the exit code with a full stdout'
complains 'write to stdout'
