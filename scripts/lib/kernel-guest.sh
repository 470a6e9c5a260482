#!/usr/bin/env bash
# What scripts/kernel.sh runs inside the virtual machine.
#   kernel-guest.sh WORK CLASSPATH CONSOLE-JAR [--long]
set -uo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
# shellcheck source=scripts/lib/verdict.sh
. "$AZWG_ROOT/scripts/lib/verdict.sh"

work=$1 classpath=$2 console=$3
use_jdk25

say "kernel $(uname -r), up for $(cut -d' ' -f1 /proc/uptime) s"
modprobe wireguard
judge "the kernel has WireGuard" "$(uname -r)" ip link add probe type wireguard
ip link del probe
"$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto --enable-native-access=ALL-UNNAMED \
  -jar "$console" execute --disable-banner --details=tree --disable-ansi-colors --class-path "$classpath" \
  --select-class dev.azwg.wg.device.kernel.KernelClientNetworkTest \
  --select-class dev.azwg.wg.device.kernel.KernelClientSplittingNetworkTest >"$work/suite.log" 2>&1
found() {
  sed -n "s/^\[ *\([0-9]*\) tests $1 *\]/\1/p" "$work/suite.log"
}
judge "the device suite passes on the kernel's WireGuard" \
  "$(found successful) passed, $(found failed) failed, $(found aborted) skipped, at $(cut -d' ' -f1 /proc/uptime) s" \
  test "$(found successful) $(found failed) $(found aborted)" = "28 0 0"
# The cache is the machine's, read-only; what a set-up writes beside it is the guest's own.
mkdir -p "$work/cache"
ln -s "$AZWG_CACHE/tools" "$work/cache/tools"
# run_script NAME ARGUMENT...: its verdicts are ours.
run_script() {
  local name=$1
  shift
  say "$name, on the kernel's WireGuard"
  AZWG_PATIENCE=10 AZWG_CACHE=$work/cache AZWG_PREBUILT=$AZWG_DIST "$AZWG_ROOT/scripts/$name.sh" "$@" 2>"$work/$name.err" |
    tee "$work/$name.log"
  say "$(tail -n 3 "$work/$name.err")"
  judge "the mesh of $name is the kernel's" "all nodes" grep -q 'kernel WireGuard' "$work/$name.log"
}
run_script demo
if [[ ${4:-} == --long ]]; then
  run_script no-holes --small
  run_script mtu-matrix --small
fi
cut -d' ' -f1 /proc/uptime
