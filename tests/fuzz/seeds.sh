#!/bin/bash
# The seeds that can be made: from the example, from the schemas of the tests,
# and by a program for what is no text. The others are in tests/fuzz/seeds/.
# usage: seeds.sh MAKE_SEEDS FOLDER
set -eu
maker=$(readlink -f "$1") example=tests/example
mkdir -p "$2"
out=$(readlink -f "$2")
targets='text pattern sums package zipcheck instance appmeta json xsd form map
	owners codes units convert conf route app origin prefill fill ledger
	note wire stored value deliver'
for t in $targets; do mkdir -p "$out/$t"; done

# TARGET NAME: standard input, printf formats it.
seed() { printf "$3" "${@:4}" > "$out/$1/$2"; }

"$maker" "$out"
cp "$out"/zip-* "$out/zipcheck"
mv "$out"/zip-* "$out"/tar-* "$out/package"
mv "$out"/wire-* "$out/wire"

# The example's package in each form that is taken.
(
	cd "$example/package"
	zip -qX "$out/package/example.zip" instance.json data/*
	zip -qX0 "$out/stored/example.zip" instance.json data/*
	for c in '' gzip zstd xz; do
		tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
			-cf "$out/package/example.tar${c:+.$c}" ${c:+--$c} \
			instance.json data
	done
	sha256sum instance.json data/* > "$out/sums/example"
	head -c 900000 /dev/zero > "$out/zeros"
	for c in gzip zstd; do
		tar -C "$out" -cf "$out/package/bomb.$c" --$c zeros
	done
	zip -jqX "$out/package/bomb.zip" "$out/zeros"
	rm "$out/zeros"
)
cp "$out/package/example.zip" "$out/zipcheck/"
cp "$example/package/instance.json" "$out/instance/example"
cp "$example/package/instance.json" "$out/json/example"
for f in "$example"/config/apps/*/*/config/applicationmetadata.json; do
	n=$(basename "$(dirname "$(dirname "$f")")")
	cp "$f" "$out/appmeta/$n"
	cp "$f" "$out/json/$n"
done
seed json lenient '{"A":[1,2,],"b":{"c":null,},}'
seed json line '{"seq":1,"event":"received","a":{"b":[1]},"t":"x\\"y"}'

n=0
for f in tests/data/schemas/*/*.xsd; do
	n=$((n + 1))
	{ cat "$f"; printf '\n--\n'; cat tests/data/schemas/good/other.xsd; } \
		> "$out/xsd/$n"
done
for f in "$example"/config/apps/*/*/models/*.xsd; do
	cat "$f" > "$out/xsd/$(basename "$f" .xsd)"
done
xs='xmlns:s="http://www.w3.org/2001/XMLSchema"'
seed xsd include '<s:schema %s><s:include schemaLocation="b.xsd"/>%s\n--\n%s' \
	"$xs" '<s:element name="a" type="t"/></s:schema>' "<s:schema $xs>
<s:complexType name='t'><s:sequence>
<s:element name='b' type='s:date' maxOccurs='9'/>
</s:sequence><s:attribute name='c' use='required'/></s:complexType>
</s:schema>"

for f in "$example"/package/data/*; do
	if head -c 5 "$f" | grep -q '<'; then
		for o in 0 10; do
			{ printf "\\$o"; cat "$f"; } > "$out/form/example$o"
		done
	fi
done
xsi='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
seed form nil-lenient '\6<values %s><nil xsi:nil="true"> </nil><fixed>b</fixed><preset/></values>' "$xsi"
seed form nil-filled '\6<values %s><nil xsi:nil="1">1<a/></nil></values>' "$xsi"
seed form nil-absent '\6<extended %s id="1" x="2"><a xsi:nil="true"/><c/></extended>' "$xsi"
seed form fixed '\6<seres orid="9">1.5</seres>'
seed form date '\6<head>2026-01-01T00:00:00.000+01:00</head>'
seed form day '\1<head>2026-01-01T00:00:00Z</head>'
seed form latin '\0<?xml version="1.0" encoding="iso-8859-1"?>\n<Skademelding><a>\xe6</a></Skademelding>'
seed form dtd '\1<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
seed form cdata '\2<a xmlns="urn:x" x:y="1" xmlns:x="urn:y"><![CDATA[b]]>&#x41;<!-- c --><?d e?></a>'
seed form nil '\3<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true" altinnRowId="x"/>'

form=$example/package/data/0a4f4a7e-6a0b-4a52-9d0f-6b7d5f1c2e31
{ printf '\0'; cat "$form"; } > "$out/deliver/probed"
{ printf '\2'; cat "$form"; } > "$out/deliver/mapped"
{ printf '\4'; cat "$form"; } > "$out/deliver/explained"
{ printf '\014'; cat "$form"; } > "$out/deliver/explained-json"
{ printf '\3'; cat "$example/package/instance.json"; printf '\n--\n'
	cat "$form"; } > "$out/deliver/own"

# Whole packages: with right and wrong sums, and with what belongs in none.
(
	whole=$out/whole
	cp -r "$example/package" "$whole"
	cd "$whole"
	sums='sha256sum instance.json data/*'
	pack() { # SEED FILE...
		{ printf '\22'; tar --sort=name --mtime=@0 --owner=0 --group=0 \
			--numeric-owner -cf - "${@:2}"; } > "$out/deliver/$1"
	}
	pack plain instance.json data
	$sums > SHA256SUMS
	pack sums ./*
	pack sums-last data instance.json SHA256SUMS
	{ printf '\22'; zip -qrX0 - ./*; } > "$out/deliver/zip"
	$sums | sed 's/^./x/' > SHA256SUMS
	pack sums-bad ./*
	$sums | sed '1s/^.../000/; $d' > SHA256SUMS
	pack sums-wrong ./*
	echo x | tee data/other > other
	echo '[]' > events.json
	pack others ./*
	pack no-instance data
	jq '.data[] += {"contentHash": "1B2M2Y8AsgTpgAmY7PhCfg==",
		"fileScanResult": "Infected"} | .data[1].contentType = "image/png"' \
		instance.json > other
	mv other instance.json
	pack hash instance.json data
	rm -r "$whole"
)
{ printf '\0'; cat "$example"/config/routes/*/map.csv; } > "$out/map/example"
seed map sources '\0target,source,convert,required,default,when\nSak.tittel,"concat(/a/b, ""x"")",upper|trim,no,y,/a/b > 1\nSak.mottatt,skademelding!/Skademelding/dato,,,,\ndataValues:x,const:1,int,,,\n'
seed map groups '\0target;source\nSak.tittel;const:a\nSak.mottatt;const:2026-01-01\nSak.kommune;b/@c\nInnsender.navn;..\nPunkt[];/Skademelding/funn\nPunkt[].kode;const:A11\nPunkt[].antall;position()\n'
{ printf '\0009901\n--\n'; cat "$example"/config/routes/*/owners.csv; } > "$out/owners/example"
seed owners kinds '\0a\n--\nkey,person,party,username,enabled,valid_from,valid_to\na,,501,,yes,2026-01-01,\nb,,,navn,no,,\n'
seed owners long '\005310000027 and more text\n--\nkey;organisation\n'
{ printf 'fall\n--\n'; cat "$example"/config/routes/*/codes/*.csv; } > "$out/codes/example"
seed codes dated 'G\n--\nfrom;to;valid_from;valid_to\nG;old;;2025-12-31\nG;new;2026-01-01;\n'
n=0
while IFS= read -r chain; do
	n=$((n + 1))
	seed convert "$n" '%s\n--\n%s\n--\n%s' "$chain" ' 2026-03-01T10:00:00.5Z ' 'M'
	seed convert "n$n" '%s\n--\n%s' "$chain" '+001.50'
done <<'CHAINS'
trim|upper
lower
date
decimal
int|pad(9,0)
bool
code(kode)
substr(1,3)|prefix(a)|suffix(b)
replace(a,"b|c")
join(", ")
trim|first
count
digits
pad(11,"æ")
CHAINS
cat "$example/config/flerapp.conf" > "$out/conf/flerapp"
seed conf all '[spool]\nroot = /x\nenvironment = test\nmin-free-bytes = 1G\n[packages]\nmax-bytes=512M\nrequire-sums = yes\n[watch]\nclaim=rename\nsettle=2s\npoll=auto\n[workers]\ncount=2\nmemory=512M\n[transform]\noutput=zip\n[owners]\nallow = 310000027, 310000019\n[retention]\ndone = keep\nheld = 30\n'

for f in route.conf attachments.csv owners.csv map.csv codes/*.csv; do
	cat "$example"/config/routes/*/$f
	printf '\n--\n'
done > "$out/route/example"
seed route owner '[route]\nfrom = eks/skademelding\nto = eks/kommunesak\nform = skademelding\ntarget-form = kommunesak\nwhen = /Skademelding/kommune > 1\nfor-each = /Skademelding/funn\ndue-after = 30d\nvisible-after = 36h\n[owner]\norganisation = const:310000027\n\n--\ntarget;source;required;which;note\nkart;kart;yes;last;\n\n--\n\n--\ntarget,source,convert,required,default,when\nSak.tittel,type,"code(k)|upper",yes,x,antall > 1\nSak.mottatt,instance:process.ended,date,,,\nPunkt[],.,,,,\nPunkt[].kode,const:A11,,,,\n\n--\nfrom;to\nhull;Hull\nlys;Lys\n'
seed route person '[route]\nfrom = eks/skademelding\nto = eks/kommunesak\n[owner]\nperson = /Skademelding/melder/fodselsnummer\n'
seed app all '[type melding]\nschema = Melding.xsd\nroot = Annet\npatterns = xsd\nencodings = utf-8, iso-8859-1 windows-1252\nnamespace = lenient\nnil = lenient\nunknown = drop\nfixed = any\ndate-time = lenient\n[type ekstra]\nschema = annet.xsd\npatterns = off\n'
seed app outside '[type melding]\nschema = ../outside.xsd\n'
{ printf '[type skademelding]\nroot = Melding\n\n--\n'
	cat "$example"/config/apps/*/skademelding/config/*.json; } > "$out/app/meta"
n=0
while IFS= read -r source; do
	n=$((n + 1))
	seed origin "$n" '%s' "$source"
	seed origin "in$n" '/Skjema/Rad\n--\n%s' "$source"
done <<'SOURCES'
/Skjema/Rad/Under/verdi
kode
@nr
../tittel
.
/Skjema/Rad[2]/ord | //kode[. != 'b']
concat(/Skjema/tittel, "!", position() div last() mod 2)
count(ancestor-or-self::*) > 1 and not(/Skjema/merknad)
tillegg!/Tillegg/linje/tekst
tillegg!sum(//@nr) * -1
instance:process.ended
instance:data.0.size
const:x
owner:name
id('x')/following-sibling::node()[lang('nb')]
normalize-space(translate(substring-before(., 'a'), 'b', 'c'))
*[processing-instruction('a')]/comment()
$x/a:b/unknown(1)
SOURCES
cat "$example"/config/apps/*/*/models/*.prefill.json tests/data/maps/apps/*/*/models/*.prefill.json \
	2> /dev/null > "$out/prefill/register" || true
seed units all '310000027\n--\norganisation;unit_type\n310000027;KOMM\n310000108;AS\n'
head='target;source;convert;required;default;when\nHode.overskrift;/Skjema/tittel;trim;yes;x;\n'
seed fill plain "$head"
seed fill full "$head"'Hode.sak-nr;instance:id;substr(1,8);;;\nHode.mottatt;/Skjema/dato;date;;2026-01-01;\nTall.sum;sum(/Skjema/Rad/Under/verdi);decimal;;;/Skjema/ja\nTall.farge;/Skjema/farge;;;G;\nLinje[];/Skjema/Rad;;;;\nLinje[].kode;kode;upper;;;\nLinje[].nr;@nr;;;;\nLinje[].ord[];ord;;;;\nLinje[].Del[];Under;;;;\nLinje[].Del[].verdi;verdi;int;;;\nLinje[].Del[].far;../kode;;;;\nRef-datadef-77;const:r;;;;\ntom;/Skjema/antall;;;;\nfirma.navn;const:f;;;\ndataValues:x;const:1;;;;\n'
seed fill form "$head"'\n--\n<Skjema versjon="3"><tittel>En sak</tittel><orgnr>310000027</orgnr></Skjema>'
seed prefill fields '{"ER":{"OrgNumber":"nr"},"DSF":{"FirstName":"Fra.Navn"}}\n--\n<xs:element name="navn" type="xs:string"/>\n--\n<xs:element name="nr" type="xs:int"/><xs:element name="Fra"><xs:complexType><xs:sequence><xs:element name="Navn" type="xs:string"/></xs:sequence></xs:complexType></xs:element>'
seed prefill sections '{"allowOverwrite":true,"UserProfile":{"Party.Name":"navn","UserName":"navn"},"ER":{"OrgNumber":"orgnr","Name":"navn","Telefon":"liste.kode"},"DSF":{"SSN":"orgnr.value","FirstName":"ukjent"},"QueryParameters":{"x":"dato"},"Ny":{"a":1}}'

zeros=0000000000000000000000000000000000000000000000000000000000000000
id=6513270e-269f-4df5-8c7b-1b0c2d6441b5
line() { printf '"event":"%s","id":"%s-0123456789ab","package":"p.zip","sha256":"%s","size":3,"instance":"%s","app":"ttd/a"%s}\n' "$1" "$id" "${zeros/000000000000/0123456789ab}" "$id" "$2"; }
{ printf '\1'; line received ''; line accepted ''; line published ',"run":"r","instances":[{"app":"ttd/b","owner":"org-1","key":"'$id'.r","sha256":"'$zeros'"}]'; line purged ',"state":"published"'; } > "$out/ledger/life"
{ printf '\1'; line received ''; line rejected ''; line received ''; line duplicate ''; line requeued ''; line held ''; line released ''; } > "$out/ledger/more"
{ printf '\0{"seq":1,"prev":"%s","time":"2026-03-02T08:09:30Z",' "$zeros"; line received ''; printf '{"seq":2,"pre\n--\n'; } > "$out/ledger/torn"
seed note seal '\0flerapp/test/ledger\n1234\n%s\n\n\342\200\224 flerapp/test/ledger %s\n\342\200\224 vitne.example AAAAAAAA\n' \
	AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \
	0ni7iQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
seed note base64 '\1AAECAwQFBgcICQoLDA0ODxAREg=='
seed note keys '\2# keys\n-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n%s\n' \
	MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= \
	flerapp/test/ledger+d278bb89+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea

seed text number 'a 12345678901 b 010150 12345'
seed text name '50012345_%s.zip' "$id"
seed text key '%s.route.0001' "$id"
seed text marks '\xe2\x80\xaeabc\x1b[31m\xff\xc3\xa6 \xc3\x86'
seed pattern dotnet '^[0-9]{4}$|^(a|b)\\$\\/[^]-[a]]$'
for v in 2026-02-28 2024-02-29T23:59:60.5+14:00 -0012.50 +1 1e5 P1Y2M3DT4.5S 24:00:00Z --02-29 0Fb8 YWJj true INF 'a  b'; do
	seed value "$v" '%s\n--\n%s' "$v" -12.5
done
