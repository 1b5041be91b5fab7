#!/bin/bash
# What a worker that lies or fails costs, as the operator sees it.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
liar=$bin/../tests/liar
[ -x "$liar/flerapp-worker" ] || fail "no liar in $liar"
cat >> "$config/flerapp.conf" << 'CONF'
[workers]
count = 1
timeout = 1s
sandbox = open
CONF
mkdir "$config/routes/rute"
printf '[route]\nfrom = ttd/sender-a\nto = ttd/mottak-b\n' \
	> "$config/routes/rute/route.conf"
put() { for name; do echo "$name" > "$spool/incoming/$name"; done; }
lies() { FLERAPP_LIBEXEC=$liar want "$@"; }

# refused and held: exit 3, each with its code, the others published
mkdir "$spool/incoming"
put a.sann.zip b.hang-up.zip c.no-space.zip d.stall.zip e.other-bytes.zip \
	f.memory.zip z.sann.zip
lies 3 run --progress none
says '7 packages'
says '2 published, 4 rejected, 1 held'
complains 'b.hang-up.zip'
status_is .balanced true
is "$(ls "$spool/outbox/ttd/mottak-b/org-310000027" | wc -l)" 2 'instances'
is "$(ls -A "$spool/tmp" "$spool/claimed" | grep -c .)" 2 'lines for two empty folders'
for state in held rejected; do
	want 0 list --state $state --json
	cat "$scratch/out"
done > "$scratch/listed"
code_of() { jq -r "select(.package == \"$1\") | .codes[0]" "$scratch/listed"; }
is "$(code_of b.hang-up.zip)" WORKER_CRASHED 'b'
is "$(code_of c.no-space.zip)" IO_ERROR 'c'
is "$(code_of d.stall.zip)" WORKER_TIMEOUT 'd'
is "$(code_of e.other-bytes.zip)" WORKER_CRASHED 'e'
is "$(code_of f.memory.zip)" WORKER_MEMORY 'f'

# a worker that is none, or does not start: exit 71, all is where it was
put g.sann.zip
for start in garbage exit; do
	echo $start > "$config/liar"
	lies 71 run --progress none
	complains 'flerapp-worker'
	[ -e "$spool/incoming/g.sann.zip" ] || fail 'a package is gone'
done
rm "$config/liar"

# another configuration under way: exit 75
rm -f "$config/started"
touch "$config/lie-config"
put f.exit.zip
lies 75 run --progress none
complains 'the configuration changed'
is "$(ls "$spool/incoming")" "$(printf 'f.exit.zip\ng.sann.zip')" 'incoming/'
status_is .balanced true
rm "$config/lie-config" "$spool"/incoming/* "$config/routes/rute" -r

# held because its reader could not go on, and let go: it goes the whole way,
# and is known by its instance from then on
make_package "$scratch/p.zip" "$(guid 1)"
cp "$scratch/p.zip" "$spool/incoming/p.no-disk.zip"
mv "$config/routes" "$scratch/routes"
lies 3 run --progress none
mv "$scratch/routes" "$config/routes"
want 0 list --state held --json
id=$(jq -r 'select(.package == "p.no-disk.zip") | .id' "$scratch/out")
want 0 why "$id"
says 'could not go on'
want 0 release "$id" --reason 'the disk is new'
want 0 run --progress none
says '1 published'
status_is .balanced true
want 0 show "$id" --json
is "$(field .instance)" "$(guid 1)" 'the instance of what was released'
cp "$scratch/p.zip" "$spool/incoming/q.zip"
want 0 run --progress none
says '1 duplicate'
make_package "$scratch/r.zip" "$(guid 1)" 's/<funn>/<funn> /'
cp "$scratch/r.zip" "$spool/incoming/r.zip"
want 3 run --progress none
says '1 held'
want 0 ledger verify
