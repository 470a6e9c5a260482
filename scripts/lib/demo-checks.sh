# What the demo shows, one function per claim; each prints its lines of the verdict. Needs the lab's libraries,
# traffic.sh, capture.sh, route-clock.sh and verdict.sh.
# shellcheck shell=bash

# Pods with the times of their ADD, for the last table: "POD NODE ADDRESS ADD-MS KNOWN-MS".
POD_TIMES=()

# Attaches a pod and notes how long ADD took and when the last peer could send to it.
attach_pod() {
  local node=$1 pod=$2 slowest add_ms known_ms
  pod_add "$node" "$pod" || return 1
  add_ms=$(us_as_ms $((ADD_RETURNED_US - ADD_STARTED_US)))
  known_ms=never
  if [[ -n ${WATCHER_PID[$node]:-} ]] &&
    wait_until 10 "the peers of $node to know pod $pod" peers_know "$node" "${POD_ADDRESS[$pod]}"; then
    slowest=$(slowest_peer_us "$node" "${POD_ADDRESS[$pod]}" "$ADD_STARTED_US") &&
      known_ms=$(us_as_ms $((slowest - ADD_RETURNED_US)))
  fi
  POD_TIMES+=("$pod $node ${POD_ADDRESS[$pod]} $add_ms $known_ms")
  [[ $known_ms != never || -z ${WATCHER_PID[$node]:-} ]]
}

check_conflist() {
  local node=${LAB_NODES[0]} before after
  before=$(jq -r '[.cniVersion, .name, (.plugins[] | tojson)] | .[]' "$AZWG_ROOT/scripts/cni/10-azure.conflist")
  after=$(jq -r '[.cniVersion, .name, (.plugins[] | select(.type != "azwg") | tojson)] | .[]' \
    "$(node_conflist_dir "$node")/10-azure.conflist")
  same_lines "the plugin list is Azure's own with azwg last" \
    "$(jq -r '"cniVersion \(.cniVersion): \([.plugins[].type] | join(", "))"' "$(node_conflist_dir "$node")/10-azure.conflist")" \
    "$before" "$after"
}

# The last plugin must hand on what azure-vnet printed.
check_results() {
  local pod expected actual='' wanted=''
  for pod in $(pods_of); do
    expected='{"cniVersion":"0.3.0","interfaces":[{"name":"eth0"}],"ips":[{"version":"4","address":"'${POD_ADDRESS[$pod]}'/16","gateway":"'$VNET_GATEWAY'"}],"routes":[{"dst":"0.0.0.0/0","gw":"'$VNET_GATEWAY'"}],"dns":{"nameservers":["168.63.129.16"]}}'
    wanted+=$(jq -cS . <<<"$expected")$'\n'
    actual+=$(jq -cS . "$LAB_DIR/${POD_NODE[$pod]}/$pod.json")$'\n'
  done
  same_lines "ADD prints azure-vnet's result unchanged" "$(pods_of | wc -l) pods" "$wanted" "$actual"
}

# The allowed IPs that others must have for a node: its own address and its pods', sorted.
expected_allowed_ips() {
  local pod
  {
    printf '%s/32\n' "${NODE_ADDRESS[$1]}"
    for pod in $(pods_of "$1"); do printf '%s/32\n' "${POD_ADDRESS[$pod]}"; done
  } | sort | paste -sd,
}

check_peers() {
  local node other expected actual endpoint handshake allowed oldest age
  for node in "${LAB_NODES[@]}"; do
    expected='' actual='' oldest=0
    for other in "${LAB_NODES[@]}"; do
      [[ $other == "$node" ]] || expected+="peer at ${NODE_ADDRESS[$other]} allows $(expected_allowed_ips "$other")"$'\n'
    done
    while read -r endpoint handshake _ _ allowed; do
      actual+="peer at $endpoint allows $(tr ',' '\n' <<<"$allowed" | sort | paste -sd,)"$'\n'
      age=$(($(date +%s) - handshake))
      ((age <= oldest)) || oldest=$age
    done < <(peers_of "$node")
    same_lines "wg show on $node: each other node is a peer with its own and its pods' addresses" \
      "$(peers_of "$node" | wc -l) peers, $(peers_of "$node" | awk '{ n += split($5, a, ",") } END { print n }') allowed IPs" \
      "${expected%$'\n'}" "${actual%$'\n'}"
    # WireGuard makes a new session after 120 s of use and drops one after 180.
    judge "$node has a recent handshake with each peer" \
      "$( ((oldest < EPOCHSECONDS / 2)) && printf 'the older is %d s ago' "$oldest" || printf 'with one there was none')" \
      test "$oldest" -le 180
  done
}

check_routes() {
  local node other pod devices throws
  for node in "${LAB_NODES[@]}"; do
    devices='' throws=''
    for other in "${LAB_NODES[@]}"; do
      [[ $other == "$node" ]] || devices+=${NODE_ADDRESS[$other]}$'\n'
    done
    for pod in $(pods_of); do
      if [[ ${POD_NODE[$pod]} == "$node" ]]; then
        throws+=${POD_ADDRESS[$pod]}$'\n'
      else
        devices+=${POD_ADDRESS[$pod]}$'\n'
      fi
    done
    same_lines "table $WG_TABLE on $node: each remote pod and node goes into the tunnel" \
      "$(device_routes_of "$node" | wc -l) routes" "${devices%$'\n'}" "$(device_routes_of "$node")"
    # The node's own address may be thrown too: it is local.
    same_lines "table $WG_TABLE on $node: each local pod is left to the main table" \
      "$(throw_routes_of "$node" | wc -l) throw routes" "${throws%$'\n'}" \
      "$(throw_routes_of "$node" | grep -vxF "${NODE_ADDRESS[$node]}")"
  done
}

check_reach() {
  local from to answer total=0 losses=() slowest=0
  while read -r from to; do
    total=$((total + 1))
    if answer=$(ping_all pod "$from" "${POD_ADDRESS[$to]}" 3); then
      slowest=$(printf '%s\n%s\n' "$slowest" "$answer" | sort -g | tail -n 1)
    else
      losses+=("$answer")
    fi
  done < <(every_pair)
  judge "${1:-every pod reaches every other pod}" \
    "$((total - ${#losses[@]})) of $total pairs, slowest average $slowest ms${losses[0]:+; ${losses[*]}}" \
    test "${#losses[@]}" = 0 -a "$total" -gt 0
}

# Sends a burst between all places on different nodes, with a text in it to look for.
send_burst() {
  local from to node other failed=0
  local options=(5 -s 512 -p "$PAYLOAD_HEX")
  while read -r from to; do
    ping_all pod "$from" "${POD_ADDRESS[$to]}" "${options[@]}" >/dev/null || failed=$((failed + 1))
  done < <(every_pair cross)
  for node in "${LAB_NODES[@]}"; do
    for other in "${LAB_NODES[@]}"; do
      [[ $node != "$other" ]] || continue
      ping_all node "$node" "${NODE_ADDRESS[$other]}" "${options[@]}" >/dev/null || failed=$((failed + 1))
      to=$(pods_of "$other" | head -n 1)
      ping_all node "$node" "${POD_ADDRESS[$to]}" "${options[@]}" >/dev/null || failed=$((failed + 1))
    done
  done
  return "$failed"
}

check_wire() {
  local failed=0 tunnel clear texts
  capture_start burst
  send_burst || failed=$?
  capture_stop burst
  tunnel=$(capture_count burst "$CAPTURE_NODES and udp port $WG_PORT")
  clear=$(capture_count burst "$CAPTURE_NODES and not udp port $WG_PORT")
  texts=$(capture_find burst "$PAYLOAD_TEXT")
  judge "pod to pod, node to node and node to pod all answer during the capture" "$failed places without an answer" \
    test "$failed" = 0
  judge "between nodes there is only UDP $WG_PORT" \
    "$tunnel packets of it, $clear others, $(capture_count burst arp) ARP aside" \
    test "$clear" = 0 -a "$tunnel" -gt 0
  judge "what pods say is nowhere on the wire" "the text they sent occurs $texts times in the capture" test "$texts" = 0
}

tunnel_bytes() {
  on_node "$1" wg show "$WG_DEVICE" transfer | awk '{ n += $2 + $3 } END { print n + 0 }'
}

# Handshakes and keepalives may pass at any time: at most 148 + 92 + 32 bytes for a peer, far below one ping of these, and on a
# slow machine the keepalives of the time that it takes: 32 bytes every 25 seconds, counted on both ends of each of six ways.
check_same_node() {
  local from to node before=0 after=0 sent=0 failed=0 clear data allowed started=$EPOCHSECONDS
  local size=1200 count=20
  capture_start local
  for node in "${LAB_NODES[@]}"; do before=$((before + $(tunnel_bytes "$node"))); done
  while read -r from to; do
    ping_all pod "$from" "${POD_ADDRESS[$to]}" $count -s $size -p "$PAYLOAD_HEX" >/dev/null || failed=$((failed + 1))
    sent=$((sent + count * size))
  done < <(every_pair same)
  for node in "${LAB_NODES[@]}"; do after=$((after + $(tunnel_bytes "$node"))); done
  capture_stop local
  allowed=$((size + 32 * 2 * 6 * (EPOCHSECONDS - started) / 25))
  clear=$(capture_count local "$CAPTURE_NODES and not udp port $WG_PORT")
  # A WireGuard data message (type 4) that carries something: its UDP length is over the 8 + 32 of a keepalive.
  data=$(capture_count local "udp port $WG_PORT and udp[8] = 4 and udp[4:2] > 40")
  judge "pods of one node reach each other" "$failed pairs failed" test "$failed" = 0 -a "$sent" -gt 0
  judge "traffic within a node is on no wire" "$sent bytes sent; $clear clear packets, $data tunnel packets with data" \
    test "$clear" = 0 -a "$data" = 0
  judge "traffic within a node does not enter the tunnel" "$sent bytes sent; the devices' counters moved by $((after - before))" \
    test $((after - before)) -lt "$allowed"
}

check_mtu() {
  local from to mtu
  read -r from to < <(every_pair cross)
  mtu=$(in_pod "$from" cat /sys/class/net/eth0/mtu)
  # 28: headers of IPv4 and ICMP.
  judge "a packet as large as the pod's MTU passes the tunnel in one piece" "MTU $mtu, sent with DF" \
    ping_all_quiet pod "$from" "${POD_ADDRESS[$to]}" 3 -M "do" -s $((mtu - 28))
  judge "the pods' MTU leaves room for the tunnel on Azure" "$mtu, at most 1340" test "$mtu" -le 1340
}

ping_all_quiet() {
  ping_all "$@" >/dev/null
}

# Azure's own service address must stay outside the tunnel.
check_exempt() {
  local node devices=''
  for node in "${LAB_NODES[@]}"; do
    devices+="$(on_node "$node" ip -j route get 168.63.129.16 | jq -r '.[0].dev') "
  done
  judge "168.63.129.16 stays outside the tunnel" "it leaves by: ${devices% }" test "$devices" = "eth0 eth0 eth0 "
}

check_deleted_pod() {
  local node=$1 pod=$2 address=${POD_ADDRESS[$2]} started gone=yes
  record_has "$node" "$address" || fail "the record of $node holds $address before the pod is deleted" "it does not"
  started=$(now_us)
  pod_del "$pod" || fail "DEL of pod $pod" "it failed"
  wait_until 10 "the record of $node to lose $address" record_lacks "$node" "$address" || gone=no
  judge "a deleted pod's address leaves its node's record" "$address of $node" test $gone = yes
  wait_until 10 "the peers to forget $address" peers_forgot "$node" "$address" || gone=no
  judge "a deleted pod's address leaves every peer's allowed IPs and table" \
    "$(us_as_ms $(($(now_us) - started))) ms after DEL began, polled every 20 ms" test $gone = yes

  # Azure hands a released address out again at once.
  if attach_pod "$node" "$pod-again"; then
    judge "the next pod, given the same address at once, is served" "$address again" \
      test "${POD_ADDRESS[$pod-again]}" = "$address"
  else
    fail "the next pod, given the same address at once, is served" "peers do not know it"
  fi
}

# A pod that comes while no watcher runs. STATUS is what the watcher must exit with: 0 on SIGTERM, 137 when killed.
check_watcher_away() {
  local node=$1 pod=$2 signal=$3 expected=$4 status=0 from known=no reached=0 others=0 started
  watcher_stop "$node" "$signal" || status=$?
  judge "the watcher of $node ends on SIG$signal" "exit status $status" test "$status" = "$expected"

  from=$(pods_of "${LAB_NODES[0]}" | head -n 1)
  judge "the tunnel of $node carries on without its watcher" "from pod $from" \
    ping_all_quiet pod "$from" "${POD_ADDRESS[$(pods_of "$node" | head -n 1)]}" 3
  attach_pod "$node" "$pod" || fail "ADD of pod $pod without a watcher" "it failed"
  judge "a pod is added without a watcher, and no peer knows it yet" "ADD took $(us_as_ms $((ADD_RETURNED_US - ADD_STARTED_US))) ms" \
    peers_forgot "$node" "${POD_ADDRESS[$pod]}"

  started=$(now_us)
  watcher_start "$node" || fail "the watcher of $node starts again" "it does not"
  wait_until 10 "the peers to know pod $pod" peers_know "$node" "${POD_ADDRESS[$pod]}" && known=yes
  judge "once the watcher is back, every peer knows the pod" \
    "$(us_as_ms $(($(now_us) - started))) ms after its start, polled every 20 ms" test $known = yes
  for from in $(pods_of); do
    [[ $from != "$pod" ]] || continue
    others=$((others + 1))
    ping_all_quiet pod "$from" "${POD_ADDRESS[$pod]}" 3 && reached=$((reached + 1))
  done
  judge "every pod reaches the pod that was added without a watcher" "$reached of $others" test "$reached" = "$others"
}
