#!/usr/bin/env bash
# Builds executables into target/dist, or takes them from the cache if they have been built before.
#
#   native/image/build.sh azwg azwg-watcher      (also: azwg-smoke)
#
# An executable takes minutes, so it is kept below ${AZWG_CACHE:-${XDG_CACHE_HOME:-~/.cache}/azwg}/executables under two
# keys: one of the sources, which is quick to compute, and one of what really decides (class path, flags, builder), which
# a change of a comment or of another module leaves as it is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=builder/common.sh
. "$here/builder/common.sh"
[ $# -gt 0 ] || { echo "usage: $0 azwg|azwg-watcher|azwg-smoke..." >&2; exit 2; }

module_of() { # EXECUTABLE
  case $1 in
    azwg | azwg-watcher) echo "native/image/$1" ;;
    azwg-smoke) echo native/image/smoke ;;
    *) die "no such executable: $1" ;;
  esac
}

hash_of() {
  sha256sum | cut -c1-32
}

# Of every file that may decide what the executables are, wherever it is.
source_key() {
  {
    echo "$GRAALVM_HOME"
    cat "$GRAALVM_HOME/release"
    cd "$root"
    find . \( -name target -o -name .git -o -path ./native/image/builder -o -path '*/src/test' \) -prune -o \
      -type f \( -path '*/src/main/*' -o -name pom.xml -o -path './.mvn/*' \) -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | hash_of
}

# Of the class path's jars, the builder, and the flags. Jars are reproducible, so their bytes are their identity.
content_key() { # EXECUTABLE
  local module jars
  module=$root/$(module_of "$1")
  IFS=: read -r -a jars < "$module/target/class-path"
  {
    basename "$GRAALVM_HOME"
    cat "$GRAALVM_HOME/release" "$here/pom.xml" "$module/pom.xml"
    sha256sum "$module"/target/*-SNAPSHOT.jar "${jars[@]}" | cut -d' ' -f1
  } | hash_of
}

maven() { # MODULES ARGUMENTS...
  # MAVEN_OPTS: Maven 3.8's own libraries make JDK 25 print a page of warnings.
  (cd "$root" && MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" \
    mvn -q -B -ntp -pl "$1" -am -DskipTests "${@:2}" package) >&2
}

# Copies a file so that nobody ever sees half of it.
place() { # FROM TO
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.$$"
  mv "$2.$$" "$2"
}

# Succeeds if an executable of the key is in the cache, and puts it into target/dist.
take_from_cache() { # EXECUTABLE CONTENT_KEY
  [ -x "$cache/$2/$1" ] || return 1
  place "$cache/$2/$1" "$root/target/dist/$1"
  say "$1: $root/target/dist/$1 ($(stat -c %s "$cache/$2/$1") bytes, from the cache)"
}

build() { # EXECUTABLE CONTENT_KEY
  local started=$SECONDS module
  module=$(module_of "$1")
  say "$1: building, this takes some minutes ..."
  maven "$module" -Pnative
  mkdir -p "$cache/$2"
  place "$root/$module/target/$1" "$cache/$2/$1"
  place "$cache/$2/$1" "$root/target/dist/$1"
  say "$1: built in $((SECONDS - started)) s, $(stat -c %s "$cache/$2/$1") bytes"
}

for name in "$@"; do module_of "$name" > /dev/null; done
GRAALVM_HOME=$("$here/builder/bootstrap.sh" | tail -1)
export GRAALVM_HOME
JAVA_HOME=$(find_jdk)
export JAVA_HOME
cache=$(cache_dir)/executables
sources=$(source_key)
missing=()
for name in "$@"; do
  index=$cache/sources/$sources.$name
  if ! { [ -f "$index" ] && take_from_cache "$name" "$(cat "$index")"; }; then missing+=("$name"); fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

modules=$(for name in "${missing[@]}"; do module_of "$name"; done | paste -sd,)
say "compiling ..."
maven "$modules"
mkdir -p "$cache/sources"
for name in "${missing[@]}"; do
  key=$(content_key "$name")
  take_from_cache "$name" "$key" || build "$name" "$key"
  echo "$key" > "$cache/sources/$sources.$name"
done
