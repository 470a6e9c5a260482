# OCI images made of directories, without a container engine, byte for byte the same whenever the content is. Needs common.sh
# and release.sh.
#
# The result is an image layout (opencontainers/image-spec) in a tar, with the manifest.json beside it that `docker load` reads.
# shellcheck shell=bash

# oci_tar DIR [TAR OPTION...]: a tar with nothing in it that differs from machine to machine.
oci_tar() {
  local dir=$1
  shift
  tar -C "$dir" --sort=name --owner=0 --group=0 --numeric-owner --mtime="$RELEASE_FILE_DATE" --format=gnu "$@"
}

# oci_blob LAYOUT FILE: moves the file into the layout; prints its digest (hexadecimal).
oci_blob() {
  local digest
  digest=$(sha256sum "$2")
  digest=${digest%% *}
  mv "$2" "$1/blobs/sha256/$digest"
  printf '%s\n' "$digest"
}

# oci_descriptor LAYOUT MEDIA-TYPE DIGEST
oci_descriptor() {
  jq -cn --arg type "$2" --arg digest "sha256:$3" --argjson size "$(stat -c %s "$1/blobs/sha256/$3")" \
    '{mediaType: $type, digest: $digest, size: $size}'
}

# oci_layer LAYOUT DIR: adds the directory as a layer; prints its descriptor and the digest of what it is uncompressed.
oci_layer() {
  local layout=$1 diff digest
  oci_tar "$2" -cf "$layout/layer.tar" .
  diff=$(sha256sum "$layout/layer.tar")
  gzip -n -9 "$layout/layer.tar"
  digest=$(oci_blob "$layout" "$layout/layer.tar.gz")
  jq -cn --argjson descriptor "$(oci_descriptor "$layout" application/vnd.oci.image.layer.v1.tar+gzip "$digest")" \
    --arg diff "sha256:${diff%% *}" '{descriptor: $descriptor, diff: $diff}'
}

# Debian's name of the architecture, in OCI's words.
oci_architecture() {
  case $1 in
    amd64 | arm64) printf '%s\n' "$1" ;;
    *) die "no image for the architecture $1" ;;
  esac
}

# oci_image LAYOUT CONFIG LABELS NAME DIR...: a layout with one image of a layer for each directory, the first the lowest.
#   CONFIG   JSON: the image configuration less what follows from the layers
#   LABELS   JSON: the manifest's annotations, and the configuration's labels
#   NAME     repository:tag
# Prints the digest of the manifest.
oci_image() {
  local layout=$1 config=$2 labels=$3 name=$4 layers=() layer config_digest manifest all
  shift 4
  mkdir -p "$layout/blobs/sha256"
  for layer in "$@"; do
    layers+=("$(oci_layer "$layout" "$layer")") || return 1
  done
  all=$(jq -cs . <<<"${layers[*]}")
  jq -cS --argjson layers "$all" --argjson labels "$labels" \
    '.config.Labels = $labels | .rootfs = {type: "layers", diff_ids: [$layers[].diff]}' <<<"$config" >"$layout/config"
  config_digest=$(oci_blob "$layout" "$layout/config")
  jq -cnS --argjson config "$(oci_descriptor "$layout" application/vnd.oci.image.config.v1+json "$config_digest")" \
    --argjson layers "$all" --argjson labels "$labels" '{schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config, layers: [$layers[].descriptor],
      annotations: $labels}' >"$layout/manifest"
  manifest=$(oci_blob "$layout" "$layout/manifest")
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  jq -cnS --argjson manifest "$(oci_descriptor "$layout" application/vnd.oci.image.manifest.v1+json "$manifest")" \
    --arg name "$name" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [$manifest +
      {annotations: {"io.containerd.image.name": $name, "org.opencontainers.image.ref.name": ($name | split(":") | last)}}]}' \
    >"$layout/index.json"
  jq -cnS --arg name "$name" --arg config "blobs/sha256/$config_digest" --argjson layers "$all" \
    '[{Config: $config, RepoTags: [$name], Layers: [$layers[].descriptor.digest | sub("sha256:"; "blobs/sha256/")]}]' \
    >"$layout/manifest.json"
  printf 'sha256:%s\n' "$manifest"
}
