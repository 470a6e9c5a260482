#!/usr/bin/env bash
# Makes DIR/vmlinuz and DIR/lib/modules: Debian trixie's kernel for virtual machines, which has WireGuard as a module and
# the drivers that vm.sh needs built in. The package is only unpacked.
#   kernel.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cd "$1"
"$AZWG_ROOT/scripts/lib/private-apt.sh" "$AZWG_CACHE/apt" trixie bookworm
export APT_CONFIG=$AZWG_CACHE/apt/apt.conf
# The package of the day is what the meta package depends on.
package=$(apt-cache show linux-image-cloud-amd64/trixie | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1)
[[ -n $package ]] || die "Debian trixie names no kernel for virtual machines"
apt-get -q download "$package/trixie"
dpkg-deb -x "$package"_*.deb unpacked
dpkg-deb -f "$package"_*.deb Version >VERSION
mv unpacked/boot/vmlinuz-* vmlinuz
mkdir lib
if [[ -d unpacked/usr/lib/modules ]]; then mv unpacked/usr/lib/modules lib/; else mv unpacked/lib/modules lib/; fi
depmod -b "$PWD" "$(ls lib/modules)"
rm -rf unpacked "$package"_*.deb
