#!/usr/bin/env bash
# What the plugin adds to the start and the end of a pod: exec to exit of ADD and DEL, beside Debian's CNI plugins, which
# are in Go, at the same place of the same chain (same version, same prevResult, same pod). All of them alternate in one
# run, so the figures are comparable with each other, whatever else the machine does.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables lab lab-network lab-cni lab-watcher favoured; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

readonly PODS=32 MTU=1340

usage() {
  cat <<'TEXT'
usage: scripts/bench-plugin.sh [ROUNDS]

Makes a lab node with 32 pods and a running watcher, and runs ADD and DEL ROUNDS times (default 200) one at a time, and
a tenth as often 32 at once. Rows:
  azwg           with the watcher: ADD waits until the watcher says that the address is published
  azwg-alone     no watcher is running: what the plugin itself costs
  tuning         sets the same MTU on the pod's link, as azwg does
  portmap, bandwidth   with nothing to do, as on most pods
Pods are reused, so their MTU is right already when ADD looks, for azwg and tuning alike. System calls are counted with
strace, threads included.

  AZWG_PREBUILT=DIR   use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

# One pod in Azure's transparent style; only what the plugins look at.
bench_pod() {
  local number=$1 node=$2 pod
  pod=$(lab_ns "bench$number")
  ip netns add "$pod"
  ip -n "$pod" link set lo up
  ip -n "$node" link add "azv$number" type veth peer name eth0 netns "$pod"
  ip -n "$node" link set "azv$number" up
  ip -n "$pod" addr add "$(bench_address "$number")/16" dev eth0
  ip -n "$pod" link set eth0 up
  ip -n "$node" route add "$(bench_address "$number")/32" dev "azv$number" scope link
}

bench_address() {
  printf '10.240.1.%d' $((100 + $1))
}

# bench_stdin NAME NUMBER MEMBERS: the document that the runtime would send.
bench_stdin() {
  jq -cn --argjson members "$3" --arg address "$(bench_address "$2")/16" '
    {cniVersion: "0.3.0", name: "azure"} + $members + {prevResult: {cniVersion: "0.3.0",
      interfaces: [{name: "eth0"}],
      ips: [{version: "4", interface: 0, address: $address, gateway: "10.240.0.1"}],
      routes: [{dst: "0.0.0.0/0", gw: "10.240.0.1"}], dns: {}}}' >"$LAB_DIR/stdin/$1-$2"
}

prepare() {
  local number node
  lab_create
  lab_add_fabric
  lab_add_node 1
  node=$(lab_ns n1)
  mkdir "$LAB_DIR/stdin"
  for ((number = 0; number < PODS; number++)); do
    bench_pod "$number" "$node"
    bench_stdin azwg "$number" "$(jq -cn --arg dir "$LAB_DIR/n1/run/azwg" --argjson mtu $MTU \
      '{type: "azwg", stateDir: $dir, podMtu: $mtu, publishTimeout: "5s"}')"
    bench_stdin azwg-alone "$number" "$(jq -cn --arg dir "$LAB_DIR/n1/run/azwg-alone" --argjson mtu $MTU \
      '{type: "azwg", stateDir: $dir, table: 51821, podMtu: $mtu, logLevel: "error"}')"
    bench_stdin tuning "$number" "$(jq -cn --argjson mtu $MTU '{type: "tuning", mtu: $mtu}')"
    bench_stdin portmap "$number" '{"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}'
    bench_stdin bandwidth "$number" '{"type": "bandwidth", "capabilities": {"bandwidth": true}}'
  done
  watcher_start n1
}

bench_path() {
  case $1 in
    azwg*) printf '%s/azwg' "$AZWG_DIST" ;;
    *) printf '%s/%s' "$DEBIAN_CNI_DIR" "$1" ;;
  esac
}

readonly PLUGINS=(azwg azwg-alone tuning portmap bandwidth)

measure() {
  local rounds=$1 parallel=$2 plugin arguments=() ON_NODE
  for plugin in "${PLUGINS[@]}"; do
    arguments+=("$plugin" "$(bench_path "$plugin")" "$LAB_DIR/stdin/$plugin-")
  done
  enter_node n1
  CNI_PATH=$DEBIAN_CNI_DIR favoured "${ON_NODE[@]}" "$LAB_DIR/cni-bench" "$rounds" "$parallel" \
    "/run/netns/$(lab_ns bench)" "${arguments[@]}" >"$LAB_DIR/result"
  printf '\n%s rounds of %s at once, milliseconds for one process\n\n' "$rounds" "$parallel"
  awk -F'\t' '
    BEGIN { printf "%-12s %-4s  %-23s  %-23s  %9s  %s\n", "plugin", "", "wall min  median    p95",
      "CPU  min  median    p95", "all ended", "max RSS MB" }
    { printf "%-12s %-4s  %8.2f %7.2f %6.2f  %8.2f %7.2f %6.2f  %9.2f  %10.1f\n", $1, $2, $3 / 1e3, $4 / 1e3, $5 / 1e3,
        $6 / 1e3, $7 / 1e3, $8 / 1e3, $9 / 1e3, $10 * 1024 / 1e6 }' "$LAB_DIR/result"
}

# count_calls PLUGIN COMMAND: the number of system calls of one call, all threads.
count_calls() {
  on_node n1 env -i "CNI_COMMAND=$2" CNI_CONTAINERID=strace "CNI_NETNS=/run/netns/$(lab_ns bench0)" CNI_IFNAME=eth0 \
    "CNI_PATH=$DEBIAN_CNI_DIR" PATH=/usr/sbin:/usr/bin:/sbin:/bin strace -f -c -U calls,name -o "$LAB_DIR/calls" "$(bench_path "$1")" \
    <"$LAB_DIR/stdin/$1-0" >/dev/null
  awk '$2 == "total" { print $1 }' "$LAB_DIR/calls"
}

count_all_calls() {
  local plugin
  printf '\nsystem calls\n\n%-12s %5s %5s\n' plugin ADD DEL
  for plugin in "${PLUGINS[@]}"; do
    printf '%-12s %5s %5s\n' "$plugin" "$(count_calls "$plugin" ADD)" "$(count_calls "$plugin" DEL)"
  done
}

main() {
  local rounds=${1:-200}
  case $rounds in
    -h | --help)
      usage
      return
      ;;
  esac
  [[ $rounds =~ ^[1-9][0-9]*$ ]] || die "ROUNDS must be a positive number, not $rounds"
  "$AZWG_ROOT/scripts/setup.sh" --for bench
  use_jdk25
  ensure_executables
  prepare
  gcc -O2 -Wall -Wextra -o "$LAB_DIR/cni-bench" "$AZWG_ROOT/scripts/lib/cni-bench.c"
  printf 'exec to exit; %s, %s processors, load %s\n' "$(uname -sr)" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"
  measure "$rounds" 1
  measure $((rounds / 10 + 1)) $PODS
  count_all_calls
}

main "$@"
