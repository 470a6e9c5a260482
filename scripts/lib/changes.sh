# Changes of a mesh, as they happen in a cluster: one function each, over the nodes it is given. Each returns when the change
# has arrived everywhere. They print nothing. Needs the lab's libraries, route-clock.sh, and for the nodes of another mesh
# than the lab's first that LAB_NODES are its nodes while they run.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # uses and sets variables of its callers

readonly CHANGE_PATIENCE_S=20

# change_add COUNT NODE...: COUNT pods on each node, by cnitool.
change_add() {
  local count=$1 node index pod
  shift
  for node in "$@"; do
    for ((index = 1; index <= count; index++)); do
      pod_add "$node" "$node-new$index"
    done
  done
  for node in "$@"; do
    for pod in $(new_pods_of "$node"); do
      wait_until $CHANGE_PATIENCE_S "the peers to know $pod" peers_know "$node" "${POD_ADDRESS[$pod]}"
    done
  done
}

# What must be so before the change can be tried, also for another time.
before_change_add() {
  change_delete "$@"
}

# change_delete COUNT NODE...: the pods of change_add go.
change_delete() {
  local node pod gone=() entry
  shift
  for node in "$@"; do
    for pod in $(new_pods_of "$node"); do
      gone+=("$node ${POD_ADDRESS[$pod]}")
      pod_del "$pod"
    done
  done
  for entry in "${gone[@]}"; do
    # shellcheck disable=SC2086 # node and address
    wait_until $CHANGE_PATIENCE_S "the peers to forget $entry" peers_forgot $entry
  done
}

before_change_delete() {
  [[ -n $(new_pods_of "${@: -1}") ]] || change_add "$@"
}

new_pods_of() {
  pods_of "$1" | sed -n '/-new/p'
}

# change_move COUNT FROM TO: an address goes from one node to another, DEL there and ADD here at once, there and back COUNT times.
change_move() {
  local count=$1 from=$2 to=$3 turn address swap
  pod_add "$from" "$from-mover0"
  address=${POD_ADDRESS[$from-mover0]}
  wait_until $CHANGE_PATIENCE_S "the peers to know $address" peers_know "$from" "$address"
  for ((turn = 1; turn <= 2 * count; turn++)); do
    pod_del "$2-mover$((turn - 1))"
    move_address "$from" "$to" "$address"
    pod_add "$to" "$2-mover$turn"
    [[ ${POD_ADDRESS[$2-mover$turn]} == "$address" ]] || die "the address did not move"
    wait_until $CHANGE_PATIENCE_S "the peers to know $address on $to" peers_know "$to" "$address"
    swap=$from from=$to to=$swap
  done
  pod_del "$2-mover$((2 * count))"
  wait_until $CHANGE_PATIENCE_S "the peers to forget $address" peers_forgot "$from" "$address"
}

# What the cloud does: the address is the other node's from now on. It is the next one that the node hands out.
move_address() {
  local from=$1 to=$2 address=$3 pool
  pool=$(on_node "$from" grep -vF "$address/" /run/azure-vnet-lab/pool)
  on_node "$from" tee /run/azure-vnet-lab/pool <<<"$pool" >/dev/null
  pool=$(on_node "$to" cat /run/azure-vnet-lab/pool)
  on_node "$to" tee /run/azure-vnet-lab/pool <<<"$address/${VNET_PREFIX#*/} $VNET_GATEWAY"$'\n'"$pool" >/dev/null
  ip -n "$(lab_ns vnet)" route replace "$address/32" via "${NODE_ADDRESS[$to]}" dev br0
}

# change_restart SIGNAL NODE...: each watcher ends and starts, one after another.
change_restart() {
  local signal=$1 node
  shift
  for node in "$@"; do
    watcher_stop "$node" "$signal" || true
    watcher_start "$node"
  done
}

# change_upgrade NODE...: both executables are replaced by rename, as a package does it, then the watcher restarts. All nodes
# share the file of the watcher: the others go on with the one that has no name any more.
change_upgrade() {
  local node
  for node in "$@"; do
    cp "$AZWG_DIST/azwg-watcher" "$WATCHER_PROGRAM.new"
    mv -T "$WATCHER_PROGRAM.new" "$WATCHER_PROGRAM"
    on_node "$node" "$WATCHER_PROGRAM" install --root "$LAB_DIR/$node" --from "$AZWG_DIST/azwg" >>"$LAB_DIR/$node/install.log"
    change_restart TERM "$node"
    [[ /proc/${WATCHER_PID[$node]}/exe -ef $WATCHER_PROGRAM ]] || die "$node does not run the new executable"
  done
}

# change_key NODE: it loses key and device, so it comes back as a stranger.
change_key() {
  local node=$1
  watcher_stop "$node" TERM || true
  rm "$LAB_DIR/$node/var/lib/azwg/private.key"
  ip -n "$(lab_ns "$node")" link del "$WG_DEVICE"
  CHANGE_SINCE_US=$(now_us)
  watcher_start "$node"
  wait_until $CHANGE_PATIENCE_S "$node to be in the mesh again" pairs_of_use_the_tunnel "$node"
}

# change_endpoint NODE: it gets another address, as a NIC that is attached anew; the next time it gets the first one back. Its
# pods keep theirs.
change_endpoint() {
  local node=$1 ns fabric old=${NODE_ADDRESS[$1]} new mac route
  ns=$(lab_ns "$node") fabric=$(lab_ns vnet)
  new=${old%.*}.$(((${old##*.} + 100) % 200))
  mac=$(ip netns exec "$ns" cat /sys/class/net/eth0/address)
  CHANGE_SINCE_US=$(now_us)
  ip -n "$ns" -batch - <<COMMANDS
addr flush dev eth0
addr add $new/${VNET_PREFIX#*/} dev eth0
route add default via $VNET_GATEWAY
COMMANDS
  {
    printf 'neigh replace %s lladdr %s dev br0 nud permanent\n' "$new" "$mac"
    for route in $(ip -n "$fabric" route show via "$old" | awk '{ print $1 }'); do
      printf 'route replace %s via %s dev br0\n' "$route" "$new"
    done
    printf 'neigh del %s dev br0\n' "$old"
  } | ip -n "$fabric" -batch -
  NODE_ADDRESS["$node"]=$new
  wait_until $CHANGE_PATIENCE_S "the peers to send to $new" peers_send_to "$node"
  wait_until $CHANGE_PATIENCE_S "$node to be in the mesh again" pairs_of_use_the_tunnel "$node"
}

peers_send_to() {
  local other
  for other in "${LAB_NODES[@]}"; do
    [[ $other == "$1" || $(peers_of "$other" | grep -c "^${NODE_ADDRESS[$1]} ") == 1 ]] || return 1
  done
}

# A pod of the node is known everywhere, and one of each other node on it.
pairs_of_use_the_tunnel() {
  local pod
  for pod in $(pods_of "$1"); do
    peers_know "$1" "${POD_ADDRESS[$pod]}" || return 1
  done
  for pod in $(pods_of); do
    [[ " ${LAB_NODES[*]} " != *" ${POD_NODE[$pod]} "* || ${POD_NODE[$pod]} == "$1" ]] ||
      node_knows "$1" "${POD_ADDRESS[$pod]}" || { printf '%s does not know %s\n' "$1" "$pod" && return 1; }
  done
}

# published_us NODE SINCE: when the node first published its record after SINCE, by its watcher's log.
published_us() {
  local stamp us
  while read -r stamp; do
    us=$(date -d "$stamp" +%s%6N)
    ((us < $2)) || { printf '%s\n' "$us" && return; }
  done < <(sed -n 's/^time=\([^ ]*\) .*msg="record published".*/\1/p' "$LAB_DIR/$1/watcher.log")
  return 1
}
