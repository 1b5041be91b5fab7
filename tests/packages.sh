#!/bin/sh
# Install the Debian packages that building and testing need; only when some
# are missing, so that a second call asks nothing of the network.
# usage: packages.sh [MORE...]
set -eu
need='gcc clang make pkg-config binutils libc6-dev libarchive-dev libxml2-dev
	libcsv-dev libjansson-dev libseccomp-dev libssl-dev libcmocka-dev libclang-rt-14-dev
	openssl zip unzip python3 jq xz-utils zstd time libxml2-utils
	e2fsprogs mount'
missing=
for package in $need "$@"; do
	dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null |
		grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
if [ "$(id -u)" != 0 ]; then
	echo "packages are missing and only root can install them; try: sudo make packages" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing > /dev/null
