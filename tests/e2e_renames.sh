#!/bin/bash
# No rename is missed; tests/torture/renames.sh takes more of them.
bash "$(dirname "$(readlink -f "$0")")/torture/renames.sh" "$1" 600
