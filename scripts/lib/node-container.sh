# The watcher of a lab node as its DaemonSet runs it: in a container of containerd, with the arguments, mounts and rights that
# the manifest says. Needs lab-network.sh, lab-kubernetes.sh, tools.sh and manifests.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # sets variables for its callers

# For the caller to set: the objects of the manifest, one a line.
MANIFEST=''

readonly CONTAINER_NAMESPACE=k8s.io CONTAINER_NAME=azwg-watcher

# What containerd gives a container that says nothing; Kubernetes' "drop: [ALL]" takes it all away.
readonly DEFAULT_CAPABILITIES=(CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE
  SYS_CHROOT KILL AUDIT_WRITE)

# on_containerd NODE ARGUMENT...: ctr.
on_containerd() {
  local node=$1
  shift
  on_node "$node" ctr --address "$LAB_DIR/$node/c.sock" --namespace "$CONTAINER_NAMESPACE" "$@"
}

# A containerd of the node's own, without CRI: pods are attached by cnitool. Sets CONTAINERD_PID.
node_containerd_start() {
  local node=$1 dir=$LAB_DIR/$1 ON_NODE
  printf 'version = 2\nroot = "%s"\nstate = "%s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "%s"\n[ttrpc]\n  address = "%s"\n' \
    "$dir/c.root" "$dir/c.state" "$dir/c.sock" "$dir/c.ttrpc" >"$dir/containerd.toml"
  enter_node "$node"
  "${ON_NODE[@]}" setpriv --pdeathsig KILL -- containerd --config "$dir/containerd.toml" >"$dir/containerd.log" 2>&1 </dev/null &
  CONTAINERD_PID=$!
  wait_until 30 "containerd to answer" on_containerd "$node" version || die "$(tail -n 20 "$dir/containerd.log")"
}

# container_options NODE CONTAINER: sets CONTAINER_OPTIONS to what the manifest's container of that name has, in ctr's words.
# The host's directories for CNI are the lab node's.
container_options() {
  local node=$1 spec name path host propagation
  spec=$(jq -c --arg name "$2" 'select(.kind == "DaemonSet").spec.template.spec
    | (.initContainers[], .containers[] | select(.name == $name)) + {volumes: .volumes}' <<<"$MANIFEST")
  CONTAINER_OPTIONS=(--net-host --snapshotter native --seccomp)
  for name in "${DEFAULT_CAPABILITIES[@]}"; do
    CONTAINER_OPTIONS+=(--cap-drop "CAP_$name")
  done
  for name in $(jq -r '.securityContext.capabilities.add[]?' <<<"$spec"); do
    CONTAINER_OPTIONS+=(--cap-add "CAP_$name")
  done
  [[ $(jq .securityContext.readOnlyRootFilesystem <<<"$spec") != true ]] || CONTAINER_OPTIONS+=(--read-only)
  while read -r host path propagation; do
    case $host in
      /etc/* | /opt/*) host=$LAB_DIR/$node$host ;;
    esac
    # hostPath of type DirectoryOrCreate.
    on_node "$node" mkdir -p "$host"
    CONTAINER_OPTIONS+=(--mount "type=bind,src=$host,dst=$path,options=rbind:rw:$propagation")
  done < <(jq -r '.volumes as $volumes | .volumeMounts[] | . as $mount
    | ($volumes[] | select(.name == $mount.name)).hostPath.path + " " + .mountPath + " "
      + (if .mountPropagation == "HostToContainer" then "rslave" else "rprivate" end)' <<<"$spec")
}

# container_arguments CONTAINER NODE: the manifest's, one a line.
container_arguments() {
  jq -r --arg name "$1" --arg node "$2" 'select(.kind == "DaemonSet").spec.template.spec
    | (.initContainers[], .containers[]) | select(.name == $name).args[] | sub("\\$\\(NODE_NAME\\)"; $node)' <<<"$MANIFEST"
}

# container_run NODE IMAGE CONTAINER OPTION...: the manifest's container, with further options of ctr. It finds the API server and
# the credentials of its account where the kubelet puts them.
container_run() {
  local node=$1 image=$2 name=$3 CONTAINER_OPTIONS arguments
  shift 3
  container_options "$node" "$name"
  mapfile -t arguments < <(container_arguments "$name" "$node")
  on_containerd "$node" run "${CONTAINER_OPTIONS[@]}" "$@" --env "KUBERNETES_SERVICE_HOST=$VNET_GATEWAY" \
    --env "KUBERNETES_SERVICE_PORT=${LAB_API_URL##*:}" \
    --mount "type=bind,src=$(api_credentials "$node"),dst=/var/run/secrets/kubernetes.io/serviceaccount,options=rbind:ro" \
    "$image" "$name" azwg-watcher "${arguments[@]}" </dev/null
}

# container_start NODE IMAGE: the watcher; returns when it answers. A kernel without WireGuard needs two things more: the device
# that userspace WireGuard is made of, and a place for its socket.
container_start() {
  container_run "$1" "$2" "$CONTAINER_NAME" --detach --device /dev/net/tun --log-uri "file://$LAB_DIR/$1/watcher.log" \
    --mount "type=tmpfs,src=tmpfs,dst=/run/wireguard,options=rw:mode=0700"
  wait_until 20 "the watcher of $1 to answer" container_exec "$1" azwg-watcher status --alive
}

# container_exec NODE COMMAND...: in the watcher's container, as a probe runs it.
container_exec() {
  local node=$1
  shift
  on_containerd "$node" task exec --exec-id "exec-$SRANDOM" "$CONTAINER_NAME" "$@" </dev/null
}

# container_stop NODE: SIGTERM, and the container goes once it has ended.
container_stop() {
  on_containerd "$1" task kill --signal SIGTERM "$CONTAINER_NAME"
  wait_until 15 "the container of $1 to end" container_ended "$1"
  on_containerd "$1" task delete "$CONTAINER_NAME" >/dev/null || true
  on_containerd "$1" container delete "$CONTAINER_NAME"
}

container_ended() {
  on_containerd "$1" task list | awk -v name="$CONTAINER_NAME" '$1 == name { print $3 }' | grep -qx STOPPED
}
