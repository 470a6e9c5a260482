#!/usr/bin/env bash
# Makes DIR/kube, one program with all parts of Kubernetes VERSION and its etcd, and links to it named after the parts:
# etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, kubectl. Their sources are Go modules,
# pinned by kubernetes/VERSION/go.sum.
#   kubernetes.sh DIR VERSION
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
for library in packages tools go; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

readonly PARTS=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl)

dir=$1 minor=$2
recipe=$AZWG_ROOT/scripts/tools/kubernetes
use_go "$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' "$recipe/$minor/go.mod")"
# Kept when the build is killed, so that the next one goes on there; 4 GB that are only needed to make the program.
work=$AZWG_CACHE/build/kubernetes
mkdir -p "$work/module"
cp "$recipe/main.go" "$recipe/$minor/go.mod" "$recipe/$minor/go.sum" "$work/module"
export GOPATH=$work/go GOCACHE=$work/gocache GOFLAGS='-mod=readonly -modcacherw' CGO_ENABLED=0
cd "$work/module"
version=$(sed -n 's:^\tk8s.io/kubernetes \(v[0-9.]*\)$:\1:p' go.mod)
# The version that the server says it has, and that clients decide by.
flags='-s -w -buildid='
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor#1.} -X $package.gitTreeState=clean"
done
go mod download
# The build tags are upstream's.
go build -trimpath -tags selinux,notest,grpcnotrace -ldflags "$flags" -o "$dir/kube" .
cp "$(go list -m -f '{{.Dir}}' k8s.io/kubernetes)/LICENSE" "$dir"
for part in "${PARTS[@]}"; do
  ln -s kube "$dir/$part"
done
printf '%s\n' "${version#v}" >"$dir/VERSION"
"$dir/kube-apiserver" --version
rm -rf "$work"
