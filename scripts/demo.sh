#!/usr/bin/env bash
# Three nodes on an emulated Azure VNet, two pods on each, attached by a real CNI caller through Azure's plugin list with
# azwg last: shows that what pods and nodes say to each other is encrypted, and that it stays so while pods and watchers
# come and go. Sets up and builds what is missing. The exit status is the verdict; nothing is left behind.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables verdict lab lab-network lab-cni lab-kubernetes lab-watcher traffic capture route-clock demo-checks demo-kubernetes \
  demo-tables; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/demo.sh [--kubernetes]
       scripts/demo.sh --cluster [--proxy nftables|iptables|both] [--mode permissive|strict|both] [--without-nnc]

Sets up what is missing, builds the executables if their sources changed, and runs azwg's main job in an emulated VNet.
Prints progress on standard error; on standard output a line PASS or FAIL for each thing shown, and two tables.

  --cluster           a real cluster instead: kubelets start pods, containerd calls azwg, the chart installs and upgrades it; by
                      default in both modes of kube-proxy and of azwg. AZWG_KUBERNETES=1.35 takes another version than the newest
  --kubernetes        the nodes publish their records at a real API server, each as its own service account, instead of in
                      a folder; the server is built from Debian's source if it is not in the cache (5 to 10 minutes)
  AZWG_PREBUILT=DIR   use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

start_mesh() {
  local started number node
  lab_create
  trap end_demo EXIT
  say "lab $LAB_ID: a fabric and three nodes"
  lab_add_fabric
  for number in 1 2 3; do
    lab_add_node "$number"
  done
  if [[ -n $KUBERNETES ]]; then
    say "an API server in the fabric"
    lab_add_api_server
    for node in "${LAB_NODES[@]}"; do
      lab_api_node "$node"
    done
  fi
  say "a watcher on each node"
  started=$(now_us)
  for node in "${LAB_NODES[@]}"; do
    node_install_plugin "$node"
    route_clock_start "$node"
    watcher_start "$node"
  done
  local meshed=yes
  for node in "${LAB_NODES[@]}"; do
    wait_until 20 "$node to have two peers" has_peers "$node" 2 || meshed=no
  done
  for node in "${LAB_NODES[@]}"; do
    wait_until 5 "the watcher of $node to enter the plugin into the list" node_serves_pods "$node" || meshed=no
  done
  judge "three watchers form a mesh" \
    "$(us_as_ms $(($(now_us) - started))) ms from the first start, $(device_implementation n1) WireGuard" test $meshed = yes
}

attach_pods() {
  local number failed=0 started
  say "two pods on each node, attached by cnitool"
  started=$(now_us)
  for number in 1 2 3; do
    attach_pod "n$number" "n${number}p1" || failed=$((failed + 1))
    attach_pod "n$number" "n${number}p2" || failed=$((failed + 1))
  done
  judge "cnitool attaches six pods, and every peer learns of them" \
    "$((6 - failed)) pods in $(us_as_ms $(($(now_us) - started))) ms" test "$failed" = 0
  # Without them there is nothing to look at.
  ((failed == 0))
}

# The lab goes before the verdict is given: that nothing is left is part of it.
check_nothing_left() {
  local id=$LAB_ID left='' pid processes
  processes=$(lab_processes "$id" | sort -u)
  lab_destroy
  for pid in $processes; do
    process_ended "$pid" || left+="process $pid; "
  done
  left+=$(lab_namespaces "$id" | paste -sd' ')
  [[ ! -e $LAB_BASE/$id ]] || left+="directory $LAB_BASE/$id; "
  left+=$(grep -F "$id" /proc/self/mounts || true)
  judge "nothing is left behind" "$(wc -w <<<"$processes") processes ended${left:+; left: $left}" test -z "$left"
}

# What one would look at after a failure, kept where builds leave things.
keep_evidence() {
  local target=$AZWG_ROOT/target/demo-failure
  [[ -n $LAB_ID ]] || return 0
  rm -rf "$target"
  mkdir -p "$target"
  cp "$LAB_DIR"/*.pcap "$LAB_DIR"/*/watcher.log "$target" 2>/dev/null || true
  local node
  for node in "${LAB_NODES[@]}"; do
    {
      on_node "$node" wg show all
      ip -n "$(lab_ns "$node")" rule
      ip -n "$(lab_ns "$node")" route show table all
      cat "$LAB_DIR/$node/watcher.log" "$LAB_DIR/$node"/*.err
    } >"$target/$node.txt" 2>&1 || true
  done
  say "logs, captures and the nodes' state: $target"
}

# The EXIT trap. Unless the run came to its end, a command failed that must not (then the verdict is void) or a signal came.
end_demo() {
  local status=$?
  if ((status != 0)) && [[ -n $LAB_ID ]]; then
    if ((status > 128)); then
      say "interrupted"
    else
      say "the run is void: a command failed${failed_at:+ (}${failed_at:-}${failed_at:+)}"
      keep_evidence
    fi
  fi
  lab_destroy
  exit "$status"
}

run_demo() {
  start_mesh
  attach_pods || return 0
  say "looking at the mesh"
  check_conflist
  check_results
  check_reach
  check_peers
  check_routes
  check_mtu
  check_exempt
  say "looking at the wire"
  check_wire
  check_same_node
  say "a pod goes"
  check_deleted_pod n3 n3p2
  say "watchers go and come back"
  check_watcher_away n2 n2p3 TERM 0
  check_watcher_away n3 n3p3 KILL 137
  [[ -z $KUBERNETES ]] || check_kubernetes
  check_reach "at the end every pod reaches every other pod"
  printf '\n'
  print_nodes
  printf '\n'
  print_pods
  printf '\n'
}

main() {
  KUBERNETES=''
  case ${1:-} in
    '') ;;
    --kubernetes) KUBERNETES=yes ;;
    --cluster)
      shift
      exec "$AZWG_ROOT/scripts/lib/demo-cluster.sh" "$@"
      ;;
    *)
      usage
      [[ $1 == -h || $1 == --help ]] || die "unknown argument: $1"
      return
      ;;
  esac
  "$AZWG_ROOT/scripts/setup.sh" --for "$([[ -n $KUBERNETES ]] && printf kubernetes || printf demo)"
  use_jdk25
  ensure_executables
  # Says where, when a command fails that must not.
  set -o errtrace
  trap 'failed_at="${FUNCNAME[0]:-demo.sh} line $LINENO: $BASH_COMMAND"' ERR
  run_demo
  ((VERDICT_FAILED == 0)) || keep_evidence
  check_nothing_left
  verdict_summary
}

main "$@"
