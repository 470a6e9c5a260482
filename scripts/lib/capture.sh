# What is on the wire: tcpdump on the fabric's bridge, through which every frame between nodes passes (twice: in and out).
# Needs lab-network.sh.
#
# Each capture ends with a ping from the fabric itself, in the clear. Once that is in the file, so is all before it, and
# it shows that the capture would have seen clear packets. The filters leave it out.
# shellcheck shell=bash
# shellcheck disable=SC2034 # constants for its callers

readonly CAPTURE_CONTROL="icmp and host $VNET_GATEWAY"
# All but ARP and the control: what nodes send to each other.
readonly CAPTURE_NODES="not arp and not host $VNET_GATEWAY"

declare -A CAPTURE_PID=()

# capture_start NAME: returns when packets are being captured.
capture_start() {
  local name=$1 file=$LAB_DIR/$1.pcap
  # Not in_fabric: $! must be tcpdump itself.
  ip netns exec "$(lab_ns vnet)" setpriv --pdeathsig KILL -- \
    tcpdump -i br0 -n -U --immediate-mode -Z root -w "$file" >"$file.log" 2>&1 </dev/null &
  CAPTURE_PID[$name]=$!
  wait_until 5 "tcpdump to listen" grep -q 'listening on' "$file.log"
}

# capture_stop NAME: dies if packets were lost, for then the capture proves nothing.
capture_stop() {
  local name=$1 file=$LAB_DIR/$1.pcap
  in_fabric ping -q -n -c 1 -W 2 "${NODE_ADDRESS[${LAB_NODES[0]}]}" >/dev/null
  wait_until 5 "the control packet in capture $name" capture_has_control "$name"
  # SIGINT is ignored in what a script starts in the background.
  kill -s TERM "${CAPTURE_PID[$name]}"
  wait "${CAPTURE_PID[$name]}" || true
  grep -q '^0 packets dropped by kernel' "$file.log" || die "capture $name lost packets: $(cat "$file.log")"
}

capture_has_control() {
  local count
  count=$(capture_count "$1" "$CAPTURE_CONTROL")
  ((count >= 2))
}

# capture_count NAME FILTER
capture_count() {
  tcpdump -r "$LAB_DIR/$1.pcap" -n --count "$2" 2>/dev/null | awk '{ print $1 }'
}

# How many times the text occurs in what was captured.
capture_find() {
  { grep -aoF -- "$2" "$LAB_DIR/$1.pcap" || true; } | wc -l
}
