# azwg on a cluster, as its users put it there: the chart, with the project's own image. Needs common.sh, tools.sh, jdk.sh,
# executables.sh, manifests.sh, cluster.sh.
# shellcheck shell=bash

readonly CLUSTER_IMAGE=registry.example/azwg

# cluster_azwg_image TAG FILE: the image under another tag each time, so that an upgrade has something to change.
cluster_azwg_image() {
  AZWG_PREBUILT=$AZWG_DIST "$AZWG_ROOT/scripts/image.sh" --no-setup --name "$CLUSTER_IMAGE:$1" --output "$2" >/dev/null
}

# cluster_values TAG MODE: the chart's values. The API server has an address within the ranges. Where the kernel has no WireGuard the node runs it in userspace, and the watcher
# needs its socket.
cluster_values() {
  jq -n --arg repository "$CLUSTER_IMAGE" --arg tag "$1" --arg mode "$2" --arg range "$VNET_PREFIX" --arg api "$VNET_GATEWAY/32" \
    --arg kernel "$(cluster_kernel_wireguard)" '
    {image: {repository: $repository, tag: $tag, pullPolicy: "Never"}, mode: $mode,
     clusterRanges: (if $mode == "strict" then [$range] else [] end), neverTunnel: [$api]}
    + if $kernel == "yes" then {} else {
      extraVolumes: [{name: "run-wireguard", hostPath: {path: "/run/wireguard", type: "DirectoryOrCreate"}}],
      extraVolumeMounts: [{name: "run-wireguard", mountPath: "/run/wireguard"}]} end'
}

cluster_helm() {
  local command=$1
  shift
  # shellcheck disable=SC2034 # for manifests.sh
  local HELM_PREFIX=(ip netns exec "$(lab_ns vnet)")
  helm_run "$command" "$AZWG_ROOT/deploy/helm/azwg" kube-system "$LAB_DIR/api/kubeconfig" "$@"
}

# cluster_azwg TAG MODE: `helm upgrade --install`; returns when every watcher runs that and is ready.
cluster_azwg() {
  cluster_values "$1" "$2" >"$LAB_DIR/values.json"
  cluster_helm upgrade "$LAB_DIR/values.json" >>"$LAB_DIR/helm.log" 2>&1 || {
    tail -n 20 "$LAB_DIR/helm.log" >&2
    return 1
  }
  lab_kubectl -n kube-system rollout status daemonset/azwg-watcher --timeout 180s >>"$LAB_DIR/helm.log"
}

# The watcher's pod on NODE.
watcher_pod() {
  lab_kubectl -n kube-system get pods -l app.kubernetes.io/name=azwg-watcher --field-selector "spec.nodeName=$1" -o name
}

# watcher_exec NODE ARGUMENT...: azwg-watcher in the watcher's container.
watcher_exec() {
  local node=$1
  shift
  lab_kubectl -n kube-system exec "$(watcher_pod "$node")" -c azwg-watcher -- azwg-watcher "$@"
}

# The watcher of every node has a tunnel to every other node.
mesh_is_whole() {
  local node count
  for node in "${LAB_NODES[@]}"; do
    count=$(watcher_exec "$node" status --json 2>/dev/null | jq .nodes.encrypted.nodes) || true
    [[ ${count:-0} == $((${#LAB_NODES[@]} - 1)) ]] || { printf '%s reaches %s nodes encrypted\n' "$node" "${count:-no}" && return 1; }
  done
}

# pods_image FILE: the image of the pods, of one static program.
pods_image() {
  local dir=$1.d digest
  mkdir -p "$dir/root/bin" "$dir/root/tmp"
  cp /bin/busybox "$dir/root/bin/busybox"
  "$dir/root/bin/busybox" --install -s "$dir/root/bin" 2>/dev/null || true
  find "$dir/root/bin" -type l -exec ln -sf busybox {} \;
  tar -C "$dir/root" --sort=name --owner=0 --group=0 -cf "$dir/layer.tar" bin tmp
  digest=$(sha256sum "$dir/layer.tar")
  jq -n --arg diff "sha256:${digest%% *}" --arg architecture "$(dpkg --print-architecture)" '{architecture: $architecture, os: "linux",
    config: {Entrypoint: ["/bin/sleep", "86400"], Env: ["PATH=/bin"]},
    rootfs: {type: "layers", diff_ids: [$diff]}}' >"$dir/config.json"
  jq -n '[{Config: "config.json", RepoTags: ["localhost/pod:1"], Layers: ["layer.tar"]}]' >"$dir/manifest.json"
  tar -C "$dir" -cf "$1" manifest.json config.json layer.tar
  rm -rf "$dir"
}
