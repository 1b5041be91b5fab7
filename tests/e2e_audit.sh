#!/bin/bash
# flerapp-audit(7) to the letter: its checks are taken out of the page and run
# on a spool, without any program of ours. They are silent, then each of them
# finds what is its to find.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
page=$here/../spool/flerapp-audit.7
mkdir "$scratch"/{displays,scratch}
awk -v to="$scratch/displays/" '
	/^\.\\" (check|show) / { name = $2 "." $3 }
	/^\.Ed/ { name = ""; inside = 0 }
	inside { gsub(/\\e/, "\\"); print > (to name) }
	/^\.Bd/ && name != "" { inside = 1 }' "$page"
is "$(cd "$scratch/displays" && echo ./*)" './check.books ./check.chain ./check.instances ./check.originals ./check.seals ./show.acts ./show.counts ./show.removed ./show.runs ./show.source' 'the displays of the page'
audit() { # CHECK: what it prints, its complaints too
	(cd "$spool" && T=$scratch/scratch KEY=$scratch/public.pem PATH=/usr/bin:/bin \
		bash "$scratch/displays/$1") > "$scratch/out" 2>&1
}
silent() {
	local check
	for check in "$scratch"/displays/check.*; do
		audit "${check##*/}"
		[ ! -s "$scratch/out" ] || fail "${check##*/} is not silent"
	done
}
finds() { # CHECK WORDS
	audit "check.$1"
	says "$2"
}

# one of every kind, as folders and as a zip, and what people did
openssl genpkey -algorithm ed25519 -out "$config/seal.pem" 2> /dev/null
openssl pkey -in "$config/seal.pem" -pubout -out "$scratch/public.pem"
printf '[ledger]\nsigning-key = seal.pem\n' >> "$config/flerapp.conf"
id() { ls "$spool/$1" | head -n 1 | sed 's/\.zip$//'; }
make_package "$scratch/a.zip" "$(guid 1)"
make_package "$scratch/b.zip" "$(guid 2)" "$held_edit"
make_package "$scratch/c.zip" "$(guid 3)" "$bad_edit"
make_package "$scratch/d.zip" "$(guid 4)" "$held_edit"
want 0 drop "$scratch"/{a,b,c,d}.zip
want 3 run --progress none
want 0 reject --reason 'withdrawn' "$(id held)"
cp "$scratch/a.zip" "$scratch/again.zip"
want 0 drop "$scratch/again.zip"
want 0 run --progress none
make_package "$scratch/e.zip" "$(guid 5)"
printf '[transform]\noutput = zip\n' >> "$config/flerapp.conf"
want 0 drop "$scratch/e.zip"
want 0 run --progress none
make_package "$scratch/f.zip" "$(guid 6)"
want 0 drop "$scratch/f.zip"
"$bin/flerapp-watch" --spool "$spool" --once 2> "$scratch/err" || fail 'watch'
want 0 ledger seal
silent
audit show.counts
says '1 duplicate'
audit show.acts
says 'withdrawn'
audit show.runs
says '0.1.0'
audit show.source
says '"package": {'

# a change, undone again
kept=$scratch/kept
change() { # FILE COMMAND...
	rm -rf "$kept"
	cp -rp "$1" "$kept"
	"${@:2}"
}
back() { # FILE
	rm -rf "$1"
	cp -rp "$kept" "$1"
}
append() { echo x >> "$1"; }
for f in "$spool"/{accepted/*,done/*/*1-*,held/*/package.zip,rejected/*/package.zip}; do
	[ -f "$f" ] || fail "no $f"
	change "$f" append "$f"
	finds originals "$(basename "${f%/package.zip}" .zip)"
	back "$f"
	change "$f" rm -r "${f%/package.zip}"
	finds books '<'
	mkdir -p "$(dirname "$f")"
	back "$f"
done
f=$(ls -d "$spool"/outbox/*/*/*/*til*/)
change "$f" append "$f/kommunesak.xml"
finds instances 'kommunesak.xml: FAILED'
(cd "$f" && sha256sum -- $(cut -c 67- SHA256SUMS) > sums && mv sums SHA256SUMS)
finds instances 'SHA256SUMS'
back "$f"
f=$(ls "$spool"/outbox/*/*/*/*.zip)
change "$f" append "$f"
finds instances '.zip'
back "$f"
touch "$spool/held/more.zip"
finds books '> held more'
rm "$spool/held/more.zip"
silent
f=$(ls "$spool"/ledger/*.jsonl)
change "$f" sed -i '3s/"event":"/"event":"X/' "$f"
finds chain 'line 4 does not follow'
back "$f"
change "$f" sed -i 5d "$f"
finds chain 'line 5 does not follow'
back "$f"
change "$f" sed -i '$d' "$f"
sed -i '$d' "$f"
finds seals 'fewer lines'
back "$f"
f=$(ls "$spool"/ledger/seals/*)
change "$f" sed -i '2s/.*/7/' "$f"
finds seals 'not signed'
back "$f"
silent
