#!/usr/bin/env bash
# A Kubernetes cluster of today on one machine, with azwg on it as its users install it.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# The nodes' disks; /run and /opt are the nodes' own.
# shellcheck disable=SC2034 # for lab.sh
LAB_BASE=${AZWG_CLUSTERS:-/var/tmp/azwg-cluster}
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables manifests lab lab-network lab-kubernetes cluster cluster-azwg; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/cluster.sh up [OPTION...]
       scripts/cluster.sh kubectl [--name NAME] [--] ARGUMENT...
       scripts/cluster.sh exec [--name NAME] NODE|fabric COMMAND...
       scripts/cluster.sh down [--name NAME]

up makes a cluster in network namespaces of this machine and returns when it is ready: an emulated Azure virtual network
(10.240.0.0/16), etcd, API server, controllers and scheduler in its fabric, and nodes n1, n2, ... with containerd 2, kubelet and
kube-proxy. Pods get addresses by Azure's list of CNI plugins; azwg is installed by its chart, with an image of this checkout.

  --nodes COUNT          how many nodes (default 2)
  --proxy MODE           kube-proxy's mode: nftables (default) or iptables
  --kubernetes VERSION   which Kubernetes: a folder of scripts/tools/kubernetes (default: the newest)
  --mode MODE            azwg's mode: permissive (default) or strict
  --without-nnc          a cluster that does not know Azure's kind NodeNetworkConfig, as one with pods in the nodes' subnet
  --no-azwg              without azwg; its image is on the nodes
  --name NAME            the cluster's name, for more than one (default azwg)

kubectl runs kubectl as administrator; exec runs a command on a node, in all its namespaces, or in the network's fabric, from where
a client outside of the cluster would come. down ends every process of the cluster and removes all that up has made.

Building Kubernetes takes 9 minutes once; it is kept in the cache. The nodes' disks are in /var/tmp/azwg-cluster ($AZWG_CLUSTERS).
AZWG_PREBUILT=DIR uses the executables azwg and azwg-watcher in DIR instead of building them.

examples:
  scripts/cluster.sh up --nodes 3 --mode strict
  scripts/cluster.sh kubectl get pods -A -o wide
  scripts/cluster.sh exec n1 wg show
TEXT
}

name=azwg nodes=2 mode=permissive install=yes

misuse() {
  printf 'error: %s (see --help)\n' "$*" >&2
  exit 2
}

# value OPTION ARGUMENT...: the argument that must follow the option.
value() {
  (($# >= 2)) || misuse "$1 needs a value"
  printf '%s\n' "$2"
}

# shellcheck disable=SC2034 # for kubernetes.sh and cluster.sh
parse_up() {
  while (($# > 0)); do
    case $1 in
      --nodes) nodes=$(value "$@") && shift ;;
      --proxy) CLUSTER_PROXY=$(value "$@") && shift ;;
      --kubernetes) AZWG_KUBERNETES=$(value "$@") && shift ;;
      --mode) mode=$(value "$@") && shift ;;
      --name) name=$(value "$@") && shift ;;
      --without-nnc) CLUSTER_NNC='' ;;
      --no-azwg) install='' ;;
      *) misuse "unknown argument: $1" ;;
    esac
    shift
  done
  [[ $nodes =~ ^[1-9]$ ]] || misuse "--nodes takes 1 to 9, not '$nodes'"
  [[ $CLUSTER_PROXY == nftables || $CLUSTER_PROXY == iptables ]] || misuse "--proxy takes nftables or iptables, not '$CLUSTER_PROXY'"
  [[ $mode == permissive || $mode == strict ]] || misuse "--mode takes permissive or strict, not '$mode'"
  choose_kubernetes
}

# Prepares what takes long in the foreground; the cluster itself belongs to a process of its own, which ends with it.
up() {
  parse_up "$@"
  local log keeper
  "$AZWG_ROOT/scripts/setup.sh" --for cluster
  use_jdk25
  ensure_executables
  log=$(mktemp /tmp/azwg-cluster.XXXXXX)
  AZWG_PREBUILT=$AZWG_DIST setsid "$0" keep "$@" >"$log" 2>&1 </dev/null &
  keeper=$!
  tail -n +1 -f --pid="$keeper" "$log" >&2 &
  until [[ -e $LAB_BASE/$name/up && $(head -c 32 "$LAB_BASE/$name/keeper" 2>/dev/null) == "$keeper" ]]; do
    process_ended "$keeper" && break
    sleep 0.1
  done
  kill $! 2>/dev/null || true
  if process_ended "$keeper"; then
    rm -f "$log"
    die "the cluster could not be made"
  fi
  mv "$log" "$LAB_BASE/$name/log"
  printf 'scripts/cluster.sh kubectl%s get pods -A -o wide\n' "$([[ $name == azwg ]] || printf ' --name %s' "$name")"
}

# The process that the cluster belongs to.
keep() {
  parse_up "$@"
  use_jdk25
  AZWG_DIST=${AZWG_PREBUILT:-$AZWG_DIST}
  cluster_create "$name"
  printf '%d' $$ >"$LAB_DIR/keeper"
  say "images of azwg and of pods"
  pods_image "$LAB_DIR/pod.tar"
  cluster_azwg_image up "$LAB_DIR/azwg.tar"
  # shellcheck disable=SC2034 # for cluster.sh
  CLUSTER_IMAGES=("$LAB_DIR/pod.tar" "$LAB_DIR/azwg.tar")
  cluster_start "$nodes"
  if [[ -n $install ]]; then
    say "azwg, by its chart ($mode)"
    cluster_azwg up "$mode" || die "azwg could not be installed: see $LAB_DIR/helm.log"
    wait_until 60 "every node to reach every other one encrypted" mesh_is_whole || die "the mesh is not whole"
  fi
  say "the cluster is ready"
  cluster_is_up
  while :; do
    sleep infinity &
    wait $! || true
  done
}

# Takes --name NAME and --, if they come first; sets REST.
parse_name() {
  if [[ ${1:-} == --name ]]; then
    name=$(value "$@")
    shift 2
  fi
  [[ ${1:-} != -- ]] || shift
  REST=("$@")
}

run_kubectl() {
  parse_name "$@"
  cluster_attach "$name"
  exec ip netns exec "$(lab_ns vnet)" "$(kubernetes_dir)/kubectl" --kubeconfig "$LAB_DIR/api/kubeconfig" \
    --cache-dir "$LAB_DIR/api/cache" "${REST[@]}"
}

run_exec() {
  local node ON_NODE
  parse_name "$@"
  ((${#REST[@]} >= 2)) || misuse "exec needs a node and a command"
  cluster_attach "$name"
  node=${REST[0]}
  if [[ $node == fabric ]]; then
    exec ip netns exec "$(lab_ns vnet)" "${REST[@]:1}"
  fi
  [[ -n ${NODE_HOLDER[$node]:-} ]] || die "no node $node (there are: ${LAB_NODES[*]})"
  enter_node "$node"
  exec "${ON_NODE[@]}" "${REST[@]:1}"
}

down() {
  local keeper started
  parse_name "$@"
  [[ -d $LAB_BASE/$name ]] || die "no cluster $name is up"
  if lab_owner_lives "$name"; then
    read -r keeper started <"$LAB_BASE/$name/owner"
    kill "$keeper"
    wait_until 60 "the cluster to go" process_ended "$keeper" || die "process $keeper (started at tick $started) does not end"
  fi
  [[ ! -d $LAB_BASE/$name ]] || cluster_remove "$name"
}

command=${1:-}
(($# == 0)) || shift
case $command in
  -h | --help) usage ;;
  '') usage >&2 && exit 2 ;;
  up | keep | kubectl | exec | down)
    if [[ " $* " == *" --help "* && $command != kubectl && $command != exec ]]; then
      usage
      exit
    fi
    require_root
    case $command in
      kubectl) run_kubectl "$@" ;;
      exec) run_exec "$@" ;;
      *) "$command" "$@" ;;
    esac
    ;;
  *) misuse "unknown command: $command" ;;
esac
