#!/usr/bin/env bash
# Makes DIR/{kube-apiserver,kube-controller-manager,kubectl,etcd}: a real Kubernetes control plane for tests, of Debian 12's
# packages. Debian's source package of Kubernetes has all its vendored code, but Debian builds only kubectl of it: the API
# server and the controllers are built here, as Debian builds Go (GOPATH mode, no module download).
#   kubernetes.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

readonly PROJECT=k8s.io/kubernetes

# The binaries that Debian has: only unpacked, for their packages would start services.
take_package() { # PACKAGE FILE...
  local package=$1 file
  shift
  apt-get -q download "$package/bookworm"
  dpkg-deb -x "$package"_*.deb unpacked
  for file in "$@"; do
    mv "unpacked/$file" .
  done
  rm -rf unpacked "$package"_*.deb
}

# reflect2 1.0.1 reads the runtime's maps in a way that Go 1.18 ended: the first PATCH would kill the server. Debian has 1.0.2
# as a package of its own.
replace_reflect2() {
  local target=$1/vendor/github.com/modern-go/reflect2
  apt-get -q download golang-github-modern-go-reflect2-dev/bookworm
  dpkg-deb -x golang-github-modern-go-reflect2-dev_*.deb reflect2
  rm "$target"/*.go "$target"/*.s
  cp reflect2/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$target"
  rm -f "$target"/*_test.go "$target"/go_above_17.go "$target"/go_below_1[79].go
  rm -rf reflect2 golang-github-modern-go-reflect2-dev_*.deb
}

# The one generated file that the source package lacks: the schemas of the built-in types.
generate_openapi() {
  local packages
  go build -o openapi-gen ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  packages=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg cmd staging/src/k8s.io |
    grep -vE '/(sample-apiserver|code-generator)/' | xargs -n 1 dirname | LC_ALL=C sort -u |
    sed "s,^staging/src/,vendor/,; s,^,$PROJECT/," | paste -sd,)
  ./openapi-gen -i "$packages" -p "$PROJECT/pkg/generated/openapi" -O zz_generated.openapi \
    -h hack/boilerplate/boilerplate.generatego.txt -r /dev/null
}

cd "$1"
top=$PWD
"$AZWG_ROOT/scripts/lib/private-apt.sh" "$AZWG_CACHE/apt" trixie bookworm
export APT_CONFIG=$AZWG_CACHE/apt/apt.conf
take_package etcd-server usr/bin/etcd
take_package kubernetes-client usr/bin/kubectl
apt-get -q source --download-only kubernetes/bookworm
sed -n 's/^Version: //p' ./kubernetes_*.dsc | head -n 1 >VERSION
mkdir source
tar -xzf kubernetes_*.orig.tar.gz -C source --strip-components 1
cp source/LICENSE .
replace_reflect2 source
mkdir -p go/src/k8s.io
mv source go/src/k8s.io/kubernetes
export GO111MODULE=off GOFLAGS='' CGO_ENABLED=0 GOPATH=$top/go GOCACHE=$top/gocache GOPROXY=off
cd go/src/k8s.io/kubernetes
generate_openapi
# gitVersion: what the server says of itself, and what clients decide by.
version=$(sed -n 's/.*+really\([0-9.]*\)-.*/\1/p' "$top/VERSION")
component=$PROJECT/vendor/k8s.io/component-base/version
go build -trimpath -o "$top" \
  -ldflags "-s -w -X $component.gitVersion=v$version -X $component.gitMajor=1 -X $component.gitMinor=${version:2:2}" \
  ./cmd/kube-apiserver ./cmd/kube-controller-manager
cd "$top"
rm -rf go gocache kubernetes_*
./kube-apiserver --version
