# Many pods in little time: attachments in a node's ledger, in the form that the plugin writes them, without the pods. For the
# watchers and the kernel's tables they are pods like others; nobody sends to them. Needs lab-network.sh.
# shellcheck shell=bash

# crowd_add NODE NUMBER COUNT: claims 10.240.(100+5*NUMBER).1 and up for a node whose watcher has not started yet. They
# name a network namespace that exists, or the watcher would take them for left over after five minutes.
crowd_add() {
  local number=$2 count=$3 dir=$LAB_DIR/$1/run/azwg/attachments ns index address id since
  ns=$(lab_ns crowd)
  [[ -e /run/netns/$ns ]] || ip netns add "$ns"
  mkdir -p "$dir"
  chmod 700 "$dir"
  since=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)
  for ((index = 0; index < count; index++)); do
    address=10.240.$((100 + 5 * number + index / 250)).$((index % 250 + 1)) id=crowd$number-$index
    printf '{"version":1,"containerID":"%s","ifName":"eth0","netns":"/run/netns/%s","network":"azure","addresses":["%s/32"],"createdAt":"%s"}\n' \
      "$id" "$ns" "$address" "$since" >"$dir/$id-eth0.json"
  done
  chmod 600 "$dir"/*.json
}

# Does the node have at least COUNT routes into the tunnel?
has_device_routes() {
  local count
  count=$(device_routes_of "$1" | wc -l)
  ((count >= $2)) || { printf '%s has %d routes into the tunnel\n' "$1" "$count" && return 1; }
}
