# What one would look at after a failure. Needs the lab's libraries.
# shellcheck shell=bash

# keep_evidence NAME: logs, captures, figures and the nodes' state into target/NAME.
keep_evidence() {
  local target=$AZWG_ROOT/target/$1 node
  [[ -n $LAB_ID ]] || return 0
  # A virtual machine sees the checkout, but does not write it.
  { rm -rf "$target" && mkdir -p "$target"; } 2>/dev/null || return 0
  cp "$LAB_DIR"/*.pcap "$LAB_DIR"/*.received "$LAB_DIR"/*.sent "$LAB_DIR"/*.evidence "$target" 2>/dev/null || true
  for node in "${LAB_NODES[@]}"; do
    {
      on_node "$node" wg show all
      ip -n "$(lab_ns "$node")" rule
      ip -n "$(lab_ns "$node")" route show table all
      cat "$LAB_DIR/$node/watcher.log" "$LAB_DIR/$node"/*.err
    } >"$target/$node.txt" 2>&1 || true
  done
  say "logs, captures and the nodes' state: $target"
}
