#!/bin/bash
# What the torture tests play: a configuration with every kind of route, and
# a package for every verdict. Sourced, it gives scene_make; run, it makes one.
# usage: scene.sh DIR [OPTION=VALUE...]
#   durability=group|package claim=copy|rename output=directory|zip
#   routes=one|many   many: three routes from one app, one of them for-each
#   workers=N [1]     batch=N [64]    large=KIB [48]   of one attachment
#   retention=DAYS    of all that can be purged      seal=yes   with a new key
#   older=yes   older/ too: the configuration before its maps were changed
# DIR gets config/, packages/ (to be dropped, in the order of their names) and
# an empty spool/. The same options give the same bytes, but for the key.
# shellcheck shell=bash

scene_here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
scene_example=$(readlink -f "$scene_here/../example")

scene_guid() { printf '7b1f6a90-3c2d-4e5f-8a6b-%012x' "$1"; }

# scene_package FILE N [SED] [KIB]: the example as instance N; SED edits its
# form, its map becomes KIB large. FILE is a zip or a tar.gz.
scene_package() {
	local file=$1 guid p form map kib=${4:-0}
	guid=$(scene_guid "$2")
	p=$(mktemp -d) || return 1
	cp -r "$scene_example/package/." "$p"
	form=$p/data/0a4f4a7e-6a0b-4a52-9d0f-6b7d5f1c2e31
	map=$p/data/5d1c7e22-9b54-4c3e-8f1a-2f6f0e9d7c42
	sed -i "${3:-}" "$form"
	# Behind a PDF's own end, comments: no two blocks alike.
	[ "$kib" = 0 ] || seq -f '%% %012.0f' 1 $((kib * 64)) >> "$map"
	jq --arg guid "$guid" --argjson form "$(stat -c %s "$form")" \
		--argjson map "$(stat -c %s "$map")" '
		.id = "50045678/" + $guid | .data[].instanceGuid = $guid |
		(.data[] | select(.dataType == "skademelding")).size = $form |
		(.data[] | select(.dataType == "kart")).size = $map' \
		"$scene_example/package/instance.json" > "$p/instance.json" &&
	(cd "$p" && sha256sum instance.json data/* > SHA256SUMS &&
		find . -exec touch -d '2026-03-02T09:00:00Z' {} + &&
		case $file in
		*.zip) TZ=UTC zip -qXDr - . -i 'instance.json' 'data/*' \
			SHA256SUMS ;;
		*) tar -c --sort=name --owner=0 --group=0 --numeric-owner \
			SHA256SUMS instance.json data | gzip -n ;;
		esac) > "$file" || return 1
	rm -rf "$p"
}

scene_packages() { # DIR KIB
	local d=$1
	scene_package "$d/a-good.zip" 1 &&
	scene_package "$d/b-wrong.zip" 2 's/<funn>/<feil\/><funn>/' &&
	scene_package "$d/c-held.zip" 3 's/9901/9904/' &&
	cp "$d/a-good.zip" "$d/d-same.zip" &&		# a duplicate
	scene_package "$d/e-other.zip" 1 's/9901/9902/' &&	# a conflict
	scene_package "$d/f-good.tar.gz" 6 &&
	scene_package "$d/g-large.zip" 7 's/9901/9902/' "$2" &&
	printf 'PK\003\004 no more of it' > "$d/h-broken.zip" &&
	scene_package "$d/i-good.zip" 9
}

scene_route() { # [LINE]
	printf '[route]\nfrom = eks/skademelding\nto = eks/arkiv\n%s\n' "${1-}"
	printf '[owner]\norganisation = const:310000205\n'
}

# An archive, and two routes to it besides the example's: one instance for
# each thing found, one for the whole.
scene_routes() { # CONFIG
	local app=$1/apps/eks/arkiv
	mkdir -p "$app/config" "$app/models" \
		"$1"/routes/{funn,sted}-til-arkiv || return 1
	cat > "$app/config/applicationmetadata.json" << 'END'
{ "id": "eks/arkiv", "org": "eks", "title": { "nb": "Arkiv" },
  "dataTypes": [ { "id": "arkiv", "taskId": "Task_1", "maxCount": 1,
    "allowedContentTypes": [ "application/xml" ],
    "appLogic": { "autoCreate": true, "classRef": "Eksempel.Arkiv" } } ] }
END
	cat > "$app/models/Arkiv.xsd" << 'END'
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="Arkiv">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="tittel" type="xs:string"/>
        <xs:element name="kode" type="xs:string"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
END
	scene_route 'for-each = /Skademelding/funn' \
		> "$1/routes/funn-til-arkiv/route.conf"
	scene_route > "$1/routes/sted-til-arkiv/route.conf"
	printf '%s\n' target,source,convert,required \
		tittel,/Skademelding/sted/beskrivelse,trim, kode,type,,yes \
		> "$1/routes/funn-til-arkiv/map.csv"
	printf '%s\n' target,source,convert,required \
		tittel,/Skademelding/sted/beskrivelse,trim, \
		'kode,/Skademelding/funn/type,join(-),' \
		> "$1/routes/sted-til-arkiv/map.csv"
}

# One map makes something else, one the same, one route is new.
scene_change() { # CONFIG
	local map=$1/routes/skade-til-kommune/map.csv
	sed -i 's/Sak.tittel;\(.*\);trim;/Sak.tittel;\1;trim|upper;/' "$map" &&
	grep -q 'trim|upper' "$map" &&
	printf '# a remark\n' >> "$1/routes/funn-til-arkiv/route.conf" &&
	cp -r "$1/routes/sted-til-arkiv" "$1/routes/sted-en-gang-til"
}

# The settings of [watch] go first: that section comes last in the example.
scene_settings() {
	[ -z "$claim" ] || echo "claim = $claim"
	printf '[workers]\ncount = %s\nbatch = %s\n' "$workers" "$batch"
	echo '[transform]'
	[ -z "$durability" ] || echo "durability = $durability"
	[ -z "$output" ] || echo "output = $output"
	[ -z "$seal" ] || printf '[ledger]\nsigning-key = seal.pem\n'
	[ -z "$retention" ] || printf '[retention]\nheld = %s\nrejected = %s
done = %s\noutbox = %s\n' "$retention" "$retention" "$retention" "$retention"
}

scene_make() { # DIR [OPTION=VALUE...]
	local dir=$1 durability='' claim='' output='' routes=one workers=1 \
		batch=64 large=48 retention='' seal='' older='' option
	shift
	for option; do
		case $option in
		durability=* | claim=* | output=* | routes=* | workers=* | \
		batch=* | large=* | retention=* | seal=* | older=*)
			local "$option" ;;
		*) echo "scene_make: no such option: $option" >&2
			return 1 ;;
		esac
	done
	mkdir -p "$dir" && mkdir "$dir/packages" "$dir/spool" &&
	cp -r "$scene_example/config" "$dir/config" &&
	scene_settings >> "$dir/config/flerapp.conf" || return 1
	[ -z "$seal" ] || (umask 077 && openssl genpkey -algorithm ed25519 \
		-out "$dir/config/seal.pem" 2> /dev/null) || return 1
	[ "$routes" = one ] || scene_routes "$dir/config" || return 1
	[ -z "$older" ] || { cp -r "$dir/config" "$dir/older" &&
		scene_change "$dir/config"; } || return 1
	scene_packages "$dir/packages" "$large"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -eu
	scene_make "$@"
fi
