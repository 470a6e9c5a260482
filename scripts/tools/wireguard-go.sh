#!/usr/bin/env bash
# Makes DIR/wireguard-go from Debian trixie's package: the one of Debian 12 has neither GSO nor GRO and drops packets
# under load. The package is only unpacked, never installed; the program needs nothing but libc.
#   wireguard-go.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cd "$1"
"$AZWG_ROOT/scripts/lib/private-apt.sh" "$AZWG_CACHE/apt" trixie bookworm
APT_CONFIG=$AZWG_CACHE/apt/apt.conf apt-get -q download wireguard-go/trixie
dpkg-deb -x wireguard-go_*.deb unpacked
mv unpacked/usr/bin/wireguard-go unpacked/usr/share/doc/wireguard-go/copyright .
dpkg-deb -f wireguard-go_*.deb Version >VERSION
rm -rf unpacked wireguard-go_*.deb
./wireguard-go --version
