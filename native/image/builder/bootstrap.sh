#!/usr/bin/env bash
# Finds or makes the native-image builder, and prints its home (a GRAALVM_HOME) as the last line on stdout.
#
#   native/image/builder/bootstrap.sh
#
# A GraalVM 25 in $GRAALVM_HOME is used as it is. Otherwise a builder is assembled, once, from
#   * a stock JDK 25 ($JDK, $JAVA_HOME, or one in /usr/lib/jvm), which also runs it,
#   * the image builder's jars on Maven Central (jars/pom.xml, hashes in jars/SHA256SUMS),
#   * the JDK's C libraries, compiled statically from Debian's OpenJDK source package,
#   * a C shim of our own for what GraalVM otherwise ships in binary form (shim/).
#
# It is kept below ${AZWG_CACHE:-${XDG_CACHE_HOME:-~/.cache}/azwg}, under a name that is a hash of everything that went
# in. Progress goes to stderr. An interrupted run is taken up where it stopped; parallel runs wait for each other.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
. "$here/common.sh"

is_graalvm_25() {
  [ -x "$1/bin/native-image" ] && "$1/bin/native-image" --version 2>/dev/null | grep -q '^native-image 25\.'
}

if [ -n "${GRAALVM_HOME:-}" ] && is_graalvm_25 "$GRAALVM_HOME"; then
  say "using the builder in GRAALVM_HOME: $("$GRAALVM_HOME/bin/native-image" --version | tr '\n' ' ')"
  echo "$GRAALVM_HOME"
  exit 0
fi

[ "$(uname -sm)" = "Linux x86_64" ] || die "the builder can be assembled on Linux x86-64 only; set GRAALVM_HOME to a GraalVM 25"
JDK=$(find_jdk)
export JDK

# Everything that decides what the builder is. Tests and pom of the launcher do not.
inputs=(bootstrap.sh common.sh fetch-jars.sh fetch-jdk-source.sh known-jdk-sources.txt build-static-libs.sh
  build-shim.sh assemble.sh jars shim
  launcher/src/main)
key=$({ cat "$JDK/release"; cd "$here"; find "${inputs[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; } |
  sha256sum | cut -c1-24)
cache=$(cache_dir)/native-image
home=$cache/$key
work=$cache/$key.work

if [ ! -e "$home/azwg-builder.txt" ]; then
  mkdir -p "$cache"
  exec 9> "$cache/lock"
  flock -n 9 || { say "waiting for another run of bootstrap.sh"; flock 9; }
fi
# Again, because the other run may have made it.
if [ ! -e "$home/azwg-builder.txt" ]; then
  started=$SECONDS
  say "assembling the native-image builder from $JDK ($(jdk_version "$JDK"))"
  # Leftovers of interrupted runs with other inputs; nobody is at work on them while we have the lock.
  find "$cache" -maxdepth 1 \( -name '*.work' -o -name '*.tmp' \) ! -path "$work" -exec rm -rf {} +
  mkdir -p "$work"
  ensure_debian_packages
  step "$work" jars "$here/fetch-jars.sh" "$work/jars"
  step "$work" jdk-source "$here/fetch-jdk-source.sh" "$work/source"
  step "$work" static-libraries "$here/build-static-libs.sh" "$work/source" "$work/static"
  step "$work" shim "$here/build-shim.sh" "$work/jars" "$work/static" "$work/shim"
  step "$work" assemble "$here/assemble.sh" "$work" "$home.tmp"
  rm -rf "$home"
  mv "$home.tmp" "$home"
  rm -rf "$work"
  say "builder ready after $((SECONDS - started)) s: $home"
fi
"$home/bin/native-image" --version >&2
echo "$home"
