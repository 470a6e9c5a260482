#!/usr/bin/env bash
# Makes azwg's Debian package: target/deb/azwg_VERSION_ARCH.deb. The same files give the same bytes.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in executables release; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/deb.sh [--output DIR] [--no-setup]

Makes the Debian package azwg: the executables, a systemd service that is neither enabled nor started, licences, a bill of
materials. On standard output the package's path.

  --output DIR        where it goes (default target/deb)
  --no-setup          trust that scripts/setup.sh --for packaging has run
  AZWG_PREBUILT=DIR   use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

OUTPUT=$AZWG_ROOT/target/deb SETUP=yes
while (($# > 0)); do
  case $1 in
    --output) OUTPUT=$2 && shift ;;
    --no-setup) SETUP='' ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && die "unknown argument: $1" ;;
  esac
  shift
done

readonly SOURCE=$AZWG_ROOT/deploy/deb

# A version that Debian sorts before the release that it leads to.
deb_version() {
  local version
  version=$(release_version)
  printf '%s\n' "${version/-SNAPSHOT/\~snapshot}"
}

stage_files() {
  local root=$1 doc=$1/usr/share/doc/azwg
  install -D -m 755 -t "$root/usr/lib/azwg" "$AZWG_DIST/azwg" "$AZWG_DIST/azwg-watcher"
  mkdir -p "$root/usr/sbin"
  ln -s ../lib/azwg/azwg-watcher "$root/usr/sbin/azwg-watcher"
  install -D -m 644 "$SOURCE/azwg-watcher.service" "$root/lib/systemd/system/azwg-watcher.service"
  install -D -m 644 "$SOURCE/azwg-watcher.default" "$root/etc/default/azwg-watcher"
  install -D -m 644 "$SOURCE/azwg-watcher.8" "$root/usr/share/man/man8/azwg-watcher.8"
  gzip -n -9 "$root/usr/share/man/man8/azwg-watcher.8"
  install -D -m 644 -t "$doc" "$AZWG_ROOT/NOTICE"
  install -D -m 644 "$SOURCE/copyright" "$doc/copyright"
  install -D -m 644 "$SOURCE/lintian-overrides" "$root/usr/share/lintian/overrides/azwg"
  "$AZWG_ROOT/scripts/sbom.sh" --output "$doc/azwg.cdx.json"
  chmod 644 "$doc/azwg.cdx.json"
  changelog | gzip -n -9 >"$doc/changelog.gz"
}

changelog() {
  printf 'azwg (%s) unstable; urgency=medium\n\n  * Built from %s.\n\n -- azwg authors <azwg@azwg.dev>  %s\n' "$(deb_version)" \
    "$(release_revision)" "$(date -u -R -d "@$(release_epoch)")"
}

# What Debian says that these executables need of its libraries.
shared_libraries() (
  cd "$1"
  mkdir debian
  printf 'Source: azwg\n\nPackage: azwg\nArchitecture: any\n' >debian/control
  dpkg-shlibdeps -O "$AZWG_DIST/azwg" "$AZWG_DIST/azwg-watcher" 2>"$1/shlibdeps.log" | sed -n 's/^shlibs:Depends=//p'
)

stage_control() {
  local root=$1 depends=$2
  mkdir -p "$root/DEBIAN"
  install -m 755 -t "$root/DEBIAN" "$SOURCE/postinst" "$SOURCE/prerm" "$SOURCE/postrm"
  printf '/etc/default/azwg-watcher\n' >"$root/DEBIAN/conffiles"
  (cd "$root" && find . -path ./DEBIAN -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum | sed 's: \./: :') \
    >"$root/DEBIAN/md5sums"
  cat >"$root/DEBIAN/control" <<CONTROL
Package: azwg
Version: $(deb_version)
Architecture: $(dpkg --print-architecture)
Maintainer: azwg authors <azwg@azwg.dev>
Installed-Size: $(du -k -s --apparent-size "$root" | cut -f1)
Depends: $depends, nftables
Recommends: wireguard-tools
Section: net
Priority: optional
Homepage: https://azwg.dev
Description: WireGuard encryption between the nodes of an Azure CNI cluster
 A CNI plugin that is chained behind Azure's, and a daemon on each node, which
 keeps WireGuard peers, routes and rules equal to what all nodes publish. Azure
 CNI stays as it is.
 .
 In a Kubernetes cluster the daemon is rather run as a DaemonSet; this package
 is for nodes that are set up otherwise.
CONTROL
  chmod 644 "$root/DEBIAN/"{conffiles,md5sums,control}
}

main() {
  local depends package epoch
  [[ -z $SETUP ]] || "$AZWG_ROOT/scripts/setup.sh" --for packaging
  use_jdk25
  ensure_executables
  epoch=$(release_epoch)
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  umask 022
  mkdir "$work/root" "$work/shlibs"
  depends=$(shared_libraries "$work/shlibs")
  [[ -n $depends ]] || die "dpkg-shlibdeps: $(cat "$work/shlibs/shlibdeps.log")"
  stage_files "$work/root"
  stage_control "$work/root" "$depends"
  find "$work/root" -print0 | xargs -0 touch --no-dereference --date="@$epoch"
  package=$OUTPUT/azwg_$(deb_version)_$(dpkg --print-architecture).deb
  mkdir -p "$OUTPUT"
  SOURCE_DATE_EPOCH=$epoch quietly "$work/dpkg-deb.log" dpkg-deb --root-owner-group -Zxz --build "$work/root" "$package"
  say "azwg $(deb_version): $(($(stat -c %s "$package") >> 10)) KiB"
  printf '%s\n' "$package"
}

main
