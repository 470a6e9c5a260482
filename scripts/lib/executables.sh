# The native executables. Needs common.sh and jdk.sh.
# shellcheck shell=bash

# Leaves the directory of the executables in AZWG_DIST. native/image/build.sh reuses what is built already; the first
# time it makes the builder, too.
ensure_executables() {
  if [[ -n ${AZWG_PREBUILT:-} ]]; then
    AZWG_DIST=$(cd "$AZWG_PREBUILT" && pwd) || die "AZWG_PREBUILT names no directory: $AZWG_PREBUILT"
    say "using the executables in $AZWG_DIST as they are"
    return
  fi
  say "building azwg and azwg-watcher (some minutes the first time, a second when nothing changed)"
  "$AZWG_ROOT/native/image/build.sh" azwg azwg-watcher >&2 || die "the executables could not be built"
  say "azwg $(size_in_mib azwg) MiB, azwg-watcher $(size_in_mib azwg-watcher) MiB"
}

size_in_mib() {
  local bytes
  bytes=$(stat -c %s "$AZWG_DIST/$1") || die "native/image/build.sh left no $AZWG_DIST/$1"
  printf '%d.%d\n' $((bytes >> 20)) $(((bytes & 0xfffff) * 10 >> 20))
}
