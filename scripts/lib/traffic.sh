# Traffic between pods and nodes of the lab, and its figures. Needs lab-network.sh and lab-cni.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # constants for its callers

# from_place pod|node NAME COMMAND...: runs a command in a pod or on a node.
from_place() {
  local kind=$1 name=$2
  shift 2
  case $kind in
    pod) in_pod "$name" "$@" ;;
    node) on_node "$name" "$@" ;;
    *) die "no such kind of place: $kind" ;;
  esac
}

# ping_all KIND NAME ADDRESS COUNT OPTION...: succeeds if COUNT pings are answered within 5 s; prints their average time in
# ms. With -w and not -W: ping would wait only two round trips for the last answers, too short on a busy machine.
ping_all() {
  local kind=$1 name=$2 address=$3 count=$4 output
  shift 4
  output=$(from_place "$kind" "$name" ping -q -n -c "$count" -i 0.02 -w 5 "$@" "$address") || true
  if [[ $output != *" $count received,"* ]]; then
    printf '%s %s -> %s: %s\n' "$kind" "$name" "$address" "$(grep -o '[0-9]* received' <<<"$output" || printf 'no answer')"
    return 1
  fi
  awk -F/ '/^rtt/ { print $5 }' <<<"$output"
}

# every_pair: "FROM-POD TO-POD" for each ordered pair of pods; with "cross" only those on different nodes, with "same"
# only those on one node.
every_pair() {
  local from to
  for from in $(pods_of); do
    for to in $(pods_of); do
      [[ $from != "$to" ]] || continue
      case ${1:-all} in
        cross) [[ ${POD_NODE[$from]} != "${POD_NODE[$to]}" ]] || continue ;;
        same) [[ ${POD_NODE[$from]} == "${POD_NODE[$to]}" ]] || continue ;;
      esac
      printf '%s %s\n' "$from" "$to"
    done
  done
}

# Payload that tcpdump can look for: 16 bytes, repeated by ping through the packet.
readonly PAYLOAD_TEXT=azwg-plain-text!
readonly PAYLOAD_HEX=617a77672d706c61696e2d7465787421
