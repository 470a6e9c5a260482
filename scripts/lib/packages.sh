# Debian packages that a stage needs, installed only where they are missing.
# shellcheck shell=bash

# Why each package is there; install_packages prints it.
declare -Ar PACKAGE_PURPOSE=(
  [binutils]="native-image links the executables"
  [busybox-static]="the one program of the pods image"
  [containernetworking-plugins]="the real portmap of the plugin chain, and start-up times to compare with"
  [containerd]="a real container runtime with CRI"
  [curl]="speaks to container runtimes and API servers"
  [debian-archive-keyring]="checks what comes from other suites"
  [dpkg-dev]="unpacks Debian's sources, makes packages"
  [openssl]="keys and certificates of the API server"
  [podman]="a real container runtime with a CNI back end"
  [qemu-system-common]="virtiofsd: the virtual machine's file system"
  [qemu-system-x86]="a virtual machine with a kernel of its own"
  [runc]="runs the containers of the runtimes"
  [gcc]="native-image links the executables"
  [golang-go]="builds cnitool and Kubernetes from Debian's sources"
  [iproute2]="network namespaces, links, routes"
  [iptables]="portmap's back end"
  [nftables]="nft: the packet filter of a node"
  [iputils-ping]="traffic between the pods"
  [jq]="reads JSON in the scripts"
  [kmod]="the modules of the virtual machine's kernel"
  [libc6-dev]="native-image links the executables"
  [lintian]="checks the Debian package"
  [maven]="builds azwg"
  [procps]="sysctl"
  [shellcheck]="checks the scripts"
  [strace]="counts system calls"
  [systemd]="checks the Debian package's service"
  [tcpdump]="proves what is on the wire"
  [util-linux]="nsenter, unshare, flock"
  [wireguard-tools]="wg: an independent view of the tunnels and keys"
  [yq]="reads YAML in the scripts"
  [zlib1g-dev]="native-image links the executables"
)

package_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Installs those of the named packages that are missing. Lists are fetched only if apt cannot find a package in the
# ones it has. Nothing is removed or upgraded on purpose; services are not started.
install_packages() {
  local package missing=()
  for package in "$@"; do
    package_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  say "installing ${#missing[@]} Debian packages (about a minute):"
  for package in "${missing[@]}"; do
    printf '             %-28s %s\n' "$package" "${PACKAGE_PURPOSE[$package]:-}" >&2
  done
  local log=$AZWG_CACHE/log/apt.log
  if ! apt_install "${missing[@]}" >"$log" 2>&1; then
    say "apt's lists are missing or old: apt-get update"
    quietly "$log" apt-get -q -o DPkg::Lock::Timeout=300 update || die "apt-get update failed"
    quietly "$log" apt_install "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
  fi
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@" </dev/null
}
