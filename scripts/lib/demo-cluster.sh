#!/usr/bin/env bash
# The demo on a real cluster (scripts/demo.sh --cluster): kubelets start pods, containerd calls azwg, the chart installs it.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"
# The nodes' disks; /run and /opt are the nodes' own. The second pod of a name needs another address.
# shellcheck disable=SC2034 # for lab.sh, lab-network.sh
LAB_BASE=${AZWG_CLUSTERS:-/var/tmp/azwg-cluster} POOL_SIZE=40
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables manifests verdict lab lab-network lab-kubernetes capture cluster cluster-azwg cluster-pods cluster-checks \
  cluster-uninstall; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

PROXIES=(nftables iptables) MODES=(permissive strict)

parse() {
  while (($# > 0)); do
    case $1 in
      --proxy) [[ $2 == both ]] || PROXIES=("$2") ;;
      --mode) [[ $2 == both ]] || MODES=("$2") ;;
      --without-nnc)
        # shellcheck disable=SC2034 # for cluster.sh
        CLUSTER_NNC=''
        shift
        continue
        ;;
      *) die "unknown argument: $1 (see scripts/demo.sh --help)" ;;
    esac
    shift 2
  done
}

start_cluster() {
  cluster_create demo
  trap end_demo EXIT
  pods_image "$LAB_DIR/pod.tar"
  cluster_azwg_image up "$LAB_DIR/azwg.tar"
  # The same layers under another name.
  cluster_azwg_image next "$LAB_DIR/azwg-next.tar"
  # shellcheck disable=SC2034 # for cluster.sh
  CLUSTER_IMAGES=("$LAB_DIR/pod.tar" "$LAB_DIR/azwg.tar" "$LAB_DIR/azwg-next.tar")
  # shellcheck disable=SC2034 # for cluster.sh
  CLUSTER_PROXY=${PROXIES[0]}
  cluster_start 2
  say "azwg, by its chart (${MODES[0]})"
  judge "the chart installs azwg, and every watcher becomes ready" "helm upgrade --install" cluster_azwg up "${MODES[0]}"
  judge "every node reaches every other one encrypted" "${#LAB_NODES[@]} nodes" wait_until 60 "the mesh" mesh_is_whole
  web_manifest | lab_kubectl apply -f - >>"$LAB_DIR/api/apply.log"
  judge "kubelets start pods, and containerd calls azwg" "a Deployment of 4, a DaemonSet" wait_until 90 "the pods" pods_settled
  find_clients
}

run_demo() {
  local proxy mode current=${MODES[0]}
  start_cluster
  check_nodes_match "at first"
  check_mtu
  for proxy in "${PROXIES[@]}"; do
    [[ $proxy == "$CLUSTER_PROXY" ]] || cluster_change_proxy "$proxy"
    for mode in "${MODES[@]}"; do
      say "kube-proxy $proxy, azwg $mode"
      if [[ $mode != "$current" ]]; then
        judge "$mode mode, by the chart" "helm upgrade" cluster_azwg up "$mode"
        current=$mode
      fi
      wait_until 60 "the mesh" mesh_is_whole || true
      check_traffic "$proxy, $mode"
    done
  done
  say "4 to 20 pods and back"
  check_scale
  say "watchers are restarted and upgraded"
  check_rollouts
  say "a node dies and comes back"
  check_power n2 n1
  say "azwg is uninstalled"
  check_uninstall
}

# The cluster goes before the verdict is given: that nothing is left is part of it.
check_nothing_left() {
  local name=$LAB_ID left=''
  cluster_destroy
  left+=$(lab_namespaces "$name" | paste -sd' ')
  [[ ! -e $LAB_BASE/$name ]] || left+="directory $LAB_BASE/$name; "
  left+=$(grep -F "$LAB_BASE/$name" /proc/self/mounts || true)
  left+=$(find /sys/fs/cgroup -maxdepth 2 -name "azwg-$name-*" 2>/dev/null | paste -sd' ')
  left+=$(pgrep -f "$LAB_BASE/$name/" | paste -sd' ' || true)
  judge "nothing is left behind" "namespaces, processes, mounts, control groups, disks${left:+; left: $left}" test -z "$left"
}

# What one would look at after a failure, kept where builds leave things.
keep_evidence() {
  local target=$AZWG_ROOT/target/demo-failure node
  rm -rf "$target"
  mkdir -p "$target"
  cp "$LAB_DIR"/*.pcap "$LAB_DIR"/*.log "$LAB_DIR"/ping-* "$target" 2>/dev/null || true
  for node in "${LAB_NODES[@]}"; do
    cp -r "$LAB_DIR/$node/log" "$target/$node-pods" 2>/dev/null || true
    cp "$LAB_DIR/$node"/*.log "$target" 2>/dev/null || true
    {
      watcher_exec "$node" status --json
      on_node "$node" ip rule
      on_node "$node" ip route show table all
      on_node "$node" nft list ruleset
    } >"$target/$node.txt" 2>&1 || true
  done
  lab_kubectl get all,events,wireguardpeers -A -o wide >"$target/objects.txt" 2>&1 || true
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
  cluster_destroy
  exit "$status"
}

parse "$@"
"$AZWG_ROOT/scripts/setup.sh" --for cluster
use_jdk25
ensure_executables
set -o errtrace
trap 'failed_at="${FUNCNAME[0]:-demo-cluster.sh} line $LINENO: $BASH_COMMAND"' ERR
run_demo
((VERDICT_FAILED == 0)) || keep_evidence
check_nothing_left
verdict_summary
