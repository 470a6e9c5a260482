# When does a node's WireGuard table get a route? `ip monitor` stamps each change as the kernel tells of it, so nothing is
# polled and the resolution is far below a millisecond. The watcher writes allowed IPs before routes: the route's time is
# the time from which the node sends into the tunnel. Needs lab-watcher.sh.
# shellcheck shell=bash

# A destination that exists nowhere, in a table of no one: shows that the clock runs.
readonly CLOCK_PROBE=192.0.2.1 CLOCK_TABLE=51999

# route_clock_start NODE: returns when changes are being stamped.
route_clock_start() {
  local ns file=$LAB_DIR/$1/routes.log
  ns=$(lab_ns "$1")
  TZ=UTC setpriv --pdeathsig KILL -- ip -n "$ns" -ts monitor route >"$file" 2>&1 </dev/null &
  wait_until 5 "the clock of $1 to run" route_clock_runs "$ns" "$file"
}

route_clock_runs() {
  ip -n "$1" route replace blackhole $CLOCK_PROBE table $CLOCK_TABLE
  ip -n "$1" route del blackhole $CLOCK_PROBE table $CLOCK_TABLE
  grep -qF $CLOCK_PROBE "$2"
}

# route_time NODE ADDRESS SINCE: microseconds since 1970 at which the node first got a device route for ADDRESS, not
# before SINCE. Fails if it has none.
route_time() {
  local node=$1 address=$2 since=$3 stamp us
  while read -r stamp; do
    us=$(TZ=UTC date -d "$stamp" +%s%6N)
    ((us >= since)) && printf '%s\n' "$us" && return
  done < <(awk -v address="$address" -v device="$WG_DEVICE" \
    '$2 == address && $3 == "dev" && $4 == device { gsub(/[][]/, "", $1); print $1 }' "$LAB_DIR/$node/routes.log")
  return 1
}

# slowest_peer_us NODE ADDRESS SINCE: when the last of the other nodes got its route.
slowest_peer_us() {
  local node us slowest=0
  for node in "${LAB_NODES[@]}"; do
    [[ $node != "$1" ]] || continue
    us=$(route_time "$node" "$2" "$3") || return 1
    ((us <= slowest)) || slowest=$us
  done
  printf '%s\n' "$slowest"
}
