# shellcheck shell=bash
# Functions that the scripts of the builder share. Sourced, not run.

say() {
  echo "native-image builder: $*" >&2
}

die() {
  say "$*"
  exit 1
}

cache_dir() {
  echo "${AZWG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/azwg}"
}

# A value of a JDK's release file: NAME="value".
release_value() { # JDK NAME
  sed -n "s/^$2=\"\(.*\)\"/\1/p" "$1/release"
}

# The version with its build number, without a vendor's suffix: 25.0.3+9
jdk_version() { # JDK
  local version
  version=$(release_value "$1" FULL_VERSION)
  [ -n "$version" ] || version=$(release_value "$1" JAVA_RUNTIME_VERSION)
  echo "${version%%-*}"
}

is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -f "$1/lib/src.zip" ] && [[ $(release_value "$1" JAVA_VERSION) == 25* ]]
}

find_jdk() {
  local candidate
  for candidate in "${JDK:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
    if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
      readlink -f "$candidate"
      return
    fi
  done
  die "no JDK 25 with lib/src.zip found: set JDK or JAVA_HOME to one, or install it below /usr/lib/jvm"
}

# Debian packages for what the scripts run, installed when they are missing and we may.
ensure_debian_packages() {
  local missing=()
  command -v gcc > /dev/null || missing+=(gcc libc6-dev)
  command -v nm > /dev/null || missing+=(binutils)
  command -v xz > /dev/null || missing+=(xz-utils)
  command -v mvn > /dev/null || missing+=(maven)
  [ -f /usr/include/zlib.h ] || missing+=(zlib1g-dev)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "missing Debian packages: ${missing[*]} (not root, so install them yourself)"
  say "installing ${missing[*]}"
  apt-get -q update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" >&2
}

# Runs a command once: a later run of bootstrap.sh with the same inputs skips it.
step() { # WORK NAME COMMAND...
  local done_file=$1/$2.done name=$2 started=$SECONDS
  shift 2
  if [ -e "$done_file" ]; then
    say "$name: done before"
    return
  fi
  say "$name ..."
  "$@" >&2
  touch "$done_file"
  say "$name took $((SECONDS - started)) s"
}
