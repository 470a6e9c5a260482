#!/usr/bin/env bash
# Makes azwg's container image, without a container engine: target/image/azwg-VERSION-ARCH.tar, for `ctr images import`,
# `docker load`, `podman load`, and `skopeo copy oci-archive:...`. The same files give the same digest.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables release oci; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/image.sh [--name REPOSITORY:TAG] [--output FILE] [--with-wireguard-go] [--no-setup]

Makes the image of azwg-watcher: the two executables, nft, the shared libraries that they need, licences, a bill of materials
(CycloneDX), and nothing else. On standard output the image's digest.

  --name REPOSITORY:TAG   what it is called (default azwg:VERSION)
  --output FILE           where it goes (default target/image/azwg-VERSION-ARCH.tar)
  --with-wireguard-go     for kernels without WireGuard; the container must then be privileged, and encrypted traffic stops
                          while it is restarted
  --no-setup              trust that scripts/setup.sh --for packaging has run
  AZWG_PREBUILT=DIR       use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

NAME='' OUTPUT='' WIREGUARD_GO='' SETUP=yes
while (($# > 0)); do
  case $1 in
    --name) NAME=$2 && shift ;;
    --output) OUTPUT=$2 && shift ;;
    --with-wireguard-go) WIREGUARD_GO=yes ;;
    --no-setup) SETUP='' ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && die "unknown argument: $1" ;;
  esac
  shift
done

# copy_program ROOT FILE PLACE
copy_program() {
  install -D -m 755 "$2" "$1/$3"
}

# What comes from Debian: changes with Debian's updates only, so a node that is upgraded has the layer already.
stage_debian() {
  local root=$1 program file programs=("$AZWG_DIST/azwg" "$AZWG_DIST/azwg-watcher" "$(command -v nft)")
  [[ -z $WIREGUARD_GO ]] || programs+=("$(tool_path wireguard-go)" "$(command -v setsid)")
  copy_program "$root" "$(command -v nft)" usr/sbin/nft
  DEBIAN_FILES=("$(command -v nft)")
  if [[ -n $WIREGUARD_GO ]]; then
    copy_program "$root" "$(tool_path wireguard-go)" usr/bin/wireguard-go
    copy_program "$root" "$(command -v setsid)" usr/bin/setsid
    DEBIAN_FILES+=("$(command -v setsid)")
  fi
  for file in $(release_needs "${programs[@]}"); do
    # The loader's path is in the programs; it searches the others where Debian has them.
    install -D -m 755 "$(readlink -f "$file")" "$root$file"
    DEBIAN_FILES+=("$file")
  done
  # Without /var/run a service account's token and the names of pods' namespaces would lie beside /run.
  mkdir -p "$root/etc" "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/var"
  ln -s ../run "$root/var/run"
  printf 'root:x:0:0:root:/:/usr/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\n' >"$root/etc/group"
  mapfile -t DEBIAN_PACKAGES < <(for file in "${DEBIAN_FILES[@]}"; do release_package_of "$file"; done | sort -u)
  for program in "${DEBIAN_PACKAGES[@]}"; do
    install -D -m 644 "$(readlink -f "/usr/share/doc/$program/copyright")" "$root/usr/share/doc/$program/copyright"
  done
}

stage_azwg() {
  local root=$1
  copy_program "$root" "$AZWG_DIST/azwg" usr/bin/azwg
  copy_program "$root" "$AZWG_DIST/azwg-watcher" usr/bin/azwg-watcher
  release_licences "$root"
  "$AZWG_ROOT/scripts/sbom.sh" --output "$root/usr/share/doc/azwg/azwg.cdx.json" "${DEBIAN_PACKAGES[@]}"
  {
    printf 'The files of these Debian packages are part of the image; their sources are at https://snapshot.debian.org:\n\n'
    for package in "${DEBIAN_PACKAGES[@]}"; do
      release_package_facts "$package" | awk '{ printf "%s %s: source %s %s\n", $1, $2, $4, $5 }'
    done
  } >"$root/usr/share/doc/azwg/SOURCES"
  chmod 644 "$root/usr/share/doc/azwg/"*
}

labels() {
  jq -cn --arg version "$(release_version)" --arg revision "$(release_revision)" --arg created "$1" '{
    "org.opencontainers.image.title": "azwg",
    "org.opencontainers.image.description": "WireGuard encryption between the nodes of an Azure CNI cluster",
    "org.opencontainers.image.licenses": "Apache-2.0",
    "org.opencontainers.image.version": $version,
    "org.opencontainers.image.revision": $revision,
    "org.opencontainers.image.created": $created}'
}

config() {
  jq -cn --arg created "$1" --arg architecture "$2" '{created: $created, architecture: $architecture, os: "linux",
    config: {Entrypoint: ["azwg-watcher"], Cmd: ["--help"], Env: ["PATH=/usr/sbin:/usr/bin"], WorkingDir: "/", User: "0:0"},
    history: [{created: $created, comment: "Debian files"}, {created: $created, comment: "azwg"}]}'
}

main() {
  local architecture created digest
  [[ -z $SETUP ]] || "$AZWG_ROOT/scripts/setup.sh" --for packaging
  use_jdk25
  ensure_executables
  [[ -z $WIREGUARD_GO ]] || ensure_tool wireguard-go "unpacking the one of Debian trixie"
  architecture=$(oci_architecture "$(dpkg --print-architecture)")
  created=$(date -u -d "@$(release_epoch)" +%Y-%m-%dT%H:%M:%SZ)
  NAME=${NAME:-azwg:$(release_version)}
  OUTPUT=${OUTPUT:-$AZWG_ROOT/target/image/azwg-$(release_version)-$architecture.tar}
  mkdir -p "$(dirname "$OUTPUT")"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work"
  umask 022
  mkdir "$work/debian" "$work/azwg" "$work/layout"
  stage_debian "$work/debian"
  stage_azwg "$work/azwg"
  digest=$(oci_image "$work/layout" "$(config "$created" "$architecture")" "$(labels "$created")" "$NAME" \
    "$work/debian" "$work/azwg")
  oci_tar "$work/layout" -cf "$OUTPUT.new" oci-layout index.json manifest.json blobs
  mv "$OUTPUT.new" "$OUTPUT"
  say "$NAME: $OUTPUT, $(($(stat -c %s "$OUTPUT") >> 10)) KiB"
  printf '%s\n' "$digest"
}

main
