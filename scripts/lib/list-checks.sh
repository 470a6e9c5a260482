# What the watcher does with the runtime's network configuration list, seen by containerd, which reads it at each change.
# Needs lab-watcher.sh, lab-runtimes.sh and what runtimes.sh sets: RT, SOCKET, SANDBOX, ADDRESS.
# shellcheck shell=bash

list_of() {
  printf '%s/10-azure.conflist\n' "$(node_conflist_dir "$1")"
}

# Azure's own components replace the list by rename, without our entry. Sets REWRITTEN_US.
azure_rewrites() {
  local list
  list=$(list_of n1)
  jq "${1:-.}" "$AZWG_ROOT/scripts/cni/10-azure.conflist" >"$list.new"
  REWRITTEN_US=$(now_us)
  mv "$list.new" "$list"
}

list_has_no_entry() {
  jq -e '[.plugins[] | select(.type == "azwg")] == []' "$(list_of n1)" >/dev/null
}

keeper_state() {
  on_node n1 "$AZWG_DIST/azwg-watcher" status --json --root "$LAB_DIR/n1" | jq -r .conflist.state
}

keeper_is() {
  [[ $(keeper_state) == "$1" ]]
}

claimed_by_node() {
  jq -e --arg address "$1/32" '[.. | strings] | index($address) != null' "$(lab_datastore)/n1.json" >/dev/null
}

# attached POD: a sandbox whose ADD went through azwg.
attached() {
  local before
  before=$(ledger_of n1 | jq -s length)
  sandbox "$1" && [[ $(ledger_of n1 | jq -s length) == $((before + 1)) ]]
}

detached() {
  cri_stop "$SOCKET" "$SANDBOX" "$RT/answer" && cri_remove "$SOCKET" "$SANDBOX" "$RT/answer"
}

check_list() {
  say "the runtime's list"
  check_rewrite
  check_odd_lists
  check_watcher_restart
  check_missed_pod
  check_uninstall
}

check_rewrite() {
  local back worst=0
  for _ in 1 2 3; do
    azure_rewrites
    wait_until 5 "the entry to be back" node_serves_pods n1 >/dev/null || true
    back=$(($(now_us) - REWRITTEN_US))
    ((back <= worst)) || worst=$back
  done
  judge "list: after a rewrite by Azure the entry is back" "at most $(us_as_ms "$worst") ms" test "$worst" -lt 1000000
  judge "list: containerd runs the next pod through azwg" "web-5" attached web-5
  judge "list: ... and takes it away" "web-5" detached
}

check_odd_lists() {
  local list content
  list=$(list_of n1)
  head -c 100 "$AZWG_ROOT/scripts/cni/10-azure.conflist" >"$list.half"
  mv "$list.half" "$list"
  content=$(cat "$list")
  judge "list: half a file is not touched" "$(wait_until 5 "the keeper to wait" keeper_is WAITING && keeper_state)" \
    test "$content" = "$(cat "$list")"
  azure_rewrites '.plugins[0].mode = "bridge"'
  judge "list: one that azwg cannot serve is refused" "mode bridge" wait_until 5 "the keeper to refuse" keeper_is REFUSED
  judge "list: ... and has no entry" "mode bridge" list_has_no_entry
  azure_rewrites
  judge "list: a whole one gets the entry again" "keeper" wait_until 5 "the entry to be back" node_serves_pods n1
}

check_watcher_restart() {
  local before
  before=$(cat "$(list_of n1)")
  watcher_stop n1 TERM || true
  judge "list: a watcher that stops leaves the entry" "SIGTERM" test "$before" = "$(cat "$(list_of n1)")"
  watcher_start n1
  judge "list: one that starts again leaves it too" "start" test "$before" = "$(cat "$(list_of n1)")"
}

# The list is rewritten while no watcher runs: containerd starts a pod without azwg.
check_missed_pod() {
  watcher_stop n1 TERM || true
  azure_rewrites
  wait_until 5 "containerd to read the list" containerd_answers n1
  if sandbox missed && [[ -z $(ledger_of n1) ]]; then
    pass "list: a pod is started without azwg while the entry is missing" "$ADDRESS"
  else
    fail "list: a pod is started without azwg while the entry is missing" "$(ledger_of n1)"
  fi
  watcher_start n1
  judge "list: the watcher claims the pod that was missed" "$ADDRESS" \
    wait_until 15 "the claim of $ADDRESS" claimed_by_node "$ADDRESS"
  judge "list: the other node reaches it through the tunnel" "$ADDRESS" \
    wait_until 5 "n2 to know $ADDRESS" node_knows n2 "$ADDRESS"
  judge "list: ... by ping" "$ADDRESS" node_reaches "$ADDRESS"
  detached || true
  judge "list: when it has gone the claim goes" "$ADDRESS" wait_until 15 "$ADDRESS to be forgotten" node_forgot n2 "$ADDRESS"
}

check_uninstall() {
  watcher_stop n1 TERM || true
  judge "list: uninstall" "n1" on_node n1 "$AZWG_DIST/azwg-watcher" uninstall --root "$LAB_DIR/n1"
  judge "list: ... takes the entry out" "10-azure.conflist" list_has_no_entry
  wait_until 5 "containerd to read the list" containerd_answers n1
  if sandbox afterwards && [[ -z $(ledger_of n1) ]]; then
    pass "list: ... and containerd goes on starting pods" "$ADDRESS"
  else
    fail "list: ... and containerd goes on starting pods" "it does not, or azwg was called"
  fi
  detached || true
  judge "list: ... and no table, rule or device of ours is there" "n1" node_has_nothing_of_ours
}

node_has_nothing_of_ours() {
  local ns
  ns=$(lab_ns n1)
  ! ip -n "$ns" link show "$WG_DEVICE" >/dev/null 2>&1 && ! ip -n "$ns" route show table all | grep -qw "table $WG_TABLE" &&
    ! ip -n "$ns" rule | grep -qw "$WG_TABLE"
}
