# A virtual machine with a kernel of its own: QEMU without acceleration. Needs common.sh and tools.sh.
#
# The guest's / is the machine's, read-only (virtiofs); /run, /tmp and the like are its own. A work directory is shared, at the
# same path. It has no network device: nothing in it reaches anything outside.
# shellcheck shell=bash

# One processor: with several threads of emulation a kernel that patches its own text while another of its processors runs it
# (static keys, at each first device or rule of a kind) dies of the breakpoint that it has put there.
readonly VM_MEMORY=3G VM_CPUS=1
readonly VIRTIOFSD=/usr/lib/qemu/virtiofsd

# The first process of the guest. Kernel modules are loaded by the kernel when they are needed: modprobe finds them
# where it expects them, for which /usr/lib needs one more directory.
vm_init() {
  local kernel=$1 work=$2
  cat <<INIT
#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
ln -sf /proc/self/fd /dev/fd
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
mount -t tmpfs mnt /mnt
mkdir /mnt/upper /mnt/work /run/netns /run/lock
insmod "\$(find $kernel/lib/modules -name 'overlay.ko*')" 2>/dev/null
mount -t overlay -o lowerdir=/usr/lib,upperdir=/mnt/upper,workdir=/mnt/work overlay /usr/lib
mkdir -p /usr/lib/modules
mount --bind $kernel/lib/modules /usr/lib/modules
mkdir -p $work
mount -t virtiofs work $work || echo "vm: the work directory cannot be mounted" >/dev/ttyS0
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
cut -d' ' -f1 /proc/uptime >$work/booted
{ bash $work/command </dev/null 2>&1; echo \$? >$work/status; } | cat >/dev/ttyS1
cut -d' ' -f1 /proc/uptime >$work/ended
sync
echo o >/proc/sysrq-trigger
sleep 60
INIT
}

# vm_run WORK SECONDS COMMAND...: runs a command as root in the guest. Its output is ours; the exit status too, 124 if the time
# was up, 125 if the guest did not come to run it (then the console's end is shown).
vm_run() {
  local work=$1 limit=$2 kernel daemons=() tag source pid status=0
  shift 2
  kernel=$(tool_dir kernel)
  printf '%q ' "$@" >"$work/command"
  vm_init "$kernel" "$work" >"$work/init"
  chmod 755 "$work/init"
  rm -f "$work/status"
  for tag in root work; do
    source=/
    [[ $tag == root ]] || source=$work
    "$VIRTIOFSD" --socket-path="$work/$tag.sock" -o "source=$source,cache=auto,xattr,sandbox=chroot" \
      >"$work/$tag.log" 2>&1 </dev/null &
    daemons+=($!)
  done
  wait_until 10 "virtiofsd" test -S "$work/root.sock" -a -S "$work/work.sock" || true
  timeout -k 5 "$limit" qemu-system-x86_64 -nodefaults -no-user-config -machine q35 -accel tcg,thread=single -cpu max \
    -smp $VM_CPUS -m $VM_MEMORY -object memory-backend-memfd,id=memory,size=$VM_MEMORY,share=on -numa node,memdev=memory \
    -display none -no-reboot -kernel "$kernel/vmlinuz" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off nokaslr tsc=reliable random.trust_cpu=on root=root rootfstype=virtiofs ro init=$work/init" \
    -chardev "socket,id=root,path=$work/root.sock" -device vhost-user-fs-pci,chardev=root,tag=root,queue-size=1024 \
    -chardev "socket,id=work,path=$work/work.sock" -device vhost-user-fs-pci,chardev=work,tag=work,queue-size=1024 \
    -device virtio-rng-pci -serial "file:$work/console" -serial stdio </dev/null || status=$?
  for pid in "${daemons[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [[ ! -s $work/status ]] || return "$(cat "$work/status")"
  tail -n 20 "$work/console" >&2
  ((status == 124)) && return 124
  return 125
}
