#!/usr/bin/env bash
# Makes DIR/cnitool, the CNI project's own caller of plugins. Debian packages the library it is made from (libcni), not
# the program. Its source package has everything the program needs, so nothing else is fetched: Debian builds Go without
# modules (GOPATH mode), and so does this.
#   cnitool.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=scripts/lib/tools.sh
. "$AZWG_ROOT/scripts/lib/tools.sh"
# shellcheck source=scripts/lib/go.sh
. "$AZWG_ROOT/scripts/lib/go.sh"

use_go 1.19
cd "$1"
"$AZWG_ROOT/scripts/lib/private-apt.sh" "$AZWG_CACHE/apt" trixie bookworm
APT_CONFIG=$AZWG_CACHE/apt/apt.conf apt-get -q source --download-only golang-github-appc-cni
sed -n 's/^Version: //p' ./*.dsc | head -n 1 >VERSION
# apt has checked the archive's hashes against the signed index; the maintainer's signature adds nothing.
dpkg-source --no-check -x ./*.dsc unpacked
mkdir -p go/src/github.com/containernetworking
mv unpacked go/src/github.com/containernetworking/cni
GO111MODULE=off GOFLAGS='' GOPATH=$PWD/go GOCACHE=$PWD/gocache \
  go build -trimpath -o cnitool github.com/containernetworking/cni/cnitool
mv go/src/github.com/containernetworking/cni/LICENSE .
rm -rf go gocache golang-github-appc-cni_*
