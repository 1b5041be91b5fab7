#!/bin/bash
# The finished programs are hardened as the Makefile says.
# usage: hardening.sh PROGRAM...
set -u
bad=0
for program in "$@"; do
	name=${program##*/}
	fault() { echo "hardening: $name $*"; bad=1; }
	head=$(readelf -hW "$program" 2> /dev/null) ||
		{ fault 'cannot be read'; continue; }
	segments=$(readelf -lW "$program")
	dynamic=$(readelf -dW "$program")
	symbols=$(readelf --dyn-syms -W "$program")

	grep -q 'Type:.*DYN' <<< "$head" && grep -q INTERP <<< "$segments" ||
		fault 'is not position-independent'
	grep -q GNU_RELRO <<< "$segments" && grep -qE 'BIND_NOW|NOW' <<< "$dynamic" ||
		fault 'has no full RELRO'
	grep -qE 'GNU_STACK .* RW +0x' <<< "$segments" ||
		fault 'has a stack that can be run'
	grep -qE '(LOAD|GNU_STACK) .* RWE ' <<< "$segments" &&
		fault 'has a segment that is written and run'
	grep -qE 'TEXTREL|RPATH|RUNPATH' <<< "$dynamic" &&
		fault 'has text relocations or a search path'
	grep -q __stack_chk_fail <<< "$symbols" ||
		fault 'has no stack protector'
	grep -qE '__[a-z]+_chk(@|$| )' <<< "$symbols" ||
		fault 'has no fortified calls'
	# The note in the file says so only where crt1.o has one too.
	if grep -q 'Machine:.*X86-64' <<< "$head" &&
		[ "$(objdump -d "$program" | grep -c endbr64)" -lt 50 ]; then
		fault 'has no control-flow protection'
	fi
done
[ "$bad" = 0 ] && echo 'hardening: in order'
exit "$bad"
