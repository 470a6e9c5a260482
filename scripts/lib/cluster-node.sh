#!/usr/bin/env bash
# A Kubernetes node in namespaces of its own: containerd, kubelet and kube-proxy think that they have a machine.
#
#   cluster-node.sh hold NAME DIR                 the node's first process, in its network namespace and below
#                                                 unshare --mount --pid --fork --uts --kill-child. Makes DIR/ready; the node ends with it
#   cluster-node.sh containerd|kubelet|proxy NAME DIR      run on the node, in the foreground until it is ended
#   cluster-node.sh remove GROUP                  removes the control groups that are left of a node
#
# DIR is the node's disk. It also holds what a node must know of its cluster:
#   DIR/settings   ADDRESS=, CONTROL_PLANE= (the directory of control-plane.sh), PROGRAMS= (containerd 2), KUBERNETES= (kubelet,
#                  kube-proxy), GROUP= (its control group), POD_RANGE=, PROXY= (iptables or nftables)
set -euo pipefail

# A node's own directories below /var/lib, on its disk.
readonly STATE=(/var/lib/azwg /var/lib/cni /var/lib/kubelet)
# Directories of the machine that must stay in sight: the checkout and the cache may lie below what a node has of its own.
readonly KEPT=("${AZWG_ROOT:?}" "${AZWG_CACHE:?}")

# A /run, /etc and /opt over the machine's, directories in /var/lib, and a /sys that shows the node's interfaces.
hold() {
  local name=$1 dir=$2 part groups kept index
  hostname "$name"
  mount --make-rprivate /
  mkdir -p "$dir"/{etc,opt,kubelet,containerd,log} "$dir"/work/{etc,opt} "${STATE[@]}" "${STATE[@]/#/$dir}"
  kept=$(mktemp -d)
  mount -t tmpfs -o size=1m,mode=700 azwg-kept "$kept"
  for index in "${!KEPT[@]}"; do
    mkdir "$kept/$index"
    mount --bind "${KEPT[index]}" "$kept/$index"
  done
  for part in etc opt; do
    mount -t overlay overlay -o "lowerdir=/$part,upperdir=$dir/$part,workdir=$dir/work/$part" "/$part"
  done
  for part in "${STATE[@]}"; do
    mount --bind "$dir$part" "$part"
  done
  mount -t tmpfs -o mode=755,size=64m run /run
  mkdir -p /run/netns /run/lock /etc/cni/net.d /opt/cni/bin
  for index in "${!KEPT[@]}"; do
    if [[ ! -d ${KEPT[index]} ]]; then
      mkdir -p "${KEPT[index]}"
      mount --move "$kept/$index" "${KEPT[index]}"
    else
      umount "$kept/$index"
    fi
  done
  umount "$kept"
  rmdir "$kept"
  mount -t proc proc /proc
  groups=$(mktemp -d)
  mount --rbind /sys/fs/cgroup "$groups"
  mount -t sysfs sysfs /sys
  mount --rbind "$groups" /sys/fs/cgroup
  umount -l "$groups"
  rmdir "$groups"
  keep_machine_sysctls
  # A volume that follows the host's mounts must lie in a shared mount.
  mount --make-rshared /
  touch "$dir/ready"
  # A first process must collect what it inherits: the shims of containers.
  while :; do
    sleep infinity &
    wait $! || true
  done
}

# The kubelet sets these for the whole machine unless they read as it wants them: they belong to no namespace.
keep_machine_sysctls() {
  local name value file
  while read -r name value; do
    file=/run/sysctl-${name//\//-}
    printf '%s\n' "$value" >"$file"
    mount --bind "$file" "/proc/sys/$name"
  done <<'SYSCTLS'
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SYSCTLS
}

# A place of the node's own in each hierarchy (version 1 and hybrid), or in the only one (version 2): two kubelets on one machine
# would clear away each other's pods.
make_groups() {
  local hierarchy
  if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then
    mkdir -p "/sys/fs/cgroup/$GROUP"
    return
  fi
  for hierarchy in /sys/fs/cgroup/*/; do
    mkdir -p "$hierarchy$GROUP" 2>/dev/null || continue
    if [[ -f $hierarchy/cpuset.cpus ]]; then
      cat "$hierarchy/cpuset.cpus" >"$hierarchy$GROUP/cpuset.cpus"
      cat "$hierarchy/cpuset.mems" >"$hierarchy$GROUP/cpuset.mems"
    fi
  done
}

remove() {
  local hierarchy
  for hierarchy in /sys/fs/cgroup/ /sys/fs/cgroup/*/; do
    if [[ -d $hierarchy$1 ]]; then
      find "$hierarchy$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
    fi
  done
}

# restrict_oom_score_adj and disable_apparmor are for a machine without all capabilities.
containerd() {
  local dir=$2
  cat >"$dir/containerd.toml" <<TOML
version = 3
root = "$dir/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[ttrpc]
  address = "/run/containerd/containerd.sock.ttrpc"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "localhost/pod:1"
[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/opt/cni/bin"]
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        SystemdCgroup = false
TOML
  PATH=$PROGRAMS:$PATH exec "$PROGRAMS/containerd" --config "$dir/containerd.toml"
}

# failCgroupV1: a kubelet refuses control groups of version 1 otherwise, since 1.35. oomScoreAdj: a score below 0 needs
# SYS_RESOURCE. evictionHard: a full disk of the machine evicts nobody.
kubelet() {
  local name=$1 dir=$2
  make_groups
  cat >"$dir/kubelet.yaml" <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $ADDRESS
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $CONTROL_PLANE/admin/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: $CONTROL_PLANE/pki/serving-$name.crt
tlsPrivateKeyFile: $CONTROL_PLANE/pki/serving-$name.key
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /$GROUP
failCgroupV1: false
oomScoreAdj: 0
evictionHard: {memory.available: 1Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
failSwapOn: false
podLogsDir: $dir/log
maxPods: 60
resolvConf: ""
syncFrequency: 10s
nodeStatusUpdateFrequency: 4s
CONFIG
  PATH=$PROGRAMS:$PATH exec "$KUBERNETES/kubelet" --config "$dir/kubelet.yaml" \
    --kubeconfig "$CONTROL_PLANE/kubelet-$name.kubeconfig" --root-dir "$dir/kubelet" --hostname-override "$name" \
    --node-ip "$ADDRESS" --cert-dir "$dir/kubelet-pki"
}

# Zeros in conntrack: kube-proxy leaves the machine's limits as they are. All that comes to a service from outside of the pods'
# range is masqueraded.
proxy() {
  local name=$1 dir=$2
  cat >"$dir/proxy.yaml" <<CONFIG
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: $PROXY
hostnameOverride: $name
clusterCIDR: $POD_RANGE
detectLocalMode: ClusterCIDR
clientConnection: {kubeconfig: $CONTROL_PLANE/kube-proxy.kubeconfig}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
oomScoreAdj: 0
metricsBindAddress: 127.0.0.1:10249
CONFIG
  exec "$KUBERNETES/kube-proxy" --config "$dir/proxy.yaml"
}

case ${1:-} in
  hold | remove) "$@" ;;
  containerd | kubelet | proxy)
    # shellcheck source=/dev/null
    . "$3/settings"
    "$@"
    ;;
  *)
    sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac
