#!/bin/bash
# The house is in order: includes go one way, only the worker links a parser,
# only fsx moves and syncs, nothing exports a variable, no circle of headers.
# usage: layers.sh BINDIR OBJDIR
set -u
bin=$1 obj=$2 bad=0
fault() { echo "layers: $*"; bad=1; }

# What each folder may include of ours.
declare -A may=(
	[spool]='spool'
	[schemas]='spool|schemas'
	[watcher]='spool|schemas|watcher'
	[transform]='spool|schemas|watcher|transform'
)
for folder in "${!may[@]}"; do
	while IFS= read -r line; do
		fault "includes against the stream: $line"
	done < <(grep -nE '^#include "' "$folder"/*.[ch] |
		grep -vE "#include \"(${may[$folder]})/")
done

# The coordinators' folder knows no parser; the operator's own tables are read
# in one file.
parsers='archive\.h|archive_entry\.h|libxml/|jansson\.h'
while IFS= read -r line; do
	fault "a parser in spool/: $line"
done < <(grep -nE "^#include <($parsers)" spool/*.[ch])
while IFS= read -r line; do
	fault "libcsv beside transform/csv.c, which reads, and spool/sheet.c, which writes: $line"
done < <(grep -nE '^#include <csv\.h>' */*.[ch] | grep -vE '^(transform/csv|spool/sheet)\.c:')

# One module moves and syncs.
while IFS= read -r line; do
	fault "moves or syncs beside fsx.c: $line"
done < <(grep -nE '[^a-z_](f?syncfs|fsync|fdatasync|sync_file_range|rename(at2?)?|linkat|link)\(' \
	{spool,schemas,watcher,transform}/*.c |
	grep -vE '^spool/fsx\.c:|^[^:]+:[0-9]+:[[:space:]]*(/\*|\*)')

# The linker agrees: who may touch a stranger's bytes.
for program in flerapp flerapp-watch flerapp-transform; do
	needed=$(readelf -d "$bin/$program" 2> /dev/null) ||
		{ fault "$bin/$program cannot be read"; continue; }
	[ -n "$needed" ] || { fault "$bin/$program has no dynamic section"; continue; }
	parser='libarchive|libxml2|libjansson|libcsv'
	# flerapp writes tables: of libcsv it may have the writer alone.
	[ "$program" != flerapp ] || parser='libarchive|libxml2|libjansson'
	if grep -qE "NEEDED.*($parser)" <<< "$needed"; then
		fault "$program links a parser"
	fi
done
called=$(nm -D --undefined-only "$bin/flerapp" | grep -oE ' csv_[a-z0-9_]+')
[ "$called" = ' csv_write2' ] || fault "flerapp calls of libcsv:$called"
readelf -d "$bin/flerapp-worker" | grep -q 'NEEDED.*libxml2' ||
	fault "flerapp-worker does not link libxml2: this check sees nothing"

# No variable leaves its file.
while IFS= read -r line; do
	fault "exported variable: $line"
done < <(find "$obj"/{spool,schemas,watcher,transform} -name '*.o' -exec nm -A -g --defined-only {} + |
	awk '$2 ~ /^[BDCRVGS]$/ && $3 !~ /^__(asan|odr|ubsan)/')

# A file exports only what bears its name.
while IFS= read -r line; do
	fault "exported under another name: $line"
done < <(find "$obj"/{spool,schemas,watcher,transform} -name '*.o' -exec nm -A -g --defined-only {} + |
	awk '$2 == "T" && $3 != "main" {
		n = split($1, part, "/"); file = part[n]; sub(/\.o:.*/, "", file)
		stem = file; sub(/_.*/, "", stem); sub(/s$/, "", stem)
		# Two modules have a second word: state its places, zipdir zip.
		if (file == "state" && index($3, "place_") == 1) next
		if (file == "zipdir" && index($3, "zip_") == 1) next
		if (index($3, stem) != 1) print file ": " $3 }')

# Headers make no circle.
if ! loops=$(grep -HE '^#include "' {spool,schemas,watcher,transform}/*.h |
	sed -E 's/^([^:]+):#include "([^"]+)".*/\1 \2/' | tsort 2>&1 > /dev/null) || [ -n "$loops" ]; then
	fault "headers include each other in a circle: $loops"
fi

[ "$bad" = 0 ] && echo 'layers: in order'
exit "$bad"
