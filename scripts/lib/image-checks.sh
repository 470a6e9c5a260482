# What is judged of the container image as a file: made twice it is the same, it holds what it should, and its programs run
# from it alone. Needs common.sh, verdict.sh and executables.sh.
# shellcheck shell=bash

# check_image_is_reproducible WORK: leaves the image in WORK/image.tar.
check_image_is_reproducible() {
  local first second
  first=$("$AZWG_ROOT/scripts/image.sh" --no-setup --name azwg:check --output "$1/image.tar")
  # Another time, another umask, another place.
  second=$(umask 077 && TMPDIR=$1 "$AZWG_ROOT/scripts/image.sh" --no-setup --name azwg:check --output "$1/again.tar")
  judge "the image made twice has one digest" "$first" test "$first" = "$second"
  judge "the image made twice is one file" "$(($(stat -c %s "$1/image.tar") >> 10)) KiB" cmp -s "$1/image.tar" "$1/again.tar"
  rm "$1/again.tar"
}

# unpack_image WORK: WORK/layout, and WORK/rootfs of its layers in order.
unpack_image() {
  local layer
  mkdir "$1/layout" "$1/rootfs"
  tar -C "$1/layout" -xf "$1/image.tar"
  while read -r layer; do
    tar -C "$1/rootfs" -xzf "$1/layout/$layer"
  done < <(jq -r '.[0].Layers[]' "$1/layout/manifest.json")
}

# blobs_are_named_by_content LAYOUT
blobs_are_named_by_content() {
  (cd "$1/blobs/sha256" && for blob in *; do printf '%s  %s\n' "$blob" "$blob"; done | sha256sum --check --quiet)
}

# Both descriptions, the OCI's and Docker's, name the same blobs, and all that are there.
descriptions_agree() {
  local layout=$1 manifest
  manifest=$layout/blobs/sha256/$(jq -r '.manifests[0].digest | ltrimstr("sha256:")' "$layout/index.json")
  diff <(jq -r '.config.digest, .layers[].digest | ltrimstr("sha256:")' "$manifest") \
    <(jq -r '.[0] | .Config, .Layers[] | ltrimstr("blobs/sha256/")' "$layout/manifest.json") &&
    [[ $(find "$layout/blobs" -type f | wc -l) == $(($(jq '.layers | length' "$manifest") + 2)) ]]
}

# in_image WORK COMMAND...: with nothing of the machine but its kernel, which shows itself at /proc as in every container.
in_image() {
  local root=$1/rootfs
  shift
  # shellcheck disable=SC2016 # the inner shell's
  env -i "CNI_COMMAND=${CNI_COMMAND:-}" unshare --mount --pid --fork -- /bin/sh -c \
    '/bin/mount -t proc proc "$1/proc" && root=$1 && shift && PATH=/usr/sbin:/usr/bin exec /usr/sbin/chroot "$root" "$@"' sh "$root" "$@"
}

check_image_content() {
  local work=$1 program output
  unpack_image "$work"
  judge "each blob of the image has its digest for its name" "sha256" blobs_are_named_by_content "$work/layout"
  judge "OCI's and Docker's descriptions agree" "config and layers" descriptions_agree "$work/layout"
  for program in azwg-watcher nft; do
    output=$(in_image "$work" "$program" --version 2>&1) || true
    judge "$program runs from the image alone" "$output" grep -qE '[0-9]\.[0-9]' <<<"$output"
  done
  output=$(printf '{"cniVersion":"1.0.0"}' | CNI_COMMAND=VERSION in_image "$work" azwg 2>&1) || true
  judge "azwg runs from the image alone" "${output//[[:space:]]/}" grep -q '"supportedVersions"' <<<"$output"
  output=$(find "$work/rootfs" -type f -executable -not -name 'lib*.so*' -printf '%P\n')
  same_lines "the image's programs" "4, the loader included" \
    "$(printf '%s\n' usr/bin/azwg usr/bin/azwg-watcher usr/sbin/nft "$(cd "$work/rootfs" && find . -name 'ld-linux*' -printf '%P\n')")" "$output"
  output=$(find "$work/rootfs" \( -perm /6000 -o -perm -o+w -not -type l -o -not -user 0 \) -printf '%P ')
  judge "nothing in the image is set-uid, writable for all, or another's" "${output:-none}" test -z "$output"
  check_image_papers "$work"
}

# Licences and bill of materials name what is there.
check_image_papers() {
  local work=$1 doc=$1/rootfs/usr/share/doc file packages
  packages=$(cd "$work/rootfs" && find . \( -name '*.so.*' -o -path './usr/sbin/nft' \) -printf '/%P\n' |
    while read -r file; do release_package_of "$file"; done | sort -u)
  same_lines "each Debian package in the image has its licence there" "$(wc -l <<<"$packages") packages" "$packages" \
    "$(cd "$doc" && find . -name copyright -printf '%P\n' | xargs -n 1 dirname)"
  same_lines "the bill of materials has each of them" "CycloneDX $(jq -r .specVersion "$doc/azwg/azwg.cdx.json")" "$packages" \
    "$(jq -r '.components[] | select(.purl | startswith("pkg:deb/")).name' "$doc/azwg/azwg.cdx.json")"
  same_lines "and each jar that the executables are made of, no other" "class paths" "$(class_paths)" \
    "$(jq -r '.components[] | select(.purl | startswith("pkg:maven/")) | select(.name != "svm") | .name + "-" + .version' \
      "$doc/azwg/azwg.cdx.json")"
}

# The jars that native-image is given, as Maven has written them down for native/image/build.sh, and those of the executables' own
# modules. jspecify and the like are not in them: they hold annotations for the compiler.
class_paths() {
  local module version
  version=$(release_version)
  printf 'azwg-image-plugin-%s\nazwg-image-watcher-%s\n' "$version" "$version"
  for module in azwg azwg-watcher; do
    # The file ends without an end of line.
    { cat "$AZWG_ROOT/native/image/$module/target/class-path" && printf '\n'; } | tr : '\n' | sed 's,.*/,,; s/\.jar$//'
  done
}
