#!/usr/bin/env bash
# Do changes of the mesh lose packets? Paced traffic between pods on two nodes of a mesh with a thousand pods, while pods
# come, go and move, watchers end and start, keys and endpoints change; beside each change the same change in another mesh on
# the same machine, which costs the same work and must not matter. Tells of each packet that did not arrive.
# shellcheck disable=SC2034 # sets variables for its libraries
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# Addresses for pods that come while others move.
POOL_SIZE=24
for library in jdk tools executables verdict lab lab-network lab-cni lab-watcher lab-fabric lab-evidence route-clock crowd \
  flows changes no-holes-measure; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/no-holes.sh [--short]

Prints the rates that the machine carries, a line PASS or FAIL for each change, and a table of the figures.

  --short             fewer pods and changes, at half the rate: for test runs
  --small             the same, and without the other mesh, so beside traffic while nothing changes: for slow machines
  --rate PACKETS      begin with this rate (a second) instead of looking for the highest
  AZWG_PREBUILT=DIR   use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

CROWD=1000 CHANGES=6 SHARE=100 RATE=0 SHORT=false OTHER_MESH=true

parse() {
  while (($# > 0)); do
    case $1 in
      --short) SHORT=true CROWD=300 CHANGES=2 SHARE=50 ;;
      --small) SHORT=true CROWD=150 CHANGES=1 SHARE=50 OTHER_MESH=false ;;
      --rate)
        [[ ${2:-} =~ ^[1-9][0-9]{0,6}$ ]] || die "--rate needs a number of packets a second"
        RATE=$2
        shift
        ;;
      -h | --help)
        usage
        exit
        ;;
      *) die "unknown argument: $1 (see --help)" ;;
    esac
    shift
  done
}

# start_mesh NUMBER...: the nodes of one mesh, with a third of the crowd on each.
start_mesh() {
  local number node
  for number in "$@"; do
    crowd_add "n$number" "$number" $((CROWD / 3))
    node_install_plugin "n$number"
    route_clock_start "n$number"
    watcher_start "n$number"
  done
  for number in "$@"; do
    node=n$number
    wait_until 20 "$node to have two peers" has_peers "$node" 2
    wait_until 5 "the watcher of $node to enter the plugin into the list" node_serves_pods "$node"
    wait_until 20 "$node to know everyone" has_device_routes "$node" $((2 * (CROWD / 3) + 2))
  done
}

attach_pods() {
  local pod node
  for pod in "$@"; do
    node=${pod%p*}
    pod_add "$node" "$pod"
    wait_until 20 "the peers of $node to know $pod" peers_know "$node" "${POD_ADDRESS[$pod]}"
  done
}

prepare() {
  local number
  lab_create
  trap end_run EXIT
  say "lab $LAB_ID: three nodes$(! $OTHER_MESH || printf ', and three more in another mesh'); $((CROWD / 3 * 3)) pods' claims"
  lab_add_fabric
  fabric_prepare
  flows_compile
  WATCHER_PROGRAM=$LAB_DIR/azwg-watcher
  cp "$AZWG_DIST/azwg-watcher" "$WATCHER_PROGRAM"
  for number in 1 2 3; do lab_add_node "$number"; done
  use_mesh here start_mesh 1 2 3
  use_mesh here attach_pods n1p1 n1p2 n2p1 n2p2 n3p1
  if $OTHER_MESH; then
    for number in 4 5 6; do
      lab_add_node "$number"
      NODE_MESH["n$number"]=elsewhere
    done
    use_mesh elsewhere start_mesh 4 5 6
    use_mesh elsewhere attach_pods n4p1 n6p1
  fi
  put_tunnels_ahead
  fabric_look 7000-7099
}

# use_mesh here|elsewhere COMMAND...: with the nodes of that mesh as the lab's.
use_mesh() {
  local LAB_NODES=(n1 n2 n3)
  [[ $1 == here ]] || LAB_NODES=(n4 n5 n6)
  "${@:2}"
}

run_steps() {
  local count=$CHANGES
  compare "pods are added (cnitool ADD)" change_add "$count" A B
  compare "pods are deleted (cnitool DEL)" change_delete "$count" A B
  compare "an address moves between the nodes" change_move $(((count + 1) / 2)) A B
  compare "watchers end on SIGTERM and start" change_restart TERM A B
  compare "watchers are killed and start" change_restart KILL A B
  compare "the executables are replaced" change_upgrade A B
  compare "a third node's key changes" change_key C
  check_pair_is_back key change_key C
  compare "a third node's endpoint changes" change_endpoint C
  check_pair_is_back endpoint change_endpoint C
}

end_run() {
  local status=$?
  if ((status != 0)) && [[ -n $LAB_ID ]]; then
    say "the run is void${failed_at:+: $failed_at}"
    keep_evidence no-holes-failure
  fi
  lab_destroy
  exit "$status"
}

main() {
  parse "$@"
  "$AZWG_ROOT/scripts/setup.sh" --for lab
  use_jdk25
  ensure_executables
  set -o errtrace
  trap 'failed_at="${FUNCNAME[0]:-no-holes.sh} line $LINENO: $BASH_COMMAND"' ERR
  prepare
  printf '%s WireGuard, %s processors, %d pods claimed\n' "$(device_implementation n1)" "$(nproc)" $((CROWD / 3 * 3 + 5))
  find_rates
  run_steps
  print_figures
  ((VERDICT_FAILED == 0)) || keep_evidence no-holes-failure
  trap - ERR
  lab_destroy
  verdict_summary
}

main "$@"
