# Helpers of the end-to-end tests and the demo. Sourced, with the programs'
# folder in $1; gives a scratch folder, the example's configuration in it, and
# an empty spool.
# shellcheck shell=bash
set -u
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
bin=$(readlink -f "$1")
example=$here/example
scratch=$(mktemp -d "${TMPDIR:-/tmp}/flerapp.XXXXXX")
trap 'end_scratch' EXIT
export LC_ALL=C.UTF-8 FLERAPP_CONFIG=$scratch/config
config=$FLERAPP_CONFIG spool=$scratch/spool
cp -r "$example/config" "$config"
mkdir "$spool"
background=

end_scratch() {
	if [ -n "$background" ]; then
		kill "$background" 2> /dev/null
		wait "$background" 2> /dev/null
	fi
	rm -rf "$scratch"
}

fail() {
	echo "FAIL: $*" >&2
	[ ! -s "$scratch/out" ] || { echo '-- stdout'; cat "$scratch/out"; } >&2
	[ ! -s "$scratch/err" ] || { echo '-- stderr'; cat "$scratch/err"; } >&2
	exit 1
}

# want CODE ARGUMENTS...: flerapp on the scratch spool; out and err are kept.
want() {
	local code=$1 rc=0
	shift
	"$bin/flerapp" --spool "$spool" "$@" > "$scratch/out" \
		2> "$scratch/err" < /dev/null || rc=$?
	[ "$rc" = "$code" ] || fail "flerapp $*: exit $rc, not $code"
}

says() { grep -qF -- "$1" "$scratch/out" || fail "stdout lacks: $1"; }
complains() { grep -qF -- "$1" "$scratch/err" || fail "stderr lacks: $1"; }
quiet() { [ ! -s "$scratch/err" ] || fail 'something on stderr'; }

# is VALUE WANTED WHAT
is() { [ "$1" = "$2" ] || fail "$3: $1, not $2"; }

# field JQ: of the last output, which is JSON
field() { jq -r "$1" "$scratch/out" || fail "stdout is not JSON: $1"; }

status_is() { # JQ WANTED
	want 0 status --json
	is "$(field "$1")" "$2" "status $1"
}

# There before the time is up (seconds in tenths), or fail.
soon() { # WHAT COMMAND...
	local what=$1 i
	shift
	for ((i = 0; i < 100; i++)); do
		"$@" && return
		sleep 0.1
	done
	fail "not within 10 s: $what"
}

# The chain made anew over what stands in a ledger, by one who knows how.
rechain() { # FOLDER
	local day line prev seq=0
	prev=$(printf '0%.0s' {1..64})
	for day in "$1"/*.jsonl; do
		while IFS= read -r line; do
			seq=$((seq + 1))
			line="{\"seq\":$seq,\"prev\":\"$prev\",\"time\":${line#*,\"time\":}"
			printf '%s\n' "$line"
			prev=$(printf '%s\n' "$line" | sha256sum | cut -c -64)
		done < "$day" > "$scratch/day"
		cp "$scratch/day" "$day"
	done
}

guid() { printf '7b1f6a90-3c2d-4e5f-8a6b-%012x' "$1"; }

# make_package FILE GUID [SED] [JQ]: the example with another GUID; SED edits
# its form, JQ its instance.json.
make_package() {
	local file guid=$2 form p=$scratch/package
	file=$(readlink -f "$1")
	rm -rf "$p" "$file"
	cp -r "$example/package" "$p"
	form=$p/data/$(jq -r '.data[] | select(.dataType == "skademelding").id' \
		"$p/instance.json")
	sed -i "${3:-}" "$form"
	jq --arg guid "$guid" --argjson size "$(stat -c %s "$form")" \
		'.id = "50045678/" + $guid | .data[].instanceGuid = $guid |
		(.data[] | select(.dataType == "skademelding")).size = $size |
		'"${4:-.}" "$example/package/instance.json" > "$p/instance.json"
	(cd "$p" && sha256sum instance.json data/* > SHA256SUMS &&
		zip -qXDr "$file" .) || fail "cannot make $file"
}

held_edit='s/9901/9904/'                # no such row in owners.csv
bad_edit='s/<funn>/<feil\/><funn>/'     # not as the schema says
