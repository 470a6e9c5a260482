# The emulated VNet: fabric, nodes, pods. Needs common.sh, lab.sh and lab_create.
#
# The fabric is a namespace with a bridge whose ports are isolated, so that every frame passes through it: it answers
# ARP itself for every address of the VNet, as Azure's fabric does (no node ever sees another node's ARP), and it routes
# each address to the node that has it.
# shellcheck shell=bash

readonly VNET_PREFIX=10.240.0.0/16 VNET_GATEWAY=10.240.0.1
# Azure's fabric shows one MAC address for everything.
readonly FABRIC_MAC=12:34:56:78:9a:bc
# Pod addresses that a node has been given, as secondary addresses of its NIC are.
readonly POOL_SIZE=${POOL_SIZE:-8}

# Set by lab_add_node: the nodes in order, and per node its address and the process that holds its mount namespace.
LAB_NODES=()
declare -A NODE_ADDRESS=() NODE_HOLDER=()
# The kinds of namespaces that a node has of its own.
NODE_NAMESPACES=(--mount --net)

lab_ns() {
  printf 'azwg-%s-%s\n' "$LAB_ID" "$1"
}

in_fabric() {
  ip netns exec "$(lab_ns vnet)" "$@"
}

# The VNet is IPv4 only: without IPv6 on its links there is no neighbour discovery to tell from a leak.
lab_add_fabric() {
  local ns
  ns=$(lab_ns vnet)
  ip netns add "$ns"
  in_fabric sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
    net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 \
    net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
  ip -n "$ns" link set lo up
  ip -n "$ns" link add br0 address $FABRIC_MAC type bridge mcast_snooping 0
  ip -n "$ns" addr add "$VNET_GATEWAY/${VNET_PREFIX#*/}" dev br0
  ip -n "$ns" link set br0 up
  # Answer at once (proxy_delay) and for hosts on the same link (pvlan).
  in_fabric sysctl -qw net.ipv4.conf.br0.proxy_arp=1 net.ipv4.conf.br0.proxy_arp_pvlan=1 net.ipv4.neigh.br0.proxy_delay=0
}

# lab_add_node NUMBER: node nNUMBER with eth0 at 10.240.0.(3+NUMBER) and pool addresses 10.240.NUMBER.10 and up.
lab_add_node() {
  local name=n$1
  lab_add_nic "$1"
  LAB_NODES+=("$name")
  mkdir -p "$LAB_DIR/$name"
  lab_hold_node "$name"
  lab_give_pool "$name" "$1"
}

# lab_add_nic NUMBER: the node's network namespace, and its interface on the fabric. Sets NODE_ADDRESS.
lab_add_nic() {
  local number=$1 name=n$1 address=10.240.0.$((3 + $1)) ns fabric mac
  ns=$(lab_ns "$name") fabric=$(lab_ns vnet)
  ip netns add "$ns"
  ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 \
    net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
  ip -n "$ns" link set lo up
  ip -n "$fabric" link add "$name" type veth peer name eth0 netns "$ns"
  ip -n "$fabric" link set "$name" master br0 up
  ip netns exec "$fabric" bridge link set dev "$name" isolated on
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
  ip -n "$ns" addr add "$address/${VNET_PREFIX#*/}" dev eth0
  ip -n "$ns" link set eth0 up
  ip -n "$ns" route add default via $VNET_GATEWAY
  # The fabric knows its nodes; it asks nobody.
  mac=$(ip netns exec "$ns" cat /sys/class/net/eth0/address)
  ip -n "$fabric" neigh replace "$address" lladdr "$mac" dev br0 nud permanent
  NODE_ADDRESS[$name]=$address
}

# A node has an own /run and /var/lib: libcni's cache, userspace WireGuard's sockets and iptables' lock are per node, and
# nothing of them stays on the machine. A process holds the mount namespace; it ends with this shell.
lab_hold_node() {
  local name=$1 ready=$LAB_DIR/$1/ready
  nsenter --net="/run/netns/$(lab_ns "$name")" -- unshare --mount --propagation slave -- \
    setpriv --pdeathsig KILL -- bash "$AZWG_ROOT/scripts/lib/lab-node-init.sh" "$LAB_BASE" "$ready" \
    >"$LAB_DIR/$name/init.log" 2>&1 &
  NODE_HOLDER[$name]=$!
  wait_until 5 "node $name to have its own mounts" test -e "$ready" || die "node $name: $(cat "$LAB_DIR/$name/init.log")"
}

# Sets ON_NODE, the words that run the command behind them on a node: in its network and mount namespace. A background
# process must be started with them, not with on_node: $! is then the process itself, not a shell around it.
enter_node() {
  ON_NODE=(nsenter --target "${NODE_HOLDER[$1]}" "${NODE_NAMESPACES[@]}" --)
}

on_node() {
  local ON_NODE
  enter_node "$1"
  shift
  "${ON_NODE[@]}" "$@"
}

# The node's addresses for pods: the stand-in of azure-vnet hands them out, the fabric routes them to the node.
lab_give_pool() {
  local name=$1 number=$2 index pool=''
  for ((index = 10; index < 10 + POOL_SIZE; index++)); do
    ip -n "$(lab_ns vnet)" route replace "10.240.$number.$index/32" via "${NODE_ADDRESS[$name]}" dev br0
    pool+="10.240.$number.$index/${VNET_PREFIX#*/} $VNET_GATEWAY"$'\n'
  done
  on_node "$name" mkdir -p /run/azure-vnet-lab
  on_node "$name" tee /run/azure-vnet-lab/pool <<<"${pool%$'\n'}" >/dev/null
}
