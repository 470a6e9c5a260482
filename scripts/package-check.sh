#!/usr/bin/env bash
# Checks what is shipped: the container image and the Debian package are reproducible and complete, and a watcher in a container
# with the rights of the DaemonSet, and no others, does its work on a node. On standard output a line PASS or FAIL for each thing
# shown.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools executables verdict release manifests image-checks deb-checks lab lab-network lab-cni lab-watcher lab-kubernetes node-container; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/package-check.sh

Sets up what is missing, builds the executables if their sources changed, makes image and package, and judges them.

  AZWG_PREBUILT=DIR   use the executables azwg and azwg-watcher in DIR instead of building them
TEXT
}

# Every argument of the manifests is one that the executable knows: with --help it says how it is used, unless it does not
# understand the rest.
check_arguments() {
  local directory arguments output
  for directory in overlays/strict uninstall; do
    mapfile -t arguments < <(kustomized "$directory" | as_json | jq -r 'select(.kind == "DaemonSet").spec.template.spec
      | (.initContainers[], .containers[]) | select(.name != "done") | .args | join("\n"), ""')
    output=''
    local command=() argument
    for argument in "${arguments[@]}"; do
      if [[ -n $argument ]]; then
        command+=("$argument")
      else
        "$AZWG_DIST/azwg-watcher" "${command[@]}" --help >/dev/null 2>"$work/usage" || output+="${command[0]}: $(head -n 1 "$work/usage") "
        command=()
      fi
    done
    judge "azwg-watcher knows the arguments of deploy/$directory" "${output:-all}" test -z "$output"
  done
}

# The API server takes the manifests, as far as it knows their kinds, and both nodes have their records there: n1's watcher in a
# container, n2's beside it on its node.
start_nodes() {
  local node
  lab_create
  trap end_run EXIT
  lab_add_fabric
  lab_add_api_server
  without ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding <<<"$MANIFEST" |
    lab_kubectl apply -f - >"$LAB_DIR/apply.log"
  for node in n1 n2; do
    lab_add_node "${node#n}"
    lab_api_node "$node"
  done
  node_install_plugin n2
  watcher_start n2
}

watcher_says() {
  container_exec n1 azwg-watcher status --json | jq -e "$1" >/dev/null
}

has_record() {
  lab_kubectl get "wireguardpeers/$1" -o name
}

link_mtu() {
  in_pod "$1" ip -j link show eth0 | jq '.[0].mtu'
}

has_mtu() {
  [[ $(link_mtu "$1") == "$2" ]]
}

# process_status NAME...: of the watcher's process, the values of proc(5)'s status.
process_status() {
  local pid names=$*
  pid=$(on_containerd n1 task list | awk -v name="$CONTAINER_NAME" '$1 == name { print $2 }')
  awk -v names=" $names " '{ sub(/:$/, "", $1) } index(names, " " $1 " ") { print $2 }' "/proc/$pid/status"
}

reaches() {
  ip netns exec "$(lab_ns n2)" ping -q -c 1 -w 5 "$1" >/dev/null
}

check_container() {
  local image=azwg:check
  # shellcheck disable=SC2034 # for node-container.sh
  MANIFEST=$(kustomized base | as_json)
  start_nodes
  mkdir -p "$(node_conflist_dir n1)"
  cp "$AZWG_ROOT/scripts/cni/10-azure.conflist" "$(node_conflist_dir n1)"
  node_containerd_start n1
  "$AZWG_ROOT/scripts/image.sh" --no-setup --name "$image" --with-wireguard-go --output "$LAB_DIR/image.tar" >/dev/null
  judge "containerd imports the image" "$(containerd --version | awk '{ print $3 }')" \
    on_containerd n1 images import --snapshotter native "$LAB_DIR/image.tar" >&2
  image=$(on_containerd n1 images list -q | head -n 1)
  judge "the init container installs the plugin" "without a capability" container_run n1 "$image" install-plugin --rm >&2
  judge "what it installed is the image's" "azwg" cmp -s "$LAB_DIR/n1/opt/cni/bin/azwg" "$AZWG_DIST/azwg"
  ip netns exec "$(lab_ns n1)" sysctl -qw net.ipv4.conf.all.src_valid_mark=0 net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1
  judge "the watcher starts in its container" "status --alive" container_start n1 "$image"
  # Bits 12 and 21 of capabilities(7).
  same_lines "it has the rights that the manifest says" "NET_ADMIN and SYS_ADMIN, seccomp, no new privileges" \
    "$(printf '%s\n' 0000000000201000 0000000000201000 1 2)" "$(process_status CapEff CapBnd NoNewPrivs Seccomp)"
  judge "it is ready" "status" wait_until 20 "the container to be ready" container_exec n1 azwg-watcher status
  judge "its memory is within the DaemonSet's request" "$(process_status VmRSS) KiB resident of 65536" \
    test "$(process_status VmRSS)" -le 65536
  judge "it sets the sysctl through the mount" "src_valid_mark" test "$(on_node n1 cat /proc/sys/net/ipv4/conf/all/src_valid_mark)" = 1
  judge "the packet filter works from there" "marks" watcher_says '.packetFilter.reversePath == "marks"'
  judge "it enters the plugin into the list" "10-azure.conflist" wait_until 10 "the entry" node_serves_pods n1
  judge "it has a tunnel to the other node" "verified" wait_until 30 "a tunnel" watcher_says '.nodes.encrypted.nodes == 1'
  judge "its record is at the API server, by its account's rights" "wireguardpeers/n1" has_record n1 >&2
  check_pods "$image"
  container_stop n1
  check_less "$image"
  check_uninstall "$image"
}

# The DaemonSet that takes azwg off a node, as its init container runs.
check_uninstall() {
  MANIFEST=$(kustomized uninstall | as_json)
  judge "uninstalling does its work" "NET_ADMIN only" container_run n1 "$1" uninstall --rm >&2
  judge "the plugin is out of the list" "10-azure.conflist" \
    jq -e 'all(.plugins[].type; . != "azwg")' "$(node_conflist_dir n1)/10-azure.conflist" >&2
  judge "no packet filter is left" "inet azwg" test -z "$(on_node n1 nft list tables | grep -w azwg)"
  judge "no rule and no table is left" "51820" test -z "$(ip -n "$(lab_ns n1)" rule | grep -w "$WG_TABLE")"
  judge "the record is gone" "wireguardpeers/n1" test -z "$(has_record n1 2>/dev/null)"
  judge "the pod and the other node reach each other without a tunnel" "${POD_ADDRESS[late]}" \
    wait_until 10 "a ping in the clear" reaches "${POD_ADDRESS[late]}"
}

# What docs/install.md says of a container with less: it works, and these two things do not.
check_less() {
  # shellcheck disable=SC2034 # for node-container.sh
  MANIFEST=$(jq -c 'if .kind != "DaemonSet" then . else .spec.template.spec.containers[0] |= (
    .securityContext.capabilities.add -= ["SYS_ADMIN"] | .volumeMounts |= map(select(.name != "proc-sys-net"))) end' <<<"$MANIFEST")
  ip netns exec "$(lab_ns n1)" sysctl -qw net.ipv4.conf.all.src_valid_mark=0
  judge "a pod is attached for a container with less" "cnitool" pod_add n1 late
  judge "without SYS_ADMIN and the mount of /proc/sys/net the watcher starts" "status --alive" container_start n1 "$1"
  same_lines "it has NET_ADMIN only" "CapEff" 0000000000001000 "$(process_status CapEff)"
  judge "it has a tunnel all the same" "verified" wait_until 30 "a tunnel" watcher_says '.nodes.encrypted.nodes == 1'
  judge "rules take the place of marks" "port-rules" watcher_says '.packetFilter.reversePath == "port-rules"'
  ip -n "$(lab_ns n1)" link set eth0 mtu 1360
  judge "the tunnel follows the node's MTU" "1360 less 60" wait_until 10 "the tunnel's MTU" watcher_says '.mtu == 1300'
  judge "it says that it cannot reach into the pod" "watcher.log" wait_until 10 "the warning" \
    grep -q "MTU of a pod's link cannot be changed" "$LAB_DIR/n1/watcher.log"
  judge "the pod's link stays as it was" "MTU $(link_mtu late)" has_mtu late 1320
  container_stop n1
}

# The plugin on the node and the watcher in the container work together, and the watcher reaches into pods that started after it.
check_pods() {
  judge "a pod is attached" "cnitool" pod_add n1 web
  judge "its link fits the tunnel" "MTU $(link_mtu web)" has_mtu web 1340
  judge "the other node reaches it" "${POD_ADDRESS[web]}" wait_until 10 "a ping through the tunnel" reaches "${POD_ADDRESS[web]}"
  ip -n "$(lab_ns n1)" link set eth0 mtu 1380
  judge "its link follows the node's MTU" "1380 less 60" wait_until 10 "the pod's MTU" has_mtu web 1320
  judge "the watcher is restarted" "SIGTERM, a new container" restart_container "$1"
  judge "the pod is reached as before" "${POD_ADDRESS[web]}" wait_until 10 "a ping after the restart" reaches "${POD_ADDRESS[web]}"
  judge "nothing that it did was taken for another's change" "$(container_exec n1 azwg-watcher status --json | jq -c '.drift | keys')" \
    watcher_says '.drift | (has("FIREWALL") or has("SYSCTL")) | not'
  judge "the pod goes" "DEL" pod_del web
}

restart_container() {
  container_stop n1 && container_start n1 "$1"
}

end_run() {
  local status=$?
  if ((status != 0)) && [[ -n $LAB_ID ]]; then
    tail -n 20 "$LAB_DIR"/n1/*.log 2>/dev/null | cut -c1-300 >&2 || true
  fi
  lab_end_containers
  rm -rf "$work"
  lab_destroy
  exit "$status"
}

case ${1:-} in
  -h | --help)
    usage
    exit
    ;;
esac
"$AZWG_ROOT/scripts/setup.sh" --for packaging --for kubernetes
use_jdk25
ensure_executables
export AZWG_PREBUILT=$AZWG_DIST
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check_image_is_reproducible "$work"
check_image_content "$work"
check_deb "$work"
check_arguments
check_container
verdict_summary
