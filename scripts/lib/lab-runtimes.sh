# Container runtimes on a node of the lab: containerd with CRI, and podman. Needs lab-network.sh and lab-watcher.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # sets variables for its callers

# Everything of a runtime lies below the node's directory; its sockets' paths must be short (108 bytes).
runtime_dir() {
  printf '%s/%s/rt\n' "$LAB_DIR" "$1"
}

# The plugins of the node: Azure's imitation, portmap, and azwg behind a script that notes what it is sent.
node_add_plugins() {
  local node=$1 bin=$LAB_DIR/$1/opt/cni/bin sent
  sent=$(runtime_dir "$1")/sent
  mkdir -p "$sent"
  # containerd runs loopback on its own account.
  ln -s "$AZWG_ROOT/scripts/cni/azure-vnet" "$DEBIAN_CNI_DIR/portmap" "$DEBIAN_CNI_DIR/loopback" "$bin"
  cp "$bin/azwg" "$bin/azwg.real"
  cat >"$bin/azwg.new" <<SCRIPT
#!/bin/sh
note=\$(mktemp "$sent/\$CNI_COMMAND.XXXXXX")
cat >"\$note.stdin"
env | grep ^CNI_ | sort >"\$note"
exec "$bin/azwg.real" <"\$note.stdin"
SCRIPT
  chmod 755 "$bin/azwg.new"
  # By rename: the watcher puts a plugin back that is missing.
  mv "$bin/azwg.new" "$bin/azwg"
}

# pod_image FILE: an image of one static program, in the form of docker save.
pod_image() {
  local dir=$1.d digest
  mkdir -p "$dir/root/bin"
  cp /bin/busybox "$dir/root/bin/busybox"
  ln -s busybox "$dir/root/bin/sleep"
  tar -C "$dir/root" --sort=name --owner=0 --group=0 -cf "$dir/layer.tar" bin
  digest=$(sha256sum "$dir/layer.tar")
  jq -n --arg diff "sha256:${digest%% *}" '{architecture: "amd64", os: "linux",
    config: {Entrypoint: ["/bin/sleep", "86400"], Env: ["PATH=/bin"]},
    rootfs: {type: "layers", diff_ids: [$diff]}}' >"$dir/config.json"
  jq -n '[{Config: "config.json", RepoTags: ["localhost/pod:1"], Layers: ["layer.tar"]}]' >"$dir/manifest.json"
  tar -C "$dir" -cf "$1" manifest.json config.json layer.tar
}

# restrict_oom_score_adj and disable_apparmor: what a machine without all capabilities needs.
containerd_config() {
  local dir=$1 node_dir=$2
  cat <<TOML
version = 2
root = "$dir/root"
state = "$dir/state"
[grpc]
  address = "$dir/c.sock"
[ttrpc]
  address = "$dir/c.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pod:1"
  disable_apparmor = true
  disable_tcp_service = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$node_dir/opt/cni/bin"
    conf_dir = "$node_dir/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
TOML
}

# Sets CONTAINERD_PID. Returns when CRI answers.
containerd_start() {
  local node=$1 dir ON_NODE
  dir=$(runtime_dir "$node")
  containerd_config "$dir" "$LAB_DIR/$node" >"$dir/containerd.toml"
  enter_node "$node"
  "${ON_NODE[@]}" setpriv --pdeathsig KILL -- containerd --config "$dir/containerd.toml" >>"$dir/containerd.log" 2>&1 \
    </dev/null &
  CONTAINERD_PID=$!
  wait_until 30 "containerd to answer" containerd_answers "$node" || die "$(tail -n 20 "$dir/containerd.log")"
}

containerd_answers() {
  local dir
  dir=$(runtime_dir "$1")
  cri_call "$dir/c.sock" Status '' "$dir/answer" 2>"$dir/answer.err" && grep -aq NetworkReady "$dir/answer" &&
    ! grep -aq 'NetworkPluginNotReady' "$dir/answer"
}

podman_config() {
  cat <<TOML
[network]
network_backend = "cni"
cni_plugin_dirs = ["$1/opt/cni/bin"]
network_config_dir = "$1/etc/cni/net.d"
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
TOML
}

# run_podman NODE ARGUMENT...
run_podman() {
  local node=$1 dir
  dir=$(runtime_dir "$node")/podman
  shift
  mkdir -p "$dir"
  podman_config "$LAB_DIR/$node" >"$dir/containers.conf"
  on_node "$node" env "CONTAINERS_CONF=$dir/containers.conf" podman --root "$dir/root" --runroot "$dir/runroot" \
    --tmpdir "$dir/tmp" --storage-driver vfs "$@"
}
