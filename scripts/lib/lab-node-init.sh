#!/usr/bin/env bash
# The first process of a lab node: gives the mount namespace it was started in a /run, /var/lib and /sys of its own, says
# so by making the file READY, and stays.
#   lab-node-init.sh LAB_BASE READY
# The machine's control groups stay in sight: a container runtime on the node needs them.
# Mounts of the machine still propagate into /run/netns (the caller chose propagation "slave"): pods may be added later.
set -euo pipefail

lab_base=$1 ready=$2

kept=$(mktemp -d)
mount -t tmpfs -o size=1m,mode=700 azwg-kept "$kept"
mkdir "$kept/netns" "$kept/lab" "$kept/cgroup"
mount --rbind /run/netns "$kept/netns"
mount --bind "$lab_base" "$kept/lab"

mount -t tmpfs -o size=64m,mode=755 azwg-run /run
mkdir -p /run/netns /run/lock "$lab_base"
mount --move "$kept/netns" /run/netns
mount --move "$kept/lab" "$lab_base"

# A sysfs mount shows the interfaces of the network namespace it was made in.
mount --rbind /sys/fs/cgroup "$kept/cgroup"
mount -t sysfs sysfs /sys
mount --move "$kept/cgroup" /sys/fs/cgroup
umount "$kept"
rmdir "$kept"

mount -t tmpfs -o size=64m,mode=755 azwg-var-lib /var/lib

touch "$ready"
exec sleep infinity
