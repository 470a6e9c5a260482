#!/usr/bin/env bash
# Makes DIR/{containerd,containerd-shim-runc-v2,ctr}: containerd 2 of Debian forky, only unpacked. Debian 12 and 13 have 1.x,
# which a kubelet after 1.35 does not take. It asks for glibc 2.34. runc is the machine's own.
#   containerd.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cd "$1"
"$AZWG_ROOT/scripts/lib/private-apt.sh" "$AZWG_CACHE/apt-forky" forky
APT_CONFIG=$AZWG_CACHE/apt-forky/apt.conf apt-get -q download containerd/forky
dpkg-deb -x containerd_*.deb unpacked
mv unpacked/usr/bin/{containerd,containerd-shim-runc-v2,ctr} unpacked/usr/share/doc/containerd/copyright .
dpkg-deb -f containerd_*.deb Version >VERSION
rm -rf unpacked containerd_*.deb
./containerd --version
