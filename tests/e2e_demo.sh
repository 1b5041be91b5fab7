#!/bin/bash
# The demo that the README promises.
exec bash "$(dirname "$(readlink -f "$0")")/demo.sh" "$1"
