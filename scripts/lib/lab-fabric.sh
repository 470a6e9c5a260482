# What the lab's fabric does to packets, and counts, beyond handing them on: a smaller MTU than the nodes know of, and
# what passes in the clear. Needs lab-network.sh; nftables in the fabric's namespace, where every packet between nodes is routed.
# shellcheck shell=bash

readonly FABRIC_TABLE=azwg-lab

fabric_prepare() {
  in_fabric nft -f - <<RULES
table ip $FABRIC_TABLE {
  counter oversized { }
  counter clear { }
  counter tunnel { }
  chain limiting { type filter hook prerouting priority -310; policy accept; }
  chain looking { type filter hook prerouting priority -305; policy accept; }
}
RULES
}

# fabric_limit BYTES: drops every IP packet over that size without a word, as an overlay network with too small an MTU
# does; 0 for no limit. Nodes send what is on the wire one by one meanwhile: a packet that leaves the node as one and
# would be cut by its NIC is over no limit. Returns the count of the packets dropped so far to zero.
fabric_limit() {
  local node
  in_fabric nft flush chain ip $FABRIC_TABLE limiting
  in_fabric nft reset counter ip $FABRIC_TABLE oversized >/dev/null
  (($1 > 0)) || return 0
  for node in "${LAB_NODES[@]}"; do
    ip -n "$(lab_ns "$node")" link set eth0 gso_max_segs 1
  done
  in_fabric nft add rule ip $FABRIC_TABLE limiting ip length '>' "$1" counter name oversized drop
}

# fabric_look PORTS: counts packets to these UDP ports (FROM-TO) in the clear, and those of the tunnel, from now on.
fabric_look() {
  in_fabric nft flush chain ip $FABRIC_TABLE looking
  in_fabric nft add rule ip $FABRIC_TABLE looking udp dport "$1" counter name clear
  in_fabric nft add rule ip $FABRIC_TABLE looking udp dport "$WG_PORT" counter name tunnel
}

# fabric_count oversized|clear|tunnel: packets so far.
fabric_count() {
  in_fabric nft -j list counter ip $FABRIC_TABLE "$1" | jq '.nftables[] | .counter? // empty | .packets'
}
