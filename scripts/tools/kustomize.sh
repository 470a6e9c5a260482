#!/usr/bin/env bash
# Makes DIR/kustomize from Debian trixie's package: Debian 12 has none. The package is only unpacked.
#   kustomize.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cd "$1"
"$AZWG_ROOT/scripts/lib/private-apt.sh" "$AZWG_CACHE/apt" trixie bookworm
APT_CONFIG=$AZWG_CACHE/apt/apt.conf apt-get -q download kustomize/trixie
dpkg-deb -x kustomize_*.deb unpacked
mv unpacked/usr/bin/kustomize unpacked/usr/share/doc/kustomize/copyright .
dpkg-deb -f kustomize_*.deb Version >VERSION
rm -rf unpacked kustomize_*.deb
./kustomize version
