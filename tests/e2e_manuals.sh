#!/bin/bash
# The manuals know every verb, option, setting, code and conversion.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
cd "$here/.." || exit 1
knows() { # MANUAL WORD: as a macro's argument or in the text
	grep -qE -- "(^|[^A-Za-z_])$2([^A-Za-z_-]|\$)" "$1" || fail "$1 lacks $2"
}
words() { # FILE TABLE EXPRESSION: the words of a table in the source
	local found
	found=$(sed -n "/$2/,/^};/p" "$1" | grep -oE "$3" | tr -d '"{ \t,')
	[ -n "$found" ] || fail "no words found in $1"
	printf '%s\n' "$found"
}

while read -r code; do knows watcher/flerapp-package.5 "$code"; done \
	< <(words spool/finding.c '} table\[\] = {' '"[A-Za-z_]+", (REJECT|HOLD)' |
		sed 's/REJECT$//; s/HOLD$//')
while read -r key; do knows spool/flerapp.conf.5 "$key"; done \
	< <(words spool/conf.c 'settings\[\] = {' '\{ "[a-z]+", "[a-z-]+"' |
		sed 's/^\(spool\|packages\|watch\|workers\|transform\|owners\|privacy\|ledger\|retention\)//')
while read -r key; do knows spool/flerapp.conf.5 "$key"; done \
	< <(sed -n '/switches\[\] = {/,/};/p' schemas/app.c |
		grep -oE '"[a-z-]+"' | tr -d '"')
while read -r key; do knows transform/flerapp-route.5 "$key"; done \
	< <(words transform/route.c '} keys\[\] = {' '"(route|owner)", "[a-z-]+"' |
		sed 's/^route//; s/^owner//')
while read -r option; do knows spool/flerapp.1 "$option"; done \
	< <(words spool/flerapp.c 'options\[\] = {' '\] = \{ "[a-z-]+"' | sed 's/^]=//')
for verb in run check drop status list show why trace hold release requeue \
	reject replay purge 'map check' 'map explain' 'map init' 'map import' \
	'ledger verify' 'ledger seal' 'ledger export' report doctor; do
	knows spool/flerapp.1 "$verb"
done
for manual in {spool,watcher,transform}/*.[1-8]; do
	head -n 1 "$manual" | grep -q '^\.Dd ' || fail "$manual: no date"
	if command -v mandoc > /dev/null; then
		mandoc -Tlint "$manual" 2> /dev/null |
			grep -v 'referenced manual not found' > "$scratch/out"
		[ ! -s "$scratch/out" ] || fail "$manual"
	fi
done
