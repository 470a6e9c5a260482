#!/usr/bin/env bash
# The kernel's own WireGuard, in a virtual machine with Debian's kernel: the device suite and the demo's mesh, with the native
# executables; with --long, short forms of no-holes.sh and mtu-matrix.sh too. Prints a line PASS or FAIL for each thing shown.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
for library in jdk tools executables verdict vm; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/kernel.sh [--long] [SECONDS]

Boots a virtual machine (QEMU without acceleration, no network) and runs in it what needs WireGuard in the kernel, for at
most SECONDS (default 5400). With --long also no-holes and mtu-matrix, in their small forms: that is more than an hour on
two processors. Sets up and builds what is missing. Logs: target/kernel. Nothing else should run meanwhile: all in it has
time limits.
TEXT
}

long=''
case ${1:-} in
  -h | --help)
    usage
    exit
    ;;
  --long)
    long=--long
    shift
    ;;
esac
limit=${1:-5400}
[[ $limit =~ ^[1-9][0-9]*$ ]] || die "not a number of seconds: $limit (see --help)"
"$AZWG_ROOT/scripts/setup.sh" --for kernel
use_jdk25
ensure_executables
logs=$AZWG_ROOT/target/kernel
work=$(mktemp -d /tmp/azwg-vm.XXXXXX)
# shellcheck disable=SC2317 # the EXIT trap
keep_logs() {
  rm -rf "$logs"
  mkdir -p "$logs"
  cp "$work"/*.log "$work"/*.err "$work/console" "$logs" 2>/dev/null || true
  rm -rf "$work"
}
trap keep_logs EXIT

say "the device suite's classes"
quietly "$AZWG_CACHE/log/kernel-classes.log" run_maven package -pl wg -am -DskipTests -Dspotless.check.skip=true \
  -Djacoco.skip=true dependency:build-classpath "-Dmdep.outputFile=$work/classpath" ||
  die "the device suite's classes could not be built"
# The console of the platform that the tests were compiled with.
version=$(sed -n 's/.*junit-platform-engine-\([0-9.]*\)\.jar.*/\1/p' <<<"$(tr : "\n" <"$work/classpath")" | head -n 1)
quietly "$AZWG_CACHE/log/kernel-console.log" run_maven dependency:copy \
  "-Dartifact=org.junit.platform:junit-platform-console-standalone:$version" "-DoutputDirectory=$work" -pl wg
classpath=$AZWG_ROOT/wg/target/test-classes:$AZWG_ROOT/wg/target/classes:$(cat "$work/classpath")
say "a virtual machine, for at most $limit s"
status=0
vm_run "$work" "$limit" "$AZWG_ROOT/scripts/lib/kernel-guest.sh" "$work" "$classpath" \
  "$work/junit-platform-console-standalone-$version.jar" $long || status=$?
((status == 0)) || fail "the virtual machine ran to its end" "exit status $status, see $logs/console"
exit "$status"
