#!/usr/bin/env bash
# Makes the bill of materials of what is shipped: one CycloneDX document of the libraries that are linked into the executables
# (Maven's runtime scope, nothing of tests or build) and of Debian packages. The same content gives the same bytes.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
# shellcheck source=scripts/lib/release.sh
. "$AZWG_ROOT/scripts/lib/release.sh"

readonly MODULES=(native/image/azwg native/image/azwg-watcher)

usage() {
  cat <<'TEXT'
usage: scripts/sbom.sh [--output FILE] [DEBIAN-PACKAGE]...

Writes the bill of materials (CycloneDX 1.6, JSON) of the executables, and of the Debian packages whose files are shipped with
them, to FILE or to standard output. Maven's part is kept in target/sbom until a POM changes; after the first time nothing is
fetched.
TEXT
}

OUTPUT='' PACKAGES=()
while (($# > 0)); do
  case $1 in
    --output) OUTPUT=$2 && shift ;;
    -h | --help) usage && exit ;;
    -*) usage >&2 && die "unknown argument: $1" ;;
    *) PACKAGES+=("$1") ;;
  esac
  shift
done

poms_key() {
  (cd "$AZWG_ROOT" && find . -name pom.xml -not -path '*/target/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-32
}

# The documents of the executables' modules, by Maven; sets MAVEN_BOMS.
maven_boms() {
  local kept=$AZWG_ROOT/target/sbom module key
  key=$(poms_key)
  if [[ ! -f $kept/$key/complete ]]; then
    use_jdk25
    mkdir -p "$AZWG_CACHE/log"
    rm -rf "$kept"
    mkdir -p "$kept/$key"
    quietly "$AZWG_CACHE/log/sbom.log" run_maven -q -Psbom -pl "$(IFS=, && printf '%s' "${MODULES[*]}")" -am -DskipTests \
      -Dspotless.check.skip=true -Djacoco.skip=true package || die "Maven made no bill of materials"
    for module in "${MODULES[@]}"; do
      cp "$AZWG_ROOT/$module/target/bom.json" "$kept/$key/${module##*/}.json"
    done
    touch "$kept/$key/complete"
  fi
  MAVEN_BOMS=("$kept/$key"/*.json)
}

# A package of Debian as a component.
debian_component() {
  local name version architecture source source_version distribution
  read -r name version architecture source source_version < <(release_package_facts "$1")
  # shellcheck disable=SC1091
  distribution=$(. /etc/os-release && printf '%s-%s' "$ID" "$VERSION_ID")
  jq -cn --arg name "$name" --arg version "$version" --arg architecture "$architecture" --arg distribution "$distribution" \
    --arg source "$source" --arg upstream "$source_version" '
    ($version | @uri) as $v
    | ("pkg:deb/debian/\($name)@\($v)?arch=\($architecture)&distro=\($distribution)") as $purl
    | {type: "library", "bom-ref": $purl, name: $name, version: $version, purl: $purl,
       properties: [{name: "debian:source", value: "\($source) \($upstream)"}]}'
}

# The runtime that native-image links in is no dependency that Maven sees.
graalvm_component() {
  local version
  version=$(sed -n 's:.*<graalvm.version>\(.*\)</graalvm.version>.*:\1:p' "$AZWG_ROOT/pom.xml")
  jq -cn --arg version "$version" '("pkg:maven/org.graalvm.nativeimage/svm@\($version)?type=jar") as $purl
    | {type: "library", "bom-ref": $purl, group: "org.graalvm.nativeimage", name: "svm", version: $version, purl: $purl,
       description: "Substrate VM, with the classes of OpenJDK 25 that are used",
       licenses: [{license: {id: "GPL-2.0-with-classpath-exception"}}]}'
}

main() {
  local components package document
  maven_boms
  components=$(graalvm_component)
  for package in "${PACKAGES[@]}"; do
    components+=$'\n'$(debian_component "$package")
  done
  document=$(jq -S -s --argjson more "$(jq -s . <<<"$components")" --arg version "$(release_version)" \
    --arg revision "$(release_revision)" --arg created "$(date -u -d "@$(release_epoch)" +%Y-%m-%dT%H:%M:%SZ)" '
    ("pkg:generic/azwg@\($version)") as $purl
    | [.[].components[]?, (.[].metadata.component)] + $more | unique_by(.purl) as $components
    | {bomFormat: "CycloneDX", specVersion: "1.6", version: 1,
       metadata: {timestamp: $created, component: {type: "application", "bom-ref": $purl, name: "azwg", version: $version,
         purl: $purl, licenses: [{license: {id: "Apache-2.0"}}], properties: [{name: "git:revision", value: $revision}]}},
       components: $components,
       dependencies: ([.[].dependencies[]?] | unique_by(.ref))}' "${MAVEN_BOMS[@]}")
  if [[ -n $OUTPUT ]]; then
    mkdir -p "$(dirname "$OUTPUT")"
    printf '%s\n' "$document" >"$OUTPUT"
  else
    printf '%s\n' "$document"
  fi
}

main
