#!/bin/bash
# What is installed is hardened as the Makefile says. Each check first has to
# find its fault in a small program that was built with it.
# usage: hardening.sh FOLDER NAME...: every program below FOLDER, and those
# that have to be there
set -u
root=$1
shift
bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The faults of a program, a line each.
faults() { # PROGRAM
	local head segments dynamic symbols
	head=$(readelf -hW "$1" 2> /dev/null) || { echo 'cannot be read'; return; }
	segments=$(readelf -lW "$1")
	dynamic=$(readelf -dW "$1")
	symbols=$(readelf --dyn-syms -W "$1")

	grep -q 'Type:.*DYN' <<< "$head" && grep -q INTERP <<< "$segments" ||
		echo 'is not position-independent'
	grep -q GNU_RELRO <<< "$segments" && grep -q NOW <<< "$dynamic" ||
		echo 'has no full RELRO'
	grep -qE 'GNU_STACK .* RW +0x' <<< "$segments" ||
		echo 'has a stack that can be run'
	grep -qE 'LOAD .* RWE ' <<< "$segments" &&
		echo 'has a segment that is written and run'
	grep -q TEXTREL <<< "$dynamic" && echo 'has text relocations'
	grep -qE 'RPATH|RUNPATH' <<< "$dynamic" && echo 'has a search path'
	grep -q __stack_chk_fail <<< "$symbols" || echo 'has no stack protector'
	grep -qE '__[a-z]+_chk(@|$| )' <<< "$symbols" ||
		echo 'has no fortified calls'
	# The note in the file says so only where crt1.o has one too.
	if grep -q 'Machine:.*X86-64' <<< "$head" &&
		[ "$(objdump -d "$1" | grep -c endbr64)" -lt 50 ]; then
		echo 'has no control-flow protection'
	fi
	[ -z "$(find "$1" -perm /6022)" ] || echo 'has a mode that gives rights'
}

# ------------------------------------------------ the checks find their fault

cet=
[ "$(uname -m)" != x86_64 ] || cet=-fcf-protection
sound=(-O2 -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE
	-D_FORTIFY_SOURCE=2 -pie '-Wl,-z,relro,-z,now,-z,noexecstack')
[ -z "$cet" ] || sound+=("$cet")
{
	echo '#include <stdio.h>'
	echo '#include <string.h>'
	for ((i = 0; i < 60; i++)); do echo "void f$i(void) { }"; done
	echo 'int main(int argc, char **argv)'
	echo '{ char s[64]; strcpy(s, argv[argc - 1]); return puts(s); }'
} > "$work/small.c"
echo '__asm__(".text; g: .quad main");' > "$work/text.c"
echo '__asm__(".section .both, \"awx\"; .quad 1");' > "$work/both.c"

small() { # FLAGS...: what is said of the small program, built so
	"${CC:-gcc}" -w "${sound[@]}" -o "$work/small" "$work/small.c" "$@" \
		2> "$work/err" || { cat "$work/err"; return; }
	faults "$work/small"
}

finds() { # FAULT FLAGS...
	local said
	said=$(small "${@:2}")
	grep -qxF "$1" <<< "$said" ||
		{ echo "hardening: a program that $1 is not found: $said"; bad=1; }
}

said=$(small)
[ -z "$said" ] || { echo "hardening: a sound program $said"; bad=1; }
finds 'is not position-independent' -fno-pie -no-pie
finds 'has no full RELRO' -Wl,-z,norelro
finds 'has no full RELRO' -Wl,-z,lazy
finds 'has a stack that can be run' -Wl,-z,execstack
finds 'has a segment that is written and run' "$work/both.c"
finds 'has text relocations' "$work/text.c" -Wl,-z,notext
finds 'has a search path' -Wl,-rpath,/x
finds 'has no stack protector' -fno-stack-protector
finds 'has no fortified calls' -U_FORTIFY_SOURCE
[ -z "$cet" ] ||
	finds 'has no control-flow protection' -fcf-protection=none
: > "$work/small"
[ "$(faults "$work/small")" = 'cannot be read' ] ||
	{ echo 'hardening: an empty file is a program'; bad=1; }
small > "$work/out"
chmod 4755 "$work/small"
[ "$(faults "$work/small")" = 'has a mode that gives rights' ] ||
	{ echo 'hardening: setuid is not found'; bad=1; }

# ------------------------------------------------------- what is installed

found=
while IFS= read -r program; do
	found="$found ${program##*/}"
	while IFS= read -r fault; do
		echo "hardening: ${program#"$root"} $fault"
		bad=1
	done < <(faults "$program")
done < <(find "$root" -type f -perm /111 | sort)
for name in "$@"; do
	[[ "$found " == *" $name "* ]] ||
		{ echo "hardening: $name is not installed"; bad=1; }
done
[ "$bad" = 0 ] && echo 'hardening: in order'
exit "$bad"
