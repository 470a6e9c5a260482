#!/usr/bin/env bash
# azwg under real container runtimes: containerd with CRI (RunPodSandbox, StopPodSandbox) and podman, on a node of an
# emulated VNet whose second node reaches the pods through the tunnel. The exit status is the verdict.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables verdict lab lab-network lab-cni lab-watcher cri lab-runtimes list-checks; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/runtimes.sh

Sets up what is missing, builds the executables if their sources changed, and attaches pods by containerd (CRI) and by
podman. On standard output a line PASS or FAIL for each thing shown, and what the runtimes sent to the plugin.

  AZWG_PREBUILT=DIR   use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

ledger_of() {
  find "$LAB_DIR/$1/run/azwg/attachments" -name '*.json' -exec cat {} + 2>/dev/null
}

throws_of() {
  ip -n "$(lab_ns "$1")" route show table "$WG_TABLE" type throw | awk '{ print $2 }' | grep -v '/' | grep -v '^10\.240\.0\.'
}

# Nothing of a pod is left: no attachment, no route of a pod, no lease of Azure's.
node_is_empty() {
  [[ -z $(ledger_of n1) ]] && ! throws_of n1 | grep -q '^10\.240\.1\.' &&
    [[ ! -s /proc/${NODE_HOLDER[n1]}/root/run/azure-vnet-lab/leases ]]
}

node_reaches() {
  ip netns exec "$(lab_ns n2)" ping -q -c 1 -w 5 "$1" >/dev/null
}

record_matches() {
  # shellcheck disable=SC2016 # the names are jq's
  jq -e --arg address "$2/32" --arg pod "$3" '.addresses == [$address] and .pod.namespace == "demo"
    and .pod.name == $pod and .pod.uid == "uid-" + $pod' <<<"$1" >/dev/null
}

start_nodes() {
  lab_create
  trap end_run EXIT
  lab_add_fabric
  local node
  for node in 1 2; do
    lab_add_node "$node"
    node_install_plugin "n$node"
    watcher_start "n$node"
  done
  for node in n1 n2; do
    wait_until 20 "$node to have a peer" has_peers "$node" 1
    wait_until 5 "the plugin in the list of $node" node_serves_pods "$node"
  done
  node_add_plugins n1
}

# sandbox POD: runs one; sets SANDBOX and ADDRESS.
sandbox() {
  SANDBOX=$(cri_run "$SOCKET" "$1" "$RT/logs" "$RT/answer") || return 1
  ADDRESS=$(cri_address "$SOCKET" "$SANDBOX" "$RT/answer")
}

check_sandbox() {
  local pod=$1 record netns mtu
  record=$(ledger_of n1 | jq -s --arg id "$SANDBOX" '.[] | select(.containerID == $id)')
  judge "containerd: the attachment of $pod has the runtime's address and the pod's names" "$ADDRESS" \
    record_matches "$record" "$ADDRESS" "$pod"
  judge "containerd: the address of $pod is local in the table" "throw $ADDRESS" grep -qxF "$ADDRESS" <<<"$(throws_of n1)"
  netns=$(jq -r .netns <<<"$record")
  mtu=$(on_node n1 nsenter --net="$netns" ip -j link show eth0 | jq '.[0].mtu')
  judge "containerd: the link of $pod fits the tunnel" "MTU $mtu" test "$mtu" = 1340
  judge "containerd: the other node knows $pod" "$ADDRESS" wait_until 5 "n2 to know $ADDRESS" node_knows n2 "$ADDRESS"
  judge "containerd: the other node reaches $pod" "ping" node_reaches "$ADDRESS"
}

check_containerd() {
  local pod first ids=() started failed=0
  say "containerd $(containerd --version | awk '{ print $3 }') with CRI"
  RT=$(runtime_dir n1) SOCKET=$(runtime_dir n1)/c.sock
  mkdir -p "$RT/logs"
  pod_image "$RT/image.tar"
  containerd_start n1
  on_node n1 ctr --address "$SOCKET" --namespace k8s.io images import "$RT/image.tar" >/dev/null
  started=$(now_us)
  judge "containerd: RunPodSandbox" "pod web-0" sandbox web-0
  [[ -n ${SANDBOX:-} ]] || return 0
  say "RunPodSandbox took $(us_as_ms $(($(now_us) - started))) ms"
  check_sandbox web-0
  first=$SANDBOX
  for pod in web-1 web-2 web-3; do
    sandbox "$pod" && ids+=("$SANDBOX") || failed=$((failed + 1))
  done
  judge "containerd: three more pods" "$(ledger_of n1 | jq -s length) attachments" test "$failed" = 0
  judge "containerd: StopPodSandbox" "web-0" cri_stop "$SOCKET" "$first" "$RT/answer"
  judge "containerd: the stopped pod's attachment is gone, the others stay" "3" \
    test "$(ledger_of n1 | jq -s length)" = 3
  judge "containerd: StopPodSandbox once more" "web-0" cri_stop "$SOCKET" "$first" "$RT/answer"
  judge "containerd: RemovePodSandbox" "web-0" cri_remove "$SOCKET" "$first" "$RT/answer"
  kill -s KILL "$CONTAINERD_PID"
  wait "$CONTAINERD_PID" 2>/dev/null || true
  containerd_start n1
  for pod in "${ids[@]}"; do
    cri_stop "$SOCKET" "$pod" "$RT/answer" && cri_remove "$SOCKET" "$pod" "$RT/answer" || failed=$((failed + 1))
  done
  judge "containerd: killed and started again, it stops the pods that it had" "${#ids[@]} pods" test "$failed" = 0
  judge "containerd: nothing of the pods is left" "ledger, routes, leases" node_is_empty
  check_failed_sandbox
  print_sent containerd
  check_podman
  print_sent podman
  check_list
  kill -s TERM "$CONTAINERD_PID"
  wait "$CONTAINERD_PID" 2>/dev/null || true
}

# A plugin before us fails: containerd sends DEL to the chain at once, and reports the failure.
check_failed_sandbox() {
  local pool=/proc/${NODE_HOLDER[n1]}/root/run/azure-vnet-lab/pool
  mv "$pool" "$pool.away"
  : >"$pool"
  if sandbox no-address 2>"$RT/refused"; then
    fail "containerd: a pod without an address does not start" "it did"
  else
    pass "containerd: a pod without an address does not start" "$(grep -oE 'no address is free' "$RT/refused" || cat "$RT/refused")"
  fi
  mv "$pool.away" "$pool"
  judge "containerd: nothing of the refused pod is left" "ledger, routes" node_is_empty
}

check_podman() {
  local root link
  say "podman $(podman --version | awk '{ print $3 }') with its CNI back end"
  root=$RT/podman-root
  mkdir -p "$root/bin"
  cp /bin/busybox "$root/bin/busybox"
  link=$(run_podman n1 run --rm --ulimit nofile=1024:20000 --ulimit nproc=1024:4096 --network azure --rootfs "$root" \
    /bin/busybox ip link show eth0 2>"$RT/podman.err") || true
  judge "podman: the link of a container fits the tunnel" "${link:-$(tail -n 1 "$RT/podman.err")}" grep -q 'mtu 1340' <<<"$link"
  judge "podman: nothing of the container is left" "ledger, routes, leases" node_is_empty
}

# print_sent RUNTIME: what it has sent since the last time, of each command one example.
print_sent() {
  local runtime=$1 command note
  for command in VERSION ADD DEL CHECK STATUS GC; do
    note=$(find "$RT/sent" -name "$command.*" ! -name '*.stdin' | sort | head -n 1)
    [[ -n $note ]] || continue
    printf '%s sent %s %s times; for example:\n' "$runtime" "$command" "$(find "$RT/sent" -name "$command.*" ! -name '*.stdin' | wc -l)"
    sed 's/^/    /' "$note"
    jq -c . "$note.stdin" 2>/dev/null | sed 's/^/    /' || true
  done
  rm -f "$RT"/sent/*
}

end_run() {
  local status=$?
  if ((status != 0)) && [[ -n $LAB_ID ]]; then
    tail -n 30 "$LAB_DIR"/n1/rt/*.log "$LAB_DIR"/n1/rt/*.err 2>/dev/null | cut -c1-400 >&2 || true
  fi
  lab_end_containers
  lab_destroy
  exit "$status"
}

case ${1:-} in
  -h | --help)
    usage
    exit
    ;;
esac
"$AZWG_ROOT/scripts/setup.sh" --for runtimes
use_jdk25
ensure_executables
start_nodes
check_containerd
verdict_summary
