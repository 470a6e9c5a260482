# A lab: an emulated Azure VNet in network namespaces, with nodes and pods. This file holds a lab's life: making,
# finding and removing it. lab-network.sh builds what is in it, lab-node.sh and lab-cni.sh use it.
#
# A lab has an id of four hex digits. Everything that is its own carries it: namespaces azwg-ID-*, and the directory
# /run/azwg-lab/ID (nodes' state roots, logs, captures). The machine's own interfaces, routes and files are not touched.
# Needs common.sh.
# shellcheck shell=bash

# A caller whose nodes need a disk names another place before it sources this.
readonly LAB_BASE=${LAB_BASE:-/run/azwg-lab}

# Set by lab_create.
LAB_ID='' LAB_DIR=''

# The time a process started, in clock ticks since boot: with its pid it names a process for good. Fields are counted
# behind the command name, which may hold anything.
process_start_time() {
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -ra fields <<<"${stat##*) }"
  printf '%s\n' "${fields[19]}"
}

# Gone, or a zombie that nobody has collected yet.
process_ended() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  [[ ${stat##*) } == Z* ]]
}

lab_namespaces() {
  ip netns list | awk -v prefix="azwg-$1-" 'index($1, prefix) == 1 { print $1 }'
}

# The processes in the lab's namespaces, userspace WireGuard included.
lab_processes() {
  local namespace
  for namespace in $(lab_namespaces "$1"); do
    ip netns pids "$namespace"
  done
}

lab_has_no_processes() {
  local processes
  processes=$(lab_processes "$1")
  [[ -z $processes ]] || { printf 'still running: %s\n' "${processes//$'\n'/ }" && return 1; }
}

# lab_kill ID SIGNAL
lab_kill() {
  local pid
  for pid in $(lab_processes "$1"); do
    kill -s "$2" "$pid" 2>/dev/null || true
  done
}

# Removes the lab ID, whoever made it: processes, namespaces (their interfaces go with them), directory.
lab_remove() {
  local id=$1 namespace
  lab_kill "$id" TERM
  if ! wait_until 2 "processes of lab $id to end" lab_has_no_processes "$id" 2>/dev/null; then
    lab_kill "$id" KILL
    wait_until 5 "killed processes of lab $id to end" lab_has_no_processes "$id" || true
  fi
  for namespace in $(lab_namespaces "$id"); do
    ip netns del "$namespace"
  done
  rm -rf "${LAB_BASE:?}/$id"
  rmdir "$LAB_BASE" 2>/dev/null || true
}

lab_owner_lives() {
  local pid started
  read -r pid started <"$LAB_BASE/$1/owner" 2>/dev/null || return 1
  [[ $(process_start_time "$pid") == "$started" ]]
}

# Removes what runs that were killed left behind. A lab without an owner file is being made this moment, or its maker
# was killed before writing one: it counts as dead when it is a minute old.
lab_remove_dead() {
  local dir id
  for dir in "$LAB_BASE"/*/; do
    [[ -d $dir ]] || continue
    id=$(basename "$dir")
    if [[ ! -s $dir/owner ]]; then
      [[ -n $(find "$dir" -maxdepth 0 -mmin +1) ]] || continue
    elif lab_owner_lives "$id"; then
      continue
    fi
    say "removing lab $id, left by a run that was killed"
    lab_remove "$id"
  done
}

# Makes an empty lab: sets LAB_ID and LAB_DIR. It is removed when this shell exits, for whatever reason but SIGKILL;
# after that, by the next run. Call it from the main shell, not from a subshell.
lab_create() {
  require_root
  lab_remove_dead
  mkdir -m 700 "$LAB_BASE" 2>/dev/null || true
  until LAB_ID=$(printf '%04x' $((SRANDOM & 0xffff))) && mkdir -m 700 "$LAB_BASE/$LAB_ID" 2>/dev/null; do
    [[ -d $LAB_BASE ]] || die "cannot make directories under $LAB_BASE"
  done
  LAB_DIR=$LAB_BASE/$LAB_ID
  printf '%d %s\n' $$ "$(process_start_time $$)" >"$LAB_DIR/owner"
  trap lab_destroy EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# Ends what container runtimes leave in the lab: shims, which outlive their runtime on purpose, and mounts.
lab_end_containers() {
  local pid
  for pid in $(pgrep -f "containerd-shim.*$LAB_DIR/" || true); do
    kill -s KILL "$pid" 2>/dev/null || true
  done
  findmnt -rno TARGET | grep -F "$LAB_DIR/" | sort -r | xargs -r umount -l 2>/dev/null || true
}

# Removes this shell's lab; the EXIT trap. Signals are ignored meanwhile: a second Ctrl-C must not leave half of it.
lab_destroy() {
  local status=$?
  [[ -n $LAB_ID ]] || return "$status"
  trap '' INT TERM HUP
  say "removing lab $LAB_ID"
  lab_remove "$LAB_ID"
  LAB_ID=''
  trap - INT TERM HUP
  return "$status"
}
