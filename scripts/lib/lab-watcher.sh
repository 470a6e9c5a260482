# azwg-watcher on the nodes of the lab, and what the nodes' kernels say of its work. Needs lab-network.sh and tools.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # constants for its callers

readonly WG_DEVICE=azwg0 WG_PORT=51820 WG_TABLE=51820

# Set by watcher_start: per node the process of its watcher.
declare -A WATCHER_PID=()
# For the caller to set: options that every watcher gets besides its own, the mesh that a node belongs to if that is not
# the lab's only one, and the executable if that is not the one in AZWG_DIST.
WATCHER_OPTIONS=()
declare -A NODE_MESH=()
WATCHER_PROGRAM=''

# lab_datastore [NODE]: where the nodes of its mesh publish their records.
lab_datastore() {
  local mesh=${NODE_MESH[${1:-none}]:-}
  printf '%s/datastore%s\n' "$LAB_DIR" "${mesh:+-$mesh}"
}

# Sets DATASTORE_OPTIONS: where NODE's watcher finds the records.
datastore_options() {
  local datastore
  if [[ -n ${LAB_API_URL:-} ]]; then
    DATASTORE_OPTIONS=(--datastore kubernetes --api-server "$LAB_API_URL" --api-credentials "$(api_credentials "$1")")
  else
    datastore=$(lab_datastore "$1")
    mkdir -p "$datastore"
    DATASTORE_OPTIONS=(--datastore "directory:$datastore")
  fi
}

# watcher_start NODE: returns when the watcher answers.
watcher_start() {
  local node=$1 ON_NODE DATASTORE_OPTIONS
  datastore_options "$node"
  enter_node "$node"
  "${ON_NODE[@]}" setpriv --pdeathsig KILL -- "${WATCHER_PROGRAM:-$AZWG_DIST/azwg-watcher}" run --node "$node" \
    "${DATASTORE_OPTIONS[@]}" --root "$LAB_DIR/$node" --userspace "$(tool_path wireguard-go)" \
    "${WATCHER_OPTIONS[@]}" >>"$LAB_DIR/$node/watcher.log" 2>&1 </dev/null &
  WATCHER_PID[$node]=$!
  if ! wait_until 15 "the watcher of $node to answer" watcher_answers "$node"; then
    tail -n 20 "$LAB_DIR/$node/watcher.log" | sed "s/^/    $node: /" >&2
    return 1
  fi
}

watcher_answers() {
  on_node "$1" "${WATCHER_PROGRAM:-$AZWG_DIST/azwg-watcher}" status --root "$LAB_DIR/$1"
}

# watcher_stop NODE SIGNAL: ends the watcher alone; the tunnel stays. Returns its exit status.
watcher_stop() {
  local pid=${WATCHER_PID[$1]} status=0
  kill -s "$2" "$pid"
  wait "$pid" 2>/dev/null || status=$?
  unset "WATCHER_PID[$1]"
  return "$status"
}

# What a cluster has before the watcher starts: Azure's list, and the plugin beside Azure's own.
node_install_plugin() {
  local node=$1 dir
  dir=$(node_conflist_dir "$node")
  mkdir -p "$dir"
  cp "$AZWG_ROOT/scripts/cni/10-azure.conflist" "$dir"
  "$AZWG_DIST/azwg-watcher" install --root "$LAB_DIR/$node" --from "$AZWG_DIST/azwg" >>"$LAB_DIR/$node/install.log"
}

# The runtime calls azwg from now on: the watcher has entered it into the list.
node_serves_pods() {
  jq -e '.plugins[-1].type == "azwg"' "$(node_conflist_dir "$1")/10-azure.conflist"
}

# "kernel" or "userspace": what carries the node's tunnel.
device_implementation() {
  if ip -n "$(lab_ns "$1")" -j -details link show $WG_DEVICE | jq -e '.[0].linkinfo.info_kind == "wireguard"' >/dev/null; then
    printf 'kernel\n'
  else
    printf 'userspace\n'
  fi
}

# The peers of a node, one a line: ENDPOINT-ADDRESS HANDSHAKE(seconds since 1970, 0: never) RECEIVED SENT ALLOWED,IPS
peers_of() {
  on_node "$1" wg show $WG_DEVICE dump |
    awk -F'\t' 'NR > 1 { sub(/:[0-9]+$/, "", $3); print $3, $5, $6, $7, $4 }'
}

has_peers() {
  [[ $(peers_of "$1" | wc -l) == "$2" ]]
}

# allows NODE ADDRESS: a peer's allowed IPs hold the address. Reads to the end: a reader that leaves early ends the writer, and
# with pipefail that looks like "no".
allows() {
  [[ $(on_node "$1" wg show $WG_DEVICE allowed-ips | grep -cwF "$2/32") != 0 ]]
}

has_device_route() {
  [[ $(device_routes_of "$1" | grep -cxF "$2") != 0 ]]
}

# node_knows NODE ADDRESS: a peer's allowed IPs hold the address and the table routes it into the tunnel.
node_knows() {
  allows "$@" && has_device_route "$@"
}

node_forgot() {
  ! allows "$@" && ! has_device_route "$@"
}

peers_know() {
  local node
  for node in "${LAB_NODES[@]}"; do
    [[ $node == "$1" ]] || node_knows "$node" "$2" || { printf '%s does not know %s\n' "$node" "$2" && return 1; }
  done
}

peers_forgot() {
  local node
  for node in "${LAB_NODES[@]}"; do
    [[ $node == "$1" ]] || node_forgot "$node" "$2" || { printf '%s still knows %s\n' "$node" "$2" && return 1; }
  done
}

# Destinations in the WireGuard table that go into the device, one a line.
device_routes_of() {
  ip -n "$(lab_ns "$1")" route show table $WG_TABLE 2>/dev/null | awk -v device=$WG_DEVICE \
    '$1 != "throw" { for (i = 2; i < NF; i++) if ($i == "dev" && $(i + 1) == device) print $1 }'
}

throw_routes_of() {
  ip -n "$(lab_ns "$1")" route show table $WG_TABLE type throw 2>/dev/null | awk '{ print $2 }'
}

# The node's own record, as JSON.
record_of() {
  if [[ -n ${LAB_API_URL:-} ]]; then
    lab_kubectl get wireguardpeers "$1" -o json
  else
    cat "$(lab_datastore "$1")"/*"$1"*.json
  fi
}

# Does the node's own record in the datastore hold the address?
record_has() {
  local record
  record=$(record_of "$1") || return 1
  jq -e --arg address "$2" 'any(.. | strings; . == $address or . == $address + "/32")' <<<"$record" >/dev/null
}

record_lacks() {
  ! record_has "$@"
}
