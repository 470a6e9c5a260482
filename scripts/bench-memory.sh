#!/usr/bin/env bash
# How much memory the watcher takes with a real API server as its datastore, and how long it needs to know all records.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables verdict lab lab-network lab-cni lab-kubernetes lab-watcher; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/bench-memory.sh [NODES CLAIMS]...

For each pair (default: 200 30 2000 30) as many records as NODES, with CLAIMS pod addresses each, at a real API server; one
node with the native watcher. Prints resident memory (VmRSS, VmHWM) once all peers are on the device and ten seconds after, the
processor time until then, and the size of the executable. Judged: 64 MB for 200 nodes, 96 MB for 2000, 60 MB on disk.
TEXT
}

# records FROM TO CLAIMS: Node and WireGuardPeer objects, as one list. Nodes have addresses of 10.64.0.0/12, pods of 10.128.0.0/9.
records() {
  jq -n -c --argjson from "$1" --argjson to "$2" --argjson claims "$3" --arg since 2026-01-01T00:00:00Z '
    def address(base; n): "10.\(base + (n / 65536 | floor)).\(n / 256 | floor | . % 256).\(n % 256)";
    def base64_key(n): (n | tostring | "key-of-node-" + ("00000" + .)[-5:] + "-xxxxxxxxxxxxxx") | @base64;
    {apiVersion: "v1", kind: "List", items: [range($from; $to) as $n |
      ("bench-\($n)") as $name | address(64; $n + 1) as $ip |
      {apiVersion: "v1", kind: "Node", metadata: {$name}, status: {addresses: [{type: "InternalIP", address: $ip}]}},
      {apiVersion: "azwg.dev/v1alpha1", kind: "WireGuardPeer", metadata: {$name}, spec: {
        publicKey: base64_key($n), keySince: $since, endpoints: ["\($ip):51820"], nodeAddresses: [$ip], hostScope: true,
        claims: [range(0; $claims) as $c | {prefix: "\(address(128; $n * $claims + $c))/32", since: $since}]}}]}'
}

resident() { # FIELD
  awk -v field="$1:" '$1 == field { printf "%.1f", $2 / 1024 }' "/proc/${WATCHER_PID[n1]}/status"
}

cpu_seconds() {
  local stat fields
  stat=$(cat "/proc/${WATCHER_PID[n1]}/stat")
  read -ra fields <<<"${stat##*) }"
  awk -v ticks=$((fields[11] + fields[12])) -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f", ticks / hz }'
}

within() { # VALUE LIMIT
  awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value <= limit) }'
}

measure() {
  local nodes=$1 claims=$2 have=$3 started after rss settled cpu limit=96
  ((nodes > 200)) || limit=64
  say "$nodes records with $claims claims"
  while ((have < nodes)); do
    local next=$((have + 200 < nodes ? have + 200 : nodes))
    records "$have" "$next" "$claims" | lab_kubectl create -f - >>"$LAB_DIR/api/apply.log"
    have=$next
  done
  started=$(now_us)
  watcher_start n1
  wait_until 180 "all peers on the device" has_peers n1 "$nodes"
  after=$(($(now_us) - started))
  rss=$(resident VmRSS) cpu=$(cpu_seconds)
  # What the collector and the allocator give back, they give back in this time or not at all.
  sleep 10
  settled=$(resident VmRSS)
  say "anonymous $(resident RssAnon) MB, of files $(resident RssFile) MB"
  judge "with $nodes nodes of $claims claims the watcher takes at most $limit MB" \
    "VmRSS $rss MB, $settled MB after 10 s, VmHWM $(resident VmHWM) MB; all peers after $(us_as_ms "$after") ms, $cpu s of processor time" \
    within "$settled" "$limit"
  watcher_stop n1 TERM || true
  ip -n "$(lab_ns n1)" link del "$WG_DEVICE"
}

main() {
  case ${1:-} in
    -h | --help)
      usage
      return
      ;;
  esac
  (($# > 0)) || set -- 200 30 2000 30
  (($# % 2 == 0)) || die "pairs of numbers are needed (see --help)"
  "$AZWG_ROOT/scripts/setup.sh" --for kubernetes
  use_jdk25
  ensure_executables
  local size have=0
  size=$(awk -v bytes="$(stat -c %s "$AZWG_DIST/azwg-watcher")" 'BEGIN { printf "%.1f", bytes / 1000000 }')
  judge "the executable takes at most 60 MB" "$size MB" within "$size" 60
  # shellcheck disable=SC2206,SC2034 # words, for lab-watcher.sh
  WATCHER_OPTIONS=(${BENCH_OPTIONS:-})
  lab_create
  lab_add_fabric
  lab_add_node 1
  lab_add_api_server
  lab_api_node n1
  node_install_plugin n1
  while (($# > 0)); do
    measure "$1" "$2" "$have"
    have=$1
    shift 2
  done
  verdict_summary
}

main "$@"
