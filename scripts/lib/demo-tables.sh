# The tables at the end of the demo. Needs the lab's libraries.
# shellcheck shell=bash

print_nodes() {
  local node now ages sum
  now=$(date +%s)
  printf '%-5s %-11s %-10s %5s %11s %7s %7s %-14s %10s %10s\n' \
    NODE ADDRESS WIREGUARD PEERS ALLOWED-IPS ROUTES THROWS 'HANDSHAKES (s)' RECEIVED SENT
  for node in "${LAB_NODES[@]}"; do
    ages=$(peers_of "$node" | awk -v now="$now" '{ printf "%s%s", (NR > 1 ? ", " : ""), ($2 ? now - $2 : "never") }')
    sum=$(peers_of "$node" | awk '{ n += split($5, a, ","); rx += $3; tx += $4 } END { print n + 0, rx + 0, tx + 0 }')
    read -r allowed received sent <<<"$sum"
    printf '%-5s %-11s %-10s %5d %11d %7d %7d %-14s %10d %10d\n' "$node" "${NODE_ADDRESS[$node]}" \
      "$(device_implementation "$node")" "$(peers_of "$node" | wc -l)" "$allowed" \
      "$(device_routes_of "$node" | wc -l)" "$(throw_routes_of "$node" | wc -l)" "$ages" "$received" "$sent"
  done
}

print_pods() {
  local row pod node address add known
  printf '%-12s %-5s %-12s %10s   %s\n' POD NODE ADDRESS 'ADD (ms)' \
    "LAST PEER CAN SEND TO IT (ms after ADD returned; below 0: before)"
  for row in "${POD_TIMES[@]}"; do
    read -r pod node address add known <<<"$row"
    [[ $known != never ]] || known='- (its watcher was stopped)'
    printf '%-12s %-5s %-12s %10s   %s\n' "$pod" "$node" "$address" "$add" "$known"
  done
  printf 'Times are those the kernel'\''s route notifications were stamped with; resolution below 1 ms.\n'
}
