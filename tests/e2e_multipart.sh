#!/bin/bash
# show --multipart: the body of POST /instances, from a folder and from a zip.
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh" "$1"
make_package "$scratch/good.zip" "$(guid 1)"
key=$(guid 1).skade-til-kommune
box=$spool/outbox/eks/kommunesak/org-310000108/$key
want 0 drop "$scratch/good.zip"
want 0 run --progress none

want 0 show --multipart "$key"
cp "$scratch/out" "$scratch/body"
type=$(< "$scratch/err")
[[ $type =~ ^Content-Type:\ multipart/form-data\;\ boundary=\"(flerapp-[0-9a-f]+)\"$ ]] ||
	fail "the type: $type"
boundary=${BASH_REMATCH[1]}
want 0 show --multipart --header "$box"
is "$(< "$scratch/out")" "$type" 'the header on stdout'
quiet
want 0 show --multipart "$key"
cmp "$scratch/out" "$scratch/body" || fail 'not the same twice'

# what it must be, put together from the files
part() { # FILE HEADERS
	printf -- '--%s\r\nContent-Type: %s\r\nContent-Disposition: form-data; %s\r\n\r\n' \
		"$boundary" "$2" "$3"
	cat "$box/$1"
	printf '\r\n'
}
{
	part instance.json 'application/json; charset=utf-8' 'name="instance"'
	part kommunesak.xml application/xml 'name="kommunesak"'
	part kart-1.pdf application/pdf \
		"name=\"kart\"; filename=\"Kart p_ stedet.pdf\"; filename*=UTF-8''Kart%20p%C3%A5%20stedet.pdf"
	part kvittering-1.pdf application/pdf \
		"name=\"kvittering\"; filename=\"Skademelding.pdf\"; filename*=UTF-8''Skademelding.pdf"
	printf -- '--%s--\r\n' "$boundary"
} > "$scratch/wanted"
cmp "$scratch/wanted" "$scratch/body" || fail 'not the body that it must be'

# the same from a zip
first=$spool spool=$scratch/zipped
printf '\n[transform]\noutput = zip\n' >> "$config/flerapp.conf"
mkdir "$spool"
want 0 drop "$scratch/good.zip"
want 0 run --progress none
[ -f "$spool/outbox/eks/kommunesak/org-310000108/$key.zip" ] || fail 'no zip'
want 0 show --multipart "$key"
cmp "$scratch/out" "$scratch/body" || fail 'the body from the zip is another'

# a file that was changed is not sent; one that is gone is said to be
spool=$first
printf x >> "$box/kart-1.pdf"
want 4 show --multipart "$key"
complains 'kart-1.pdf is not the file that manifest.json names'
rm -r "$box"
want 66 show --multipart "$key"
complains 'not in the outbox any more'
want 66 show --multipart "$(guid 2).skade-til-kommune"
