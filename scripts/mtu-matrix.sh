#!/usr/bin/env bash
# Which packet sizes pass, on networks that carry 1500 bytes and on one that drops what is over 1400 without a word; with
# ICMP filtered; and while the MTU of the nodes' NICs changes. Contents are verified, both ways.
# shellcheck disable=SC2034 # sets variables for its libraries
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
for library in jdk tools executables verdict lab lab-network lab-cni lab-watcher lab-fabric lab-evidence traffic size-rows; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/mtu-matrix.sh [--small]

Prints a line PASS or FAIL for each kind of path and each change, and the matrix of sizes.

  --small             fewer sizes: for slow machines
  AZWG_PREBUILT=DIR   use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

start_mesh() {
  local node pod
  lab_create
  trap end_run EXIT
  say "lab $LAB_ID: two nodes"
  lab_add_fabric
  fabric_prepare
  size_probe_compile
  lab_add_node 1
  lab_add_node 2
  for node in "${LAB_NODES[@]}"; do
    node_install_plugin "$node"
    watcher_start "$node"
  done
  for node in "${LAB_NODES[@]}"; do
    wait_until 20 "$node to have a peer" has_peers "$node" 1
    wait_until 5 "the watcher of $node to enter the plugin into the list" node_serves_pods "$node"
  done
  for pod in n1p1 n1p2 n2p1 n2p2; do
    pod_add "${pod%p*}" "$pod"
    wait_until 20 "the peers to know $pod" peers_know "${pod%p*}" "${POD_ADDRESS[$pod]}"
  done
  wait_until 20 "both nodes to use the tunnel" both_use_the_tunnel
}

both_use_the_tunnel() {
  node_knows n1 "${NODE_ADDRESS[n2]}" && node_knows n2 "${NODE_ADDRESS[n1]}"
}

# With the network's 1400 known (the default), whatever it really carries.
check_networks() {
  local oversized
  fabric_limit 0
  size_rows "1500"
  fabric_limit 1400
  size_rows "1500 said, 1400 carried"
  oversized=$(fabric_count oversized)
  judge "no node has sent a packet that the network would not carry" "$oversized of them dropped" test "$oversized" = 0
}

# Without what tells a sender that its packets are too large. Two pods whose links have kept 1500, as those that started
# while the plugin was missing, agree on segments that the tunnel does not take, unless it has them agree on smaller ones.
# What such a pod sends over UDP cannot be helped: whoever is not told goes on sending it.
check_filtered() {
  local node variant="1400 carried, ICMP filtered"
  for node in "${LAB_NODES[@]}"; do
    on_node "$node" nft -f - <<'RULES'
table ip azwg-lab-filter {
  chain in { type filter hook input priority -300; policy accept; icmp type destination-unreachable icmp code 4 drop; }
  chain through { type filter hook forward priority -300; policy accept; icmp type destination-unreachable icmp code 4 drop; }
  chain out { type filter hook output priority -300; policy accept; icmp type destination-unreachable icmp code 4 drop; }
}
RULES
  done
  size_rows "$variant"
  set_pod_link n1p2 1500
  set_pod_link n2p2 1500
  size_row "$variant" "pod of MTU 1500 -> the same" pod n1p2 pod n2p2 "${POD_ADDRESS[n2p2]}" tcp
  size_row "$variant" "pod of MTU 1500 -> pod" pod n1p2 pod n2p1 "${POD_ADDRESS[n2p1]}" tcp
  size_row "$variant" "pod -> pod of MTU 1500" pod n2p1 pod n1p2 "${POD_ADDRESS[n1p2]}" tcp
  size_row "$variant" "pod of MTU 1500 -> another node" pod n1p2 node n2 "${NODE_ADDRESS[n2]}" tcp
  size_row "$variant" "node -> pod of MTU 1500" node n2 pod n1p2 "${POD_ADDRESS[n1p2]}" tcp
  set_pod_link n1p2 1340
  set_pod_link n2p2 1340
  for node in "${LAB_NODES[@]}"; do
    on_node "$node" nft delete table ip azwg-lab-filter
  done
}

# set_pod_link POD MTU: both ends of the pod's link.
set_pod_link() {
  local node=${POD_NODE[$1]} host
  host=$(ip -n "$(lab_ns "$node")" -j route get "${POD_ADDRESS[$1]}" | jq -r '.[0].dev')
  ip -n "$(lab_ns "$node")" link set "$host" mtu "$2"
  in_pod "$1" ip link set eth0 mtu "$2"
}

# The NICs' own MTU changes while everything runs; the network carries as much as they say.
check_live_changes() {
  local node mtu
  fabric_limit 0
  for node in "${LAB_NODES[@]}"; do watcher_stop "$node" TERM; done
  WATCHER_OPTIONS=(--fabric-mtu 0)
  for node in "${LAB_NODES[@]}"; do watcher_start "$node"; done
  check_followed 1500 "after a restart with --fabric-mtu 0"
  check_control
  for mtu in 1400 1450; do
    for node in "${LAB_NODES[@]}"; do
      ip -n "$(lab_ns "$node")" link set eth0 mtu $mtu
    done
    check_followed $mtu "after eth0 was set to $mtu"
    fabric_limit $mtu
    size_rows "eth0 set to $mtu"
    judge "no node sends a packet over $mtu bytes" "$(fabric_count oversized) of them dropped" test "$(fabric_count oversized)" = 0
    fabric_limit 0
  done
}

# That these checks can fail: nodes that do not know of the network's 1400 lose exactly what is larger. With 28 bytes of
# headers, filled up by WireGuard to a multiple of 16, and 60 of the tunnel, 1300 bytes become 1388 and 1301 become 1404.
check_control() {
  fabric_limit 1400
  UDP_SIZES=1280,1299-1300 probe_sizes node n1 node n2 "${NODE_ADDRESS[n2]}" udp || true
  judge "control: 1400 bytes are carried where nobody knows of the network's 1400" "${CELL[udp-out]} sizes" \
    test "${CELL[udp-out]} ${CELL[udp-back]}" = "3/3 3/3"
  UDP_SIZES=1301,1350 probe_sizes node n1 node n2 "${NODE_ADDRESS[n2]}" udp || true
  judge "control: and one byte more is not" "${CELL[udp-out]} sizes, $(fabric_count oversized) packets dropped" \
    test "${CELL[udp-out]}" = 0/2 -a "$(fabric_count oversized)" -gt 0
  fabric_limit 0
}

# check_followed UNDERLAY WHEN: device, pods' links and what the plugin will give the next pod, within a second from now.
check_followed() {
  local expected=$(($1 - 60)) when=$2 started kind bound=$((1000 * ${AZWG_PATIENCE:-1})) took
  local -A what=([device_mtus]="the devices' MTU" [facts_mtus]="the MTU for the next pod" [pod_mtus]="the MTU of the pods' links")
  started=$(now_us)
  for kind in device_mtus facts_mtus pod_mtus; do
    if wait_until 3 "${what[$kind]} to be $expected" all_are "$expected" $kind; then
      took=$(($(now_us) - started))
      judge "$when ${what[$kind]} is $expected within $bound ms" "$(us_as_ms $took) ms, polled" test $took -lt $((bound * 1000))
    else
      fail "$when ${what[$kind]} is $expected within $bound ms" "after 3 s: $($kind | paste -sd' ')"
    fi
  done
  judge "$when every route into the tunnel is still there" \
    "$(device_routes_of n1 | wc -l) and $(device_routes_of n2 | wc -l) routes, MTU of the way to a pod $(path_mtu)" \
    test "$(device_routes_of n1 | wc -l) $(device_routes_of n2 | wc -l) $(path_mtu)" = "3 3 $expected"
}

all_are() {
  [[ $($2 | sort -u) == "$1" ]] || { printf '%s\n' "$($2 | paste -sd' ')" && return 1; }
}

device_mtus() {
  local node
  for node in "${LAB_NODES[@]}"; do ip -n "$(lab_ns "$node")" -j link show "$WG_DEVICE" | jq '.[0].mtu'; done
}

facts_mtus() {
  local node
  for node in "${LAB_NODES[@]}"; do jq .podMtu "$LAB_DIR/$node/run/azwg/node.json"; done
}

pod_mtus() {
  local pod
  for pod in $(pods_of); do in_pod "$pod" cat /sys/class/net/eth0/mtu; done
  for pod in $(pods_of); do
    ip -n "$(lab_ns "${POD_NODE[$pod]}")" -j link show dev \
      "$(ip -n "$(lab_ns "${POD_NODE[$pod]}")" -j route get "${POD_ADDRESS[$pod]}" | jq -r '.[0].dev')" | jq '.[0].mtu'
  done
}

# What the node's kernel cuts to on the way to a pod on another node.
path_mtu() {
  local device
  device=$(on_node n1 ip -j route get "${POD_ADDRESS[n2p1]}" | jq -r '.[0].dev')
  ip -n "$(lab_ns n1)" -j link show "$device" | jq '.[0].mtu'
}

end_run() {
  local status=$?
  if ((status != 0)) && [[ -n $LAB_ID ]]; then
    say "the run is void${failed_at:+: $failed_at}"
    keep_evidence mtu-matrix-failure
  fi
  lab_destroy
  exit "$status"
}

main() {
  case ${1:-} in
    '') ;;
    --small) UDP_SIZES=$FEW_UDP_SIZES ;;
    -h | --help)
      usage
      return
      ;;
    *) die "unknown argument: $1 (see --help)" ;;
  esac
  "$AZWG_ROOT/scripts/setup.sh" --for lab
  use_jdk25
  ensure_executables
  set -o errtrace
  trap 'failed_at="${FUNCNAME[0]:-mtu-matrix.sh} line $LINENO: $BASH_COMMAND"' ERR
  start_mesh
  printf '%s WireGuard\n' "$(device_implementation n1)"
  say "networks of 1500 and of 1400"
  check_networks
  say "ICMP filtered"
  check_filtered
  say "the NICs' MTU changes"
  check_live_changes
  print_matrix
  ((VERDICT_FAILED == 0)) || keep_evidence mtu-matrix-failure
  trap - ERR
  lab_destroy
  verdict_summary
}

main "$@"
