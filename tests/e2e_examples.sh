#!/bin/bash
# The worked example of the manuals: taken out of the pages, built, run, and
# what comes out compared with what the pages say.
#
# A comment before each display under EXAMPLES says what the display is:
#   file PATH [ENCODING]  a file, below the example's folder
#   run                   commands
#   says                  what the commands before it print
#   want PATH             what a file must be: of the spool, or package/...
#   without               app.conf: what old.xml is refused for without a key
#   owner                 another [owner] for route.conf
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
# The pages, in the order in which their commands are run.
pages=("${PAGES:-$here/..}"/{spool/flerapp.conf,watcher/flerapp-package}.5
	"${PAGES:-$here/..}"/transform/flerapp-{map,route}.5)
rm -r "$config"
mkdir "$scratch/steps"
export PATH=$bin:$PATH

# One display: its lines are in $scratch/steps/NUMBER, its kind in `steps`.
unroff() {
	sed 's/^\\&//; s/\\(ha/^/g; s/\\(ti/~/g; s/\\(ga/`/g' |
		sed "s/\\\\(aq/'/g; s/\\\\e/\\\\/g"
}
steps=()
for page in "${pages[@]}"; do
	n=${#steps[@]} mark='' text=''
	while IFS= read -r line; do
		case $line in
		'.\" '*) mark=${line#'.\" '} ;;
		'.Bd '*)
			[ -n "$mark" ] || fail "$page: a display without a mark"
			text=$scratch/steps/${#steps[@]}
			: > "$text"
			;;
		.Ed)
			steps+=("$mark")
			mark='' text=''
			;;
		*) [ -z "$text" ] || unroff <<< "$line" >> "$text" ;;
		esac
	done < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/p' "$page")
	[ "${#steps[@]}" -gt $((n + 2)) ] || fail "$page: no worked example"
done
each() { # KIND FUNCTION: with the display's file and the words of its mark
	local i words
	for i in "${!steps[@]}"; do
		read -ra words <<< "${steps[i]}"
		[ "${words[0]}" != "$1" ] ||
			"$2" "$scratch/steps/$i" "${words[@]:1}"
	done
}

build() { # DISPLAY PATH [ENCODING]
	mkdir -p "$(dirname "$scratch/$2")"
	if [ -e "$scratch/$2" ]; then
		cmp "$1" "$scratch/$2" || fail "$2 stands there twice, differently"
	fi
	iconv -f UTF-8 -t "${3:-UTF-8}" < "$1" > "$scratch/$2"
}
each file build
[ -s "$scratch/package/SHA256SUMS" ] || fail 'no package'
(cd "$scratch/package" && sha256sum -c --quiet SHA256SUMS) ||
	fail 'SHA256SUMS of the example'

# The pages' own folders are /etc/flerapp and /srv/flerapp.
sed -i "s|^root = /srv/flerapp\$|root = $spool|" "$config/flerapp.conf"
grep -q "^root = $spool\$" "$config/flerapp.conf" || fail 'root in flerapp.conf'
run() {
	sed -i "s|/etc/flerapp|$config|g; s|/srv/flerapp|$spool|g" "$1"
	(cd "$scratch/package" && bash -eu "$1") > "$scratch/out" 2> "$scratch/err" ||
		fail "the commands: $(< "$1")"
}
says_all() {
	sed -i 's/(route.conf:[0-9]*)/(route.conf)/' "$scratch/out"
	diff "$1" "$scratch/out" || fail 'not what the page says is printed'
}
plain() { # FILE: without what is never the same twice, XML as the pages show it
	case $1 in
	*.xml) xmllint --format "$1" ;;
	*) sed -E 's/[0-9a-f]{64}/…/; s/([0-9a-f]{12})-[0-9a-f]{12}"/\1-…"/
		s/("time": ")[^"]*/\1…/' "$1" ;;
	esac
}
# Files whose names the page cannot tell have a *.
compare() { # DISPLAY PATH
	local file=$spool/$2
	[[ $2 != package/* ]] || file=$scratch/$2
	# shellcheck disable=SC2086
	diff "$1" <(plain $file) || fail "$2 is not what the page says"
}
for i in "${!steps[@]}"; do
	read -ra words <<< "${steps[i]}"
	case ${words[0]} in
	run) run "$scratch/steps/$i" ;;
	says) says_all "$scratch/steps/$i" ;;
	want) compare "$scratch/steps/$i" "${words[1]}" ;;
	file | without | owner) ;;
	*) fail "an unknown mark: ${steps[i]}" ;;
	esac
done
status_is .published 1
status_is .balanced true

# every conversion and every key of app.conf is in it
used=$(cat "$config"/routes/*/map.csv)
for word in $(grep -oE '^	\{ "[a-z]+", (NO_ARGS|\{)' \
	"$here/../transform/rewrite.c" | grep -oE '"[a-z]+"' | tr -d '"'); do
	grep -qE "[;|\"]${word}[(;|\"]" <<< "$used" || fail "$word is in no map"
done
for word in schema root patterns encodings $(sed -n \
	'/switches\[\] = {/,/};/p' "$here/../schemas/app.c" |
	grep -oE '\{ "[a-z-]+"' | tr -d '{ "'); do
	grep -q "^$word = " "$config"/apps/*/*/app.conf || fail "$word is in no app.conf"
done

# package FILE FORM: the example with another form
package() {
	local form
	rm -rf "$scratch/other"
	cp -r "$scratch/package" "$scratch/other"
	rm -f "$scratch"/other/*.zip
	form=$(cd "$scratch/other" && ls data/0*)
	cp "$2" "$scratch/other/$form"
	jq --arg id "${form#data/}" --argjson size "$(stat -c %s "$2")" \
		'(.data[] | select(.id == $id)).size = $size' \
		"$scratch/package/instance.json" > "$scratch/other/instance.json"
	(cd "$scratch/other" && sha256sum instance.json data/* > SHA256SUMS &&
		rm -f "$1" && zip -qXDr "$1" .) || fail "cannot make $1"
}

# old.xml: all keys let it pass; without one it is refused as the page says
package "$scratch/old.zip" "$scratch/old.xml"
want 0 check "$scratch/old.zip"
lenient=$config/apps/eks/arrangement/app.conf
cp "$lenient" "$scratch/app.conf"
tried=0
without() {
	local key want
	while read -r key want; do
		grep -v "^$key = " "$scratch/app.conf" > "$lenient"
		want 65 check --json "$scratch/old.zip"
		is "$(field '.findings[0] |
			"line \(.line), \(.code): \(.message)"' | tr -s ' ')" \
			"$(tr -s ' ' <<< "$want")" "without $key"
		tried=$((tried + 1))
	done < "$1"
}
each without without
is "$tried" "$(grep -c '^[a-z-]* =' "$scratch/app.conf" |
	xargs expr -1 +)" 'keys that are left out'
grep -v '^schema' "$scratch/app.conf" > "$lenient"
want 78 map check
complains 'no schema for the form type arrangement'
cp "$scratch/app.conf" "$lenient"
mv "$config/apps/eks/lokalsak/app.conf" "$scratch/root.conf"
want 78 map check
complains 'set [type sak] root ='
mv "$scratch/root.conf" "$config/apps/eks/lokalsak/app.conf"

# what the pages say of other forms: sub-units, small events, strange codes
form=("$scratch"/package/data/0*)
refused() { # SED CODE
	sed "$1" "${form[0]}" > "$scratch/form.xml"
	package "$scratch/other.zip" "$scratch/form.xml"
	want 65 check --json "$scratch/other.zip"
	is "$(field '[.findings[].code] | join(" ")')" "$2" "the code after $1"
}
refused 's/9901/9902/' PARTY_TYPE_NOT_ALLOWED
says 'eks/lokalsak takes no organisation of the unit type BEDR'
refused 's/9901/9903/' OWNER_DISABLED
refused 's/9901/9904/' OWNER_UNKNOWN
refused 's/0250/0050/' NO_ROUTE
map=$config/routes/arrangement-til-kommune/map.csv
sed -i.bak 's/;X99;;$/;;;/' "$map"
refused '' MAP_CODE
mv "$map.bak" "$map"

# the other owner
owner() {
	sed -i '/^\[owner\]/,$d' "$config"/routes/*/route.conf
	cat "$1" >> "$config/routes/arrangement-til-kommune/route.conf"
}
each owner owner
sed -i 's/;owner:name;/;const:x;/' "$map"
rm -r "$spool"
mkdir "$spool"
sed 's/310 000 027/310000027/' "${form[0]}" > "$scratch/form.xml"
package "$scratch/other.zip" "$scratch/form.xml"
want 0 drop "$scratch/other.zip"
want 0 run --progress none
[ -d "$spool/outbox/eks/lokalsak/org-310000027" ] || fail 'not the owner in the form'
