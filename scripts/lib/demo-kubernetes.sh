# What the demo shows of an API server as the datastore. Needs what demo.sh sources.
# shellcheck shell=bash

check_kubernetes() {
  say "looking at the API server"
  check_objects
  check_api_away
  check_object_goes
  check_pool
}

record_version() {
  lab_kubectl get wireguardpeer "$1" -o 'jsonpath={.metadata.generation}'
}

# Azure's control plane says which addresses n2 has: its peers know them all before a pod has one.
check_pool() {
  local before known=yes added=0 pod generation="" slowest=0 took
  lab_api_pool n2 2
  judge "the peers know n2's pool before any pod has an address of it" "10.240.2.10 to 10.240.2.$((9 + POOL_SIZE))" \
    wait_until 20 "the peers to know the pool" peers_know n2 "10.240.2.$((9 + POOL_SIZE))"
  before=$(record_version n2)
  for pod in n2pool1 n2pool2 n2pool3; do
    pod_add n2 "$pod" || break
    peers_know n2 "${POD_ADDRESS[$pod]}" || known=no
    took=$((ADD_RETURNED_US - ADD_STARTED_US))
    ((took <= slowest)) || slowest=$took
    added=$((added + 1))
  done
  generation=$(record_version n2)
  judge "pods of the pool are known before their ADD returns" "$added pods, the slowest ADD took $(us_as_ms "$slowest") ms" \
    test "$added $known" = "3 yes"
  judge "and their node has written nothing" "generation $before before, $generation after" test "$before" = "$generation"
}

check_objects() {
  local objects owners
  objects=$(lab_kubectl get wireguardpeers -o json)
  owners=$(jq -r '[.items[] | select(.metadata.ownerReferences[0].kind == "Node"
    and .metadata.ownerReferences[0].name == .metadata.name)] | length' <<<"$objects")
  judge "each node has written its own WireGuardPeer, which belongs to its Node" \
    "$(jq -r '[.items[].metadata.name] | join(" ")' <<<"$objects")" test "$owners" = "${#LAB_NODES[@]}"
  lab_kubectl get wireguardpeers -o wide >&2
}

datastore_problem() {
  on_node "$1" "$AZWG_DIST/azwg-watcher" status --json --root "$LAB_DIR/$1" | jq -r '.datastoreProblem'
}

has_datastore_problem() {
  [[ -n $(datastore_problem "$1") ]]
}

has_no_datastore_problem() {
  ! has_datastore_problem "$1"
}

# The server is killed; a pod comes meanwhile; the server comes back.
check_api_away() {
  local pod=n1p9 sent=yes
  lab_api_stop api
  judge "the server is killed, and every watcher says that it is away" "$(datastore_problem n1)" \
    wait_until 20 "n1 to miss the server" has_datastore_problem n1
  check_reach "without the server every pod reaches every other pod"
  check_wire
  pod_add n1 "$pod" || sent=no
  judge "a pod comes while the server is away" "${POD_ADDRESS[$pod]:-}" test "$sent" = yes
  lab_api_part api
  judge "the server comes back, and every peer learns of the pod" "${POD_ADDRESS[$pod]:-}" \
    wait_until 60 "the peers to know $pod" peers_know n1 "${POD_ADDRESS[$pod]}"
  judge "no watcher misses the server any more" "" wait_until 60 "n1 to follow it" has_no_datastore_problem n1
}

record_uid() {
  lab_kubectl get wireguardpeer "$1" -o 'jsonpath={.metadata.uid}'
}

has_another_uid() {
  local uid
  uid=$(record_uid "$1") && [[ $uid != "$2" ]]
}

# Somebody deletes a record by mistake. Its node lives, and says so.
check_object_goes() {
  local uid
  uid=$(record_uid n3)
  lab_kubectl delete wireguardpeer n3 >>"$LAB_DIR/api/apply.log"
  judge "a node's object is deleted, and its watcher publishes it again" "n3" \
    wait_until 30 "n3 to have another object" has_another_uid n3 "$uid"
  judge "meanwhile it has stayed a peer" "n1 has $(peers_of n1 | wc -l) peers" has_peers n1 2
}
