#!/usr/bin/env bash
# Installs what azwg's scripts need on a Debian 12 machine. Run again at any time: what is there is left alone.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
# shellcheck source=scripts/lib/packages.sh
. "$AZWG_ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/tools.sh
. "$AZWG_ROOT/scripts/lib/tools.sh"
# shellcheck source=scripts/lib/kubernetes.sh
. "$AZWG_ROOT/scripts/lib/kubernetes.sh"
# shellcheck source=scripts/lib/go.sh
. "$AZWG_ROOT/scripts/lib/go.sh"

usage() {
  cat <<'TEXT'
usage: scripts/setup.sh [--for STAGE]...

Installs what a stage needs: unit, network, cni, demo, lab, runtimes, kernel, kubernetes, cluster, packaging, bench (default: all of them).
  Debian packages      by apt-get, only those that are missing
  wireguard-go         of a newer Debian, unpacked into the cache
  cnitool              built from Debian's source, kept in the cache
  Kubernetes           with etcd, built from its Go modules; $AZWG_KUBERNETES chooses the version
  containerd 2         of a newer Debian, unpacked into the cache
  kustomize            of a newer Debian, unpacked into the cache
  Helm                 as a library, of Maven Central
The cache is $AZWG_CACHE, by default ~/.cache/azwg; removing it is safe.
A JDK 25 must be there: it is looked for in GRAALVM_HOME, JAVA_HOME and /usr/lib/jvm.
TEXT
}

readonly BUILD_PACKAGES=(maven)
readonly IMAGE_PACKAGES=(gcc binutils libc6-dev zlib1g-dev)
readonly NETWORK_PACKAGES=(iproute2 nftables util-linux procps wireguard-tools iputils-ping tcpdump jq)
readonly CNI_PACKAGES=(containernetworking-plugins iptables)
readonly PACKAGING_PACKAGES=(nftables dpkg-dev jq yq lintian systemd containerd runc)
readonly RUNTIME_PACKAGES=(containerd runc podman busybox-static curl)

check_system() {
  require_root
  local id codename
  # shellcheck disable=SC1091
  id=$(. /etc/os-release && printf '%s' "${ID:-} ${ID_LIKE:-}")
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-unknown}")
  if [[ $id != *debian* ]] || ! command -v apt-get >/dev/null; then
    die "azwg's scripts are made for Debian 12; this is '$id', or it has no apt-get"
  fi
  [[ $codename == bookworm ]] || say "warning: made for Debian 12 (bookworm), this is $codename; going on"
}

# One setup at a time: two would fight over apt and build the same things twice.
lock_cache() {
  mkdir -p "$AZWG_CACHE/log"
  exec {setup_lock}>"$AZWG_CACHE/setup.lock"
  if ! flock --nonblock "$setup_lock"; then
    say "another setup is running: waiting for it"
    flock "$setup_lock"
  fi
  # Left by a setup that was killed; nobody else can be at work while we hold the lock.
  rm -rf "$AZWG_CACHE"/tools/.[a-z]*
}

make_wireguard_go() {
  ensure_tool wireguard-go "unpacking the one of Debian trixie (3 s, and 10 s for package lists older than a day)"
}

make_cnitool() {
  [[ ! -d $(tool_dir cnitool) ]] || return 0
  install_packages dpkg-dev
  use_go 1.19
  ensure_tool cnitool "building from Debian's source package (15 s)"
}

make_kubernetes() {
  install_packages curl openssl
  ensure_kubernetes
}

make_containerd() {
  ensure_tool containerd "unpacking containerd 2 of Debian forky (40 MB, 10 s)"
}

setup_stage() {
  case $1 in
    unit)
      install_packages "${BUILD_PACKAGES[@]}" iproute2 wireguard-tools shellcheck jq
      ;;
    network)
      install_packages "${BUILD_PACKAGES[@]}" "${NETWORK_PACKAGES[@]}"
      make_wireguard_go
      ;;
    cni | demo)
      install_packages "${BUILD_PACKAGES[@]}" "${IMAGE_PACKAGES[@]}" "${NETWORK_PACKAGES[@]}" "${CNI_PACKAGES[@]}" strace
      make_wireguard_go
      make_cnitool
      ;;
    lab)
      setup_stage demo
      install_packages nftables
      ;;
    runtimes)
      setup_stage cni
      install_packages "${RUNTIME_PACKAGES[@]}"
      make_containerd
      ;;
    kernel)
      setup_stage lab
      install_packages qemu-system-x86 qemu-system-common kmod
      ensure_tool kernel "unpacking Debian trixie's kernel for virtual machines (100 MB, 10 s)"
      ;;
    kubernetes)
      setup_stage demo
      make_kubernetes
      ;;
    cluster)
      setup_stage kubernetes
      setup_stage packaging
      install_packages runc busybox-static curl
      make_containerd
      ;;
    packaging)
      install_packages "${BUILD_PACKAGES[@]}" "${IMAGE_PACKAGES[@]}" "${PACKAGING_PACKAGES[@]}"
      ensure_tool kustomize "unpacking the one of Debian trixie (3 s, and 10 s for package lists older than a day)"
      ensure_tool helm "from Maven Central (30 MB)"
      ;;
    bench)
      install_packages "${BUILD_PACKAGES[@]}" "${IMAGE_PACKAGES[@]}" "${NETWORK_PACKAGES[@]}" "${CNI_PACKAGES[@]}" strace
      make_wireguard_go
      ;;
    *) die "unknown stage: $1 (known: unit, network, cni, demo, lab, runtimes, kernel, kubernetes, cluster, packaging, bench)" ;;
  esac
}

main() {
  local stages=() stage
  while (($# > 0)); do
    case $1 in
      --for)
        (($# >= 2)) || die "--for needs the name of a stage, see --help"
        stages+=("$2")
        shift 2
        ;;
      -h | --help)
        usage
        return
        ;;
      *)
        usage >&2
        die "unknown argument: $1"
        ;;
    esac
  done
  ((${#stages[@]} > 0)) || stages=(unit network cni)
  check_system
  use_jdk25
  lock_cache
  for stage in "${stages[@]}"; do
    setup_stage "$stage"
  done
  say "ready for ${stages[*]}: JDK 25 in $JAVA_HOME, cache in $AZWG_CACHE"
}

main "$@"
