# Pods of the lab, attached as a container runtime does it: cnitool runs the node's conflist. Needs lab-network.sh and
# tools.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # sets variables for its callers

# Where Debian's containernetworking-plugins are.
readonly DEBIAN_CNI_DIR=/usr/lib/cni

# Set by pod_add: per pod its node and address.
declare -A POD_NODE=() POD_ADDRESS=()

# The directory with the plugins of the lab's chain that Debian does not have.
lab_plugin_dir() {
  local dir=$LAB_DIR/cni-bin
  if [[ ! -d $dir ]]; then
    mkdir "$dir"
    ln -s "$AZWG_ROOT/scripts/cni/azure-vnet" "$AZWG_DIST/azwg" "$dir"
  fi
  printf '%s\n' "$dir"
}

node_conflist_dir() {
  printf '%s/%s/etc/cni/net.d\n' "$LAB_DIR" "$1"
}

# run_cni NODE add|del NETNS-PATH POD
run_cni() {
  local node=$1 verb=$2 netns=$3 pod=$4
  on_node "$node" env "CNI_PATH=$(lab_plugin_dir):$DEBIAN_CNI_DIR" "NETCONFPATH=$(node_conflist_dir "$node")" \
    "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=demo;K8S_POD_NAME=$pod;K8S_POD_INFRA_CONTAINER_ID=$pod;K8S_POD_UID=uid-$pod" \
    CNI_IFNAME=eth0 "$(tool_path cnitool)" "$verb" azure "$netns"
}

# pod_add NODE POD: a network namespace for the pod, and ADD. Sets POD_NODE, POD_ADDRESS; leaves the result in
# $LAB_DIR/NODE/POD.json, and in ADD_STARTED_US and ADD_RETURNED_US when the call began and ended.
pod_add() {
  local node=$1 pod=$2 ns result=$LAB_DIR/$1/$2.json
  ns=$(lab_ns "$pod")
  ip netns add "$ns"
  ip -n "$ns" link set lo up
  ADD_STARTED_US=$(now_us)
  # In a subshell: a trap that runs meanwhile must not speak into these files.
  if ! (run_cni "$node" add "/run/netns/$ns" "$pod") >"$result" 2>"$result.err"; then
    say "ADD of pod $pod on $node failed: $(cat "$result" "$result.err")"
    return 1
  fi
  ADD_RETURNED_US=$(now_us)
  POD_NODE[$pod]=$node
  POD_ADDRESS[$pod]=$(jq -r '.ips[0].address | split("/")[0]' "$result")
}

# pod_del POD: DEL, then the namespace goes, as a runtime does it.
pod_del() {
  local pod=$1 ns
  ns=$(lab_ns "$pod")
  run_cni "${POD_NODE[$pod]}" del "/run/netns/$ns" "$pod" || return 1
  ip netns del "$ns"
  unset "POD_NODE[$pod]" "POD_ADDRESS[$pod]"
}

in_pod() {
  local pod=$1
  shift
  ip netns exec "$(lab_ns "$pod")" "$@"
}

# The pods of a node, or of all nodes, in a fixed order.
pods_of() {
  local pod
  for pod in "${!POD_NODE[@]}"; do
    [[ -n ${1:-} && ${POD_NODE[$pod]} != "$1" ]] || printf '%s\n' "$pod"
  done | sort
}
