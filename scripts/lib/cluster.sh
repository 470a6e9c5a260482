# A Kubernetes cluster on the emulated VNet: a control plane in the fabric, and nodes with containerd 2, kubelet and kube-proxy,
# whose pods get their addresses by Azure's list of plugins. Needs common.sh, tools.sh, lab.sh (LAB_BASE on a disk),
# lab-network.sh, lab-kubernetes.sh.
#
# Everything that belongs to a cluster carries its name: namespaces azwg-NAME-*, control groups azwg-NAME-*, and the directory
# $LAB_BASE/NAME.
# shellcheck shell=bash
# shellcheck disable=SC2004 # arrays of lab-network.sh with names for keys

# For the caller to set.
CLUSTER_PROXY=nftables CLUSTER_NNC=yes
# Images that each node has, as files.
CLUSTER_IMAGES=()

# Per node the process that holds it from outside: the node ends with it.
declare -A CLUSTER_UNSHARE=()
# shellcheck disable=SC2034 # for lab-network.sh
NODE_NAMESPACES=(--mount --net --pid --uts)

readonly DEBIAN_CNI=/usr/lib/cni

# cluster_create NAME: sets LAB_ID and LAB_DIR. The cluster is removed when this shell exits.
cluster_create() {
  local name=$1
  [[ $name =~ ^[a-z][a-z0-9]{0,7}$ ]] || die "a cluster's name has 1 to 8 small letters and digits, and begins with a letter: '$name'"
  require_root
  cluster_remove_dead
  mkdir -p "$LAB_BASE"
  chmod 700 "$LAB_BASE"
  mkdir -m 700 "$LAB_BASE/$name" 2>/dev/null ||
    die "there is a cluster $name already: scripts/cluster.sh down --name $name removes it"
  LAB_ID=$name
  LAB_DIR=$LAB_BASE/$name
  printf '%d %s\n' $$ "$(process_start_time $$)" >"$LAB_DIR/owner"
  trap cluster_destroy EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# What clusters left whose maker was killed.
cluster_remove_dead() {
  local dir name
  for dir in "$LAB_BASE"/*/; do
    [[ -d $dir ]] || continue
    name=$(basename "$dir")
    if [[ -s $dir/owner ]] && ! lab_owner_lives "$name"; then
      say "removing cluster $name, left by a run that was killed"
      cluster_remove "$name"
    fi
  done
}

# cluster_remove NAME: nodes first, each with all its processes; then what is in the fabric, namespaces, control groups, disks.
cluster_remove() {
  local name=$1 dir=$LAB_BASE/$1 file node
  for file in "$dir"/n*/holder; do
    [[ -s $file ]] || continue
    cluster_end_holder "$file"
  done
  for file in "$dir"/n*/; do
    [[ ! -d $file ]] || {
      node=$(basename "$file")
      "$AZWG_ROOT/scripts/lib/cluster-node.sh" remove "azwg-$name-$node"
    }
  done
  lab_remove "$name"
}

# cluster_end_holder FILE: the process that FILE names with its start time, unless that number is another one's by now.
cluster_end_holder() {
  local pid started
  read -r pid started <"$1" || return 0
  if [[ $(process_start_time "$pid" || true) == "$started" ]]; then
    kill -s KILL "$pid" 2>/dev/null || true
    wait_until 20 "process $pid to end" process_ended "$pid" || true
  fi
}

# The EXIT trap. Signals are ignored meanwhile: a second Ctrl-C must not leave half of it.
cluster_destroy() {
  local status=$?
  [[ -n $LAB_ID ]] || return "$status"
  trap '' INT TERM HUP
  say "removing cluster $LAB_ID"
  cluster_remove "$LAB_ID"
  LAB_ID=''
  trap - INT TERM HUP
  return "$status"
}

# cluster_start COUNT: returns when all nodes are ready for pods.
cluster_start() {
  local count=$1 number node pids=()
  lab_add_fabric
  say "control plane of Kubernetes $(cat "$(kubernetes_dir)/VERSION")"
  lab_start_api_server
  lab_api_part controllers
  lab_api_part scheduler
  [[ -z $CLUSTER_NNC ]] || lab_api_pool_kind >>"$LAB_DIR/api/apply.log"
  for ((number = 1; number <= count; number++)); do
    cluster_add_node "$number"
  done
  say "$count nodes: containerd, kubelet, kube-proxy ($CLUSTER_PROXY)"
  for node in "${LAB_NODES[@]}"; do
    cluster_node_images "$node" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || die "a node did not take its images: see $LAB_DIR/*/import.log"
  done
  for node in "${LAB_NODES[@]}"; do
    cluster_node_joins "$node"
  done
}

# cluster_node_joins NODE: starts what makes it a node; returns when it is ready for pods.
cluster_node_joins() {
  local node=$1
  cluster_background "$node" kubelet
  cluster_background "$node" proxy
  wait_until 60 "node $node to be there" lab_kubectl get node "$node"
  # The label by which azwg's manifests for AKS know a node of AKS.
  lab_kubectl label node "$node" --overwrite kubernetes.azure.com/cluster=test >>"$LAB_DIR/api/apply.log"
  [[ -z $CLUSTER_NNC ]] || lab_api_pool "$node" "${node#n}"
  wait_until 90 "node $node to be ready" node_is_ready "$node"
}

node_is_ready() {
  lab_kubectl wait --for=condition=Ready "node/$1" --timeout 2s
}

# cluster_add_node NUMBER: its network, its disk, its list of CNI plugins, its containerd.
cluster_add_node() {
  local node=n$1
  LAB_NODES+=("$node")
  mkdir -p "$LAB_DIR/$node"
  lab_add_nic "$1"
  "$AZWG_ROOT/scripts/lib/control-plane.sh" node "$LAB_DIR/api" "$node" "${NODE_ADDRESS[$node]}"
  cluster_boot_node "$1"
}

# cluster_boot_node NUMBER: as a machine that is switched on, with what is on its disk.
cluster_boot_node() {
  local number=$1 node=n$1 dir=$LAB_DIR/n$1
  cat >"$dir/settings" <<SETTINGS
ADDRESS=${NODE_ADDRESS[$node]}
CONTROL_PLANE=$LAB_DIR/api
PROGRAMS=$(tool_dir containerd)
KUBERNETES=$(kubernetes_dir)
GROUP=azwg-$LAB_ID-$node
POD_RANGE=$VNET_PREFIX
PROXY=$CLUSTER_PROXY
SETTINGS
  rm -f "$dir/ready"
  nsenter --net="/run/netns/$(lab_ns "$node")" -- setpriv --pdeathsig KILL -- \
    unshare --mount --pid --fork --uts --kill-child -- \
    "$AZWG_ROOT/scripts/lib/cluster-node.sh" hold "$node" "$dir" >"$dir/hold.log" 2>&1 </dev/null &
  CLUSTER_UNSHARE[$node]=$!
  wait_until 10 "node $node to have its own mounts" test -e "$dir/ready" || die "node $node: $(cat "$dir/hold.log")"
  printf '%d %s\n' "${CLUSTER_UNSHARE[$node]}" "$(process_start_time "${CLUSTER_UNSHARE[$node]}")" >"$dir/holder"
  NODE_HOLDER[$node]=$(pgrep -P "${CLUSTER_UNSHARE[$node]}")
  printf '%s\n' "${NODE_HOLDER[$node]}" >"$dir/pid"
  lab_give_pool "$node" "$number"
  on_node "$node" ln -sf "$AZWG_ROOT/scripts/cni/azure-vnet" "$DEBIAN_CNI/portmap" "$DEBIAN_CNI/loopback" /opt/cni/bin/
  # What a reboot leaves as it is: the list, with azwg's entry if that is in it.
  on_node "$node" test -e /etc/cni/net.d/10-azure.conflist || on_node "$node" cp "$AZWG_ROOT/scripts/cni/10-azure.conflist" /etc/cni/net.d
  [[ -n $(cluster_kernel_wireguard) ]] || cluster_background "$node" wireguard-go
  cluster_background "$node" containerd
  wait_until 30 "containerd of $node to answer" cluster_ctr "$node" version || die "$(tail -n 20 "$dir/containerd.log")"
}

# "yes" if this machine's kernel has WireGuard; else userspace WireGuard runs on each node, as a part of it: it outlives the
# watcher's container, as the kernel's device does.
cluster_kernel_wireguard() {
  local ns
  ns=$(lab_ns vnet)
  if ip -n "$ns" link add azwgprobe type wireguard 2>/dev/null; then
    ip -n "$ns" link del azwgprobe
    printf 'yes\n'
  fi
}

# cluster_background NODE PART: runs it on the node until the node ends.
cluster_background() {
  local node=$1 part=$2 dir=$LAB_DIR/$1 ON_NODE
  enter_node "$node"
  if [[ $part == wireguard-go ]]; then
    "${ON_NODE[@]}" "$(tool_path wireguard-go)" --foreground azwg0 >>"$dir/$part.log" 2>&1 </dev/null &
  else
    "${ON_NODE[@]}" "$AZWG_ROOT/scripts/lib/cluster-node.sh" "$part" "$node" "$dir" >>"$dir/$part.log" 2>&1 </dev/null &
  fi
}

cluster_ctr() {
  local node=$1
  shift
  on_node "$node" "$(tool_dir containerd)/ctr" --namespace k8s.io "$@"
}

cluster_node_images() {
  local image
  for image in "${CLUSTER_IMAGES[@]}"; do
    cluster_ctr "$1" images import "$image" >>"$LAB_DIR/$1/import.log" 2>&1 || return 1
  done
}

# cluster_power_off NODE: at once, with all that runs on it; its interface goes. What is on its disk stays.
cluster_power_off() {
  local node=$1
  cluster_end_holder "$LAB_DIR/$node/holder"
  wait "${CLUSTER_UNSHARE[$node]}" 2>/dev/null || true
  ip netns del "$(lab_ns "$node")"
}

# cluster_power_on NODE: returns when the node is ready for pods again.
cluster_power_on() {
  local number=${1#n}
  lab_add_nic "$number"
  cluster_boot_node "$number"
  cluster_node_joins "$1"
}

# cluster_change_proxy MODE: kube-proxy in its other mode, on every node.
cluster_change_proxy() {
  local node
  CLUSTER_PROXY=$1
  for node in "${LAB_NODES[@]}"; do
    sed -i "s/^PROXY=.*/PROXY=$1/" "$LAB_DIR/$node/settings"
    # In the node's own process namespace: it is the only one there.
    on_node "$node" pkill -x kube-proxy
    wait_until 10 "kube-proxy of $node to end" cluster_no_proxy "$node"
    on_node "$node" "$(kubernetes_dir)/kube-proxy" --cleanup >>"$LAB_DIR/$node/proxy.log" 2>&1
    cluster_background "$node" proxy
  done
}

cluster_no_proxy() {
  ! on_node "$1" pgrep -x kube-proxy
}

# cluster_attach NAME: for another shell: what is known of a cluster that is up.
cluster_attach() {
  local dir node
  LAB_DIR=$LAB_BASE/$1
  if [[ ! -e $LAB_DIR/up ]] || ! lab_owner_lives "$1"; then
    die "no cluster $1 is up: scripts/cluster.sh up makes one"
  fi
  LAB_ID=$1
  # shellcheck source=/dev/null
  . "$LAB_DIR/up"
  for dir in "$LAB_DIR"/n*/; do
    node=$(basename "$dir")
    LAB_NODES+=("$node")
    NODE_HOLDER[$node]=$(cat "$dir/pid")
    NODE_ADDRESS[$node]=$(sed -n 's/^ADDRESS=//p' "$dir/settings")
  done
}

# From now on other shells may use it.
cluster_is_up() {
  printf 'AZWG_KUBERNETES=%s\nLAB_API_URL=%s\n' "$AZWG_KUBERNETES" "$LAB_API_URL" >"$LAB_DIR/up"
}
