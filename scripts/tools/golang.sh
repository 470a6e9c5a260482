#!/usr/bin/env bash
# Makes DIR/bin/go from Debian forky's packages: Debian 12's (1.19) is too old for today's Kubernetes. They are only unpacked;
# the compiler is a static program and finds its folders by relative links.
#   golang.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# The version that this was tried with. When the suite has it no more: the one that its meta package names.
readonly PREFERRED=1.26

cd "$1"
"$AZWG_ROOT/scripts/lib/private-apt.sh" "$AZWG_CACHE/apt-forky" forky
export APT_CONFIG=$AZWG_CACHE/apt-forky/apt.conf
version=$PREFERRED
if ! apt-cache show "golang-$version-go/forky" >/dev/null 2>&1; then
  version=$(apt-cache show golang-go/forky | sed -nE 's/^Depends:.*golang-([0-9.]+)-go.*/\1/p' | head -n 1)
  [[ -n $version ]] || die "Debian forky names no Go compiler"
fi
apt-get -q download "golang-$version-go/forky" "golang-$version-src/forky"
for package in go src; do
  dpkg-deb -x "golang-$version-$package"_*.deb .
done
dpkg-deb -f "golang-$version-go"_*.deb Version >VERSION
mv "usr/share/doc/golang-$version-go/copyright" .
ln -s "usr/lib/go-$version/bin" bin
rm -rf ./*.deb usr/share/doc "usr/share/go-$version"/{api,test} "usr/lib/go-$version"/{api,test}
bin/go version
