# Finds the JDK 25 that builds and tests azwg. The machine's default java may be any version and is never used.
# shellcheck shell=bash

# The major version that DIR/bin/javac belongs to, or nothing. The `release` file is read instead of starting a JVM.
jdk_major() {
  local dir=$1 version
  [[ -x $dir/bin/javac && -r $dir/release ]] || return 0
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$dir/release")
  printf '%s\n' "$version"
}

# Sets and exports JAVA_HOME: the first JDK 25 of GRAALVM_HOME, JAVA_HOME, /usr/lib/jvm/*. Dies if there is none.
use_jdk25() {
  local dir
  for dir in "${GRAALVM_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [[ -n $dir && $(jdk_major "$dir") == 25 ]]; then
      JAVA_HOME=$(cd "$dir" && pwd -P)
      export JAVA_HOME
      return
    fi
  done
  die "no JDK 25 found: looked at GRAALVM_HOME (${GRAALVM_HOME:-not set}), JAVA_HOME (${JAVA_HOME:-not set}) and /usr/lib/jvm.
       Install one (Eclipse Temurin 25, GraalVM 25 or your distribution's openjdk-25-jdk), or set JAVA_HOME to where it is."
}

# Maven with that JDK, never asking, without the progress bars of downloads. The warnings of Maven's own JVM about
# libraries that Maven ships are silenced; ours are not touched, compilers and tests run in JVMs of their own or with
# the options of .mvn/jvm.config. MAVEN_PREFIX is put before it.
MAVEN_PREFIX=()
run_maven() {
  (
    cd "$AZWG_ROOT" || exit 1
    MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
      exec "${MAVEN_PREFIX[@]}" mvn -B -ntp "$@"
  )
}
