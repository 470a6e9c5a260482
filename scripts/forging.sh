#!/usr/bin/env bash
# Tries to write other nodes' records, and records that nobody may write, at a real API server (Kubernetes 1.20): what roles
# and the schema refuse there. Admission policies are not in that server; deploy/policy-tests has their tests.
# Prints PASS and FAIL lines, then their count.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/tools.sh
. "$AZWG_ROOT/scripts/lib/tools.sh"
# shellcheck source=scripts/lib/api-lab.sh
. "$AZWG_ROOT/scripts/lib/api-lab.sh"
# shellcheck source=scripts/lib/verdict.sh
. "$AZWG_ROOT/scripts/lib/verdict.sh"

readonly PEERS=/apis/azwg.dev/v1alpha1/wireguardpeers
readonly ACCOUNTS=/api/v1/namespaces/kube-system/serviceaccounts
readonly APPLY=application/apply-patch+yaml MERGE=application/merge-patch+json
NODE_A='' NODE_B=''

# expect CODE WHAT TOKEN METHOD PATH [BODY [CONTENT_TYPE]]: the server answers with CODE.
expect() {
  local wanted=$1 what=$2 got
  shift 2
  got=$(api "$@")
  if [[ $got == "$wanted" ]]; then
    pass "$what" "$got"
  else
    fail "$what" "$got, not $wanted: $(jq -r '.message // .' "$API_DIR/answer" 2>/dev/null | head -c 300)"
  fi
}

# answer_is JQ_FILTER: what the filter says of the last answer is true.
answer_is() {
  jq -e "$1" "$API_DIR/answer" >/dev/null
}

# record NAME OWNER_UID [JQ_FILTER]: a record that is in order, then changed by the filter.
record() {
  jq -n -c --arg name "$1" --arg uid "$2" "
    {apiVersion: \"azwg.dev/v1alpha1\", kind: \"WireGuardPeer\",
     metadata: {\$name, ownerReferences: [{apiVersion: \"v1\", kind: \"Node\", \$name, \$uid}]},
     spec: {publicKey: \"dGVzdCBrZXk6IG5vdCBvZiBhbnkgcmVhbCBub2RlLi4=\", keySince: \"2026-01-01T00:00:00Z\",
      endpoints: [\"10.240.0.4:51820\"], nodeAddresses: [\"10.240.0.4\"], hostScope: true, mtu: 1340,
      claims: [{prefix: \"10.244.1.7/32\", since: \"2026-01-01T00:00:01Z\"}]}} | ${3:-.}"
}

# applied NAME: the path of a watcher's write.
applied() {
  printf '%s/%s?fieldManager=azwg-watcher&force=true\n' "$PEERS" "$1"
}

readonly FORGED='{"spec":{"publicKey":"Zm9yZ2VkIGtleSBmb3JnZWQga2V5IGZvcmdlZCBrZXk="}}'
readonly STATUS='{"apiVersion":"azwg.dev/v1alpha1","kind":"WireGuardPeer","status":{"conditions":[{"type":"Ready",
  "status":"True","lastTransitionTime":"2026-01-01T00:00:02Z","reason":"Converged","message":"true"}]}}'

schema_refuses() {
  local what filter
  expect 201 "schema: a record that is in order" "$ADMIN_TOKEN" POST "$PEERS?dryRun=All" "$(record node-a "$NODE_A")"
  while IFS=$'\t' read -r what filter; do
    expect 422 "schema: $what" "$ADMIN_TOKEN" POST "$PEERS?dryRun=All" "$(record node-a "$NODE_A" "$filter")"
  done <<'TSV'
no specification	del(.spec)
a key of 31 bytes	.spec.publicKey = "dGVzdCBrZXk6IG5vdCBvZiBhbnkgcmVhbCBub2RlLg=="
a key that is no base64	.spec.publicKey = "not a key"
a name for an endpoint	.spec.endpoints = ["node-b.example.com:51820"]
an endpoint without a port	.spec.endpoints = ["10.240.0.4"]
a claim without a length	.spec.claims[0].prefix = "10.244.1.7"
a claim without a time	del(.spec.claims[0].since)
4097 claims	.spec.claims = [range(4097) | {prefix: "10.244.1.7/32", since: "2026-01-01T00:00:01Z"}]
65 addresses	.spec.nodeAddresses = [range(65) | "10.240.0.4"]
an MTU below 576	.spec.mtu = 100
a scope that is a text	.spec.hostScope = "yes"
TSV
}

# One account for all nodes, as where policies tell them apart. Without the policies this is what is left.
shared_account() {
  local a b
  api_kubectl apply -f "$AZWG_ROOT/deploy/base/rbac.yaml" >/dev/null
  a=$(api_pod_token kube-system azwg-watcher node-a)
  b=$(api_pod_token kube-system azwg-watcher node-b)
  wait_until 30 "the shared role" allowed "$a" GET "$PEERS"
  expect 201 "one account: node a makes its record" "$a" PATCH "$(applied node-a)" "$(record node-a "$NODE_A")" "$APPLY"
  expect 200 "one account: node b reads it" "$b" GET "$PEERS/node-a"
  expect 200 "one account, no policy: node b can forge it (why deploy/admission or deploy/per-node is needed)" \
    "$b" PATCH "$PEERS/node-a" "$FORGED" "$MERGE"
  expect 403 "one account: all records may not be deleted at once" "$b" DELETE "$PEERS"
  expect 200 "one account: a Node may be read" "$b" GET /api/v1/nodes/node-a
  expect 403 "one account: a Node may not be changed" "$b" PATCH /api/v1/nodes/node-a '{"metadata":{"labels":{"a":"b"}}}' "$MERGE"
  expect 403 "one account: secrets may not be read" "$b" GET /api/v1/namespaces/kube-system/secrets
  expect 403 "one account: pods may not be listed" "$b" GET /api/v1/pods
  expect 403 "one account: tokens may not be made" "$b" POST "$ACCOUNTS/azwg-watcher/token" "$(token_request null)"
  expect 401 "a token whose signature is wrong is nobody's" "${b%????}AAAA" GET "$PEERS"
  expect 200 "one account: node a takes its record back" "$a" DELETE "$PEERS/node-a"
  api_kubectl delete -f "$AZWG_ROOT/deploy/base/rbac.yaml" >/dev/null
}

token_request() {
  printf '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"boundObjectRef":%s}}\n' "$1"
}

# What a policy that believes a token's node-name rests on: a kubelet gets tokens for pods of its own node only.
kubelets_tokens() {
  local own other
  api_ok POST "$ACCOUNTS" '{"metadata":{"name":"azwg-watcher"}}'
  own=$(pod_reference node-a)
  other=$(pod_reference node-b)
  # The node authorizer follows pods by a watch.
  wait_until 30 "the authorizer to know the pods" allowed kubelet-a-token POST "$ACCOUNTS/azwg-watcher/token" "$(token_request "$own")"
  expect 201 "kubelet a gets a token for its own pod" kubelet-a-token POST "$ACCOUNTS/azwg-watcher/token" "$(token_request "$own")"
  expect 403 "kubelet a gets none for a pod of node b" kubelet-a-token POST "$ACCOUNTS/azwg-watcher/token" "$(token_request "$other")"
  expect 403 "kubelet a gets none that is bound to no pod" kubelet-a-token POST "$ACCOUNTS/azwg-watcher/token" "$(token_request null)"
}

pod_reference() {
  api_ok GET "/api/v1/namespaces/kube-system/pods/watcher-on-$1"
  jq -c '{kind: "Pod", apiVersion: "v1", name: .metadata.name, uid: .metadata.uid}' "$API_DIR/answer"
}

# allowed TOKEN METHOD PATH [BODY]
allowed() {
  [[ $(api "$@") == 2?? ]]
}

# One account for each node.
account_per_node() {
  local a b
  api_kubectl apply -f "$AZWG_ROOT/deploy/per-node/common.yaml" >/dev/null
  "$AZWG_ROOT/deploy/per-node/render.sh" <"$WORK/nodes" | api_kubectl apply -f - >/dev/null
  "$AZWG_ROOT/deploy/per-node/render.sh" --records <"$WORK/nodes" | api_kubectl create -f - >/dev/null
  a=$(api_pod_token azwg-nodes node-a node-a)
  b=$(api_pod_token azwg-nodes node-b node-b)
  wait_until 30 "node a's role" allowed "$a" PATCH "$(applied node-a)" "$(record node-a "$NODE_A")" "$APPLY"
  own_record_only "account per node" "$a" "$b"
  expect 200 "account per node: node b's record is still without a key" "$b" GET "$PEERS/node-b"
  judge "account per node: what was made for node b is what it was" "no key" \
    answer_is '.spec | has("publicKey") | not'
  "$AZWG_ROOT/deploy/per-node/render.sh" --records <"$WORK/nodes" | api_kubectl create -f - >/dev/null 2>&1 || true
  expect 200 "account per node: making the records again" "$a" GET "$PEERS/node-a"
  judge "account per node: making them again leaves what is published" "the key is there" \
    answer_is '.spec | has("publicKey")'
  expect 200 "account per node: node a takes its record back" "$a" DELETE "$PEERS/node-a"
  expect 403 "account per node: and cannot make it anew by itself" \
    "$a" PATCH "$(applied node-a)" "$(record node-a "$NODE_A")" "$APPLY"
}

# own_record_only WHAT TOKEN_OF_A TOKEN_OF_B
own_record_only() {
  local what=$1 a=$2 b=$3 forged
  forged=$(record node-a "$NODE_A" '.spec.claims[0].prefix = "10.244.1.99/32"')
  expect 200 "$what: node a writes its record" "$a" PATCH "$(applied node-a)" "$(record node-a "$NODE_A")" "$APPLY"
  expect 200 "$what: node a writes its status" "$a" PATCH "$PEERS/node-a/status?fieldManager=azwg-watcher" "$STATUS" "$APPLY"
  expect 422 "$what: node a is held to the schema" "$a" PATCH "$PEERS/node-a" '{"spec":{"mtu":1}}' "$MERGE"
  expect 200 "$what: node b reads node a's record" "$b" GET "$PEERS/node-a"
  expect 403 "$what: node b may not apply to it" "$b" PATCH "$(applied node-a)" "$forged" "$APPLY"
  expect 403 "$what: node b may not patch it" "$b" PATCH "$PEERS/node-a" "$FORGED" "$MERGE"
  expect 403 "$what: node b may not replace it" "$b" PUT "$PEERS/node-a" "$forged"
  expect 403 "$what: node b may not write its status" "$b" PATCH "$PEERS/node-a/status?fieldManager=x&force=true" "$STATUS" "$APPLY"
  expect 403 "$what: node b may not delete it" "$b" DELETE "$PEERS/node-a"
  expect 403 "$what: node b may not delete all" "$b" DELETE "$PEERS"
  expect 403 "$what: node b may not invent a node" "$b" POST "$PEERS" "$(record node-c "$NODE_A")"
  expect 403 "$what: nor apply one" "$b" PATCH "$(applied node-c)" "$(record node-c "$NODE_A")" "$APPLY"
  expect 200 "$what: node a's record" "$a" GET "$PEERS/node-a"
  judge "$what: is what node a wrote" "key, claim" \
    answer_is '.spec.publicKey[0:4] == "dGVz" and .spec.claims[0].prefix == "10.244.1.7/32"'
}

# The kubelets' own users.
kubelet_users() {
  "$AZWG_ROOT/deploy/per-node/render.sh" --records <"$WORK/nodes" | api_kubectl create -f - >/dev/null 2>&1 || true
  "$AZWG_ROOT/deploy/per-node/render.sh" --kubelet <"$WORK/nodes" | api_kubectl apply -f - >/dev/null
  # Group system:nodes may read nodes; records are read by whom the shared reader is bound to.
  api_ok POST /apis/rbac.authorization.k8s.io/v1/clusterrolebindings '{"metadata": {"name": "azwg-peer-reader-kubelets"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "azwg-peer-reader"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:nodes"}]}'
  wait_until 30 "node a's role" allowed kubelet-a-token PATCH "$(applied node-a)" "$(record node-a "$NODE_A")" "$APPLY"
  wait_until 30 "the readers' role" allowed kubelet-b-token GET "$PEERS"
  own_record_only "kubelet's user" kubelet-a-token kubelet-b-token
}

main() {
  api_lab_enter "$0" "$@"
  api_lab_work
  api_lab_start "$WORK/api"
  api_kubectl apply -f "$AZWG_ROOT/deploy/base/crd.yaml" >/dev/null
  wait_until 30 "the resource to be served" api_ok GET "$PEERS"
  NODE_A=$(api_node node-a) NODE_B=$(api_node node-b)
  printf '%s\n' "node-a $NODE_A" "node-b $NODE_B" >"$WORK/nodes"
  schema_refuses
  shared_account
  kubelets_tokens
  account_per_node
  kubelet_users
  verdict_summary
}

main "$@"
