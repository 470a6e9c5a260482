# The native executables: built when their sources changed, reused otherwise. Needs common.sh and jdk.sh.
# shellcheck shell=bash

readonly EXECUTABLES=(azwg azwg-watcher)

# A hash of everything that decides what the executables are, tests aside.
sources_key() {
  (
    cd "$AZWG_ROOT" || exit 1
    find pom.xml .mvn native conflist ipam-bridge wg plugin \
      \( -name target -o -path '*/src/test' \) -prune -o -type f -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
    cat "$JAVA_HOME/release"
  ) | sha256sum | cut -c1-24
}

executables_are_current() {
  local name
  [[ $(cat "$AZWG_DIST/.sources" 2>/dev/null) == "$1" ]] || return 1
  for name in "${EXECUTABLES[@]}"; do
    [[ -x $AZWG_DIST/$name ]] || return 1
  done
}

ensure_executables() {
  local key name builder
  # For a look at something built elsewhere or otherwise: no questions asked.
  if [[ -n ${AZWG_PREBUILT:-} ]]; then
    AZWG_DIST=$(cd "$AZWG_PREBUILT" && pwd) || die "AZWG_PREBUILT names no directory: $AZWG_PREBUILT"
    say "using the executables in $AZWG_DIST as they are"
    return
  fi
  key=$(sources_key)
  if executables_are_current "$key"; then
    say "the executables in $AZWG_DIST are current"
    return
  fi
  say "the native-image builder (the first time about two minutes)"
  builder=$("$AZWG_ROOT/native/image/builder/bootstrap.sh" | tail -n 1)
  [[ -x $builder/bin/native-image ]] || die "native/image/builder/bootstrap.sh made no builder"
  say "building ${EXECUTABLES[*]} (one to two minutes each)"
  rm -f "$AZWG_DIST/.sources"
  GRAALVM_HOME=$builder quietly "$AZWG_CACHE/log/native-image.log" \
    "$AZWG_ROOT/native/image/build.sh" "${EXECUTABLES[@]}" || die "the executables could not be built"
  for name in "${EXECUTABLES[@]}"; do
    [[ -x $AZWG_DIST/$name ]] || die "native/image/build.sh left no $AZWG_DIST/$name"
    say "$name: $(($(stat -c %s "$AZWG_DIST/$name") / 1024)) KiB"
  done
  printf '%s\n' "$key" >"$AZWG_DIST/.sources"
}
