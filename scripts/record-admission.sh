#!/usr/bin/env bash
# Records anew what a real API server asks an admission webhook about WireGuardPeers: the fixtures of the policies' tests.
#   scripts/record-admission.sh [DIR]
# DIR: where the recordings go, by default where the tests have them.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
# shellcheck source=scripts/lib/tools.sh
. "$AZWG_ROOT/scripts/lib/tools.sh"
# shellcheck source=scripts/lib/api-lab.sh
. "$AZWG_ROOT/scripts/lib/api-lab.sh"

readonly RECORDED=$AZWG_ROOT/deploy/policy-tests/src/test/resources/dev/azwg/deploy/policy/recorded
readonly PEERS=/apis/azwg.dev/v1alpha1/wireguardpeers
readonly APPLY=application/apply-patch+yaml
OUT=${1:-$RECORDED}
SED=()

# stable UUID NUMBER: the recordings have the second form, so that two runs differ only where the server does.
stable() {
  SED+=(-e "s/$1/00000000-0000-4000-8000-$(printf '%012d' "$2")/g")
}

start_webhook() {
  local port ca
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=recorder -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$WORK/hook.key" -out "$WORK/hook.crt" 2>/dev/null
  openssl pkcs12 -export -in "$WORK/hook.crt" -inkey "$WORK/hook.key" -out "$WORK/hook.p12" -passout pass:recorder
  mkdir "$WORK/reviews"
  "$JAVA_HOME/bin/java" "$AZWG_ROOT/scripts/lib/RecordAdmission.java" "$WORK/hook.p12" recorder "$WORK/reviews" \
    >"$WORK/port" 2>"$WORK/hook.log" </dev/null &
  API_PIDS+=($!)
  wait_until 30 "the webhook's port" test -s "$WORK/port"
  port=$(cat "$WORK/port")
  ca=$(base64 -w 0 "$WORK/hook.crt")
  api_ok POST /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations "$(
    cat <<JSON
{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "recorder"},
 "webhooks": [{"name": "recorder.azwg.dev", "clientConfig": {"url": "https://127.0.0.1:$port/", "caBundle": "$ca"},
  "rules": [{"apiGroups": ["azwg.dev"], "apiVersions": ["v1alpha1"], "operations": ["CREATE", "UPDATE", "DELETE"],
   "resources": ["wireguardpeers", "wireguardpeers/*"]}],
  "failurePolicy": "Fail", "sideEffects": "None", "admissionReviewVersions": ["v1"]}]}
JSON
  )"
  # Each configured server is asked only after the change of the configuration has come around.
  wait_until 30 "the webhook to be asked" probe
  rm -f "$WORK/reviews"/*
}

probe() {
  api_ok PATCH "$PEERS/probe?fieldManager=probe&dryRun=All" "$(record probe 0000)" "$APPLY"
  compgen -G "$WORK/reviews/*.json" >/dev/null
}

# record NAME OWNER_UID [CLAIM]: what a watcher applies.
record() {
  cat <<JSON
{"apiVersion": "azwg.dev/v1alpha1", "kind": "WireGuardPeer", "metadata": {"name": "$1", "ownerReferences":
  [{"apiVersion": "v1", "kind": "Node", "name": "$1", "uid": "$2"}]},
 "spec": {"publicKey": "dGVzdCBrZXk6IG5vdCBvZiBhbnkgcmVhbCBub2RlLi4=", "keySince": "2026-01-01T00:00:00Z",
  "endpoints": ["10.240.0.4:51820", "[fd00:10::4]:51820"], "nodeAddresses": ["10.240.0.4", "fd00:10::4"],
  "hostScope": true, "mtu": 1340, "claims": [
   {"prefix": "${3:-10.244.1.7/32}", "since": "2026-01-01T00:00:01Z"}, {"prefix": "fd00:11::7/128", "since": "2026-01-01T00:00:01Z"}]}}
JSON
}

# status NAME: what a watcher applies to the subresource.
status() {
  cat <<JSON
{"apiVersion": "azwg.dev/v1alpha1", "kind": "WireGuardPeer", "metadata": {"name": "$1"}, "status": {"conditions": [
  {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:02Z", "reason": "Converged", "message": "every peer is verified"}]}}
JSON
}

# keep NAME...: the reviews since the last call are the recordings of these names.
keep() {
  local reviews=("$WORK/reviews"/*.json) name i=0
  [[ -e ${reviews[0]} && ${#reviews[@]} == "$#" ]] ||
    die "${#reviews[@]} reviews where $# were expected ($*): ${reviews[*]}"
  for name in "$@"; do
    sed "${SED[@]}" "${reviews[i]}" | jq --sort-keys '
      .request.uid = "00000000-0000-4000-8000-000000000000"
      | if .request.options.preconditions.uid then .request.options.preconditions.uid = "00000000-0000-4000-8000-000000000009" else . end
      | (.request.object, .request.oldObject) |= if . == null then null else
          del(.metadata.managedFields, .metadata.resourceVersion)
          | .metadata.creationTimestamp = "2026-01-01T00:00:00Z"
          | .metadata.uid = "00000000-0000-4000-8000-000000000009"
          | if .metadata.deletionTimestamp then .metadata.deletionTimestamp = "2026-01-01T00:00:00Z" else . end
        end' >"$OUT/$name.json"
    rm "${reviews[i]}"
    i=$((i + 1))
  done
  say "recorded: $*"
}

# as TOKEN CODE NAME METHOD PATH [BODY [CONTENT_TYPE]]: the request must be answered with CODE; it is kept under NAME.
as() {
  local token=$1 code=$2 name=$3 got
  shift 3
  got=$(api "$token" "$@")
  [[ $got == "$code" ]] || die "$name: $got, not $code: $(cat "$API_DIR/answer")"
  keep "$name"
}

# The object as the server has it, changed by a jq filter: for requests that replace it.
changed() {
  api_ok GET "$PEERS/$1"
  jq -c "$2" "$API_DIR/answer"
}

record_all() {
  local node_a node_b a b unbound account
  node_a=$(api_node node-a) node_b=$(api_node node-b)
  stable "$node_a" 1
  stable "$node_b" 2
  a=$(api_pod_token kube-system azwg-watcher node-a)
  stable "$(pod_uid node-a)" 3
  b=$(api_pod_token kube-system azwg-watcher node-b)
  stable "$(pod_uid node-b)" 4
  unbound=$(api_token kube-system azwg-watcher null)
  api_ok GET /api/v1/namespaces/kube-system/serviceaccounts/azwg-watcher
  account=$(jq -r .metadata.uid "$API_DIR/answer")
  stable "$account" 5

  as "$b" 201 create-other POST "$PEERS" "$(record node-a "$node_a")"
  as "$ADMIN_TOKEN" 200 delete-by-admin DELETE "$PEERS/node-a"
  as "$unbound" 201 create-without-pod PATCH "$PEERS/node-a?fieldManager=azwg-watcher" "$(record node-a "$node_a")" "$APPLY"
  as "$ADMIN_TOKEN" 200 delete-by-admin DELETE "$PEERS/node-a"
  as "$a" 201 create-own-post POST "$PEERS" "$(record node-a "$node_a")"
  as "$a" 200 delete-own DELETE "$PEERS/node-a"
  as "$a" 201 create-own PATCH "$PEERS/node-a?fieldManager=azwg-watcher" "$(record node-a "$node_a")" "$APPLY"
  as "$a" 200 apply-own PATCH "$PEERS/node-a?fieldManager=azwg-watcher&force=true" \
    "$(record node-a "$node_a" 10.244.1.8/32)" "$APPLY"
  as "$b" 200 apply-other PATCH "$PEERS/node-a?fieldManager=forger&force=true" \
    "$(record node-a "$node_a" 10.244.1.9/32)" "$APPLY"
  as "$b" 200 merge-other PATCH "$PEERS/node-a" '{"spec":{"publicKey":"Zm9yZ2VkIGtleSBmb3JnZWQga2V5IGZvcmdlZCBrZXk="}}' \
    application/merge-patch+json
  as "$ADMIN_TOKEN" 200 replace-by-admin PUT "$PEERS/node-a" "$(changed node-a '.metadata.annotations.note = "seen"')"
  as "$a" 200 status-own PATCH "$PEERS/node-a/status?fieldManager=azwg-watcher" "$(status node-a)" "$APPLY"
  as "$b" 200 status-other PATCH "$PEERS/node-a/status?fieldManager=forger&force=true" "$(status node-a)" "$APPLY"
  as "$b" 200 delete-other DELETE "$PEERS/node-a"

  api_ok PATCH "$PEERS/node-a?fieldManager=azwg-watcher" "$(record node-a "$node_a")" "$APPLY"
  rm "$WORK/reviews"/*
  as "$ADMIN_TOKEN" 200 delete-all-by-admin DELETE "$PEERS"

  record_garbage_collection "$node_a"
}

# The Node goes, and its record after it.
record_garbage_collection() {
  api_ok PATCH "$PEERS/node-a?fieldManager=azwg-watcher" "$(record node-a "$1")" "$APPLY"
  rm "$WORK/reviews"/*
  api_lab_garbage_collector
  api_ok DELETE /api/v1/nodes/node-a
  wait_until 120 "the garbage collector" compgen -G "$WORK/reviews/*.json"
  api_ok GET /api/v1/namespaces/kube-system/serviceaccounts/generic-garbage-collector
  stable "$(jq -r .metadata.uid "$API_DIR/answer")" 6
  keep delete-by-garbage-collector
}

pod_uid() {
  api_ok GET "/api/v1/namespaces/kube-system/pods/watcher-on-$1"
  jq -r .metadata.uid "$API_DIR/answer"
}

main() {
  api_lab_enter "$0" "$@"
  use_jdk25
  api_lab_work
  mkdir -p "$OUT"
  api_lab_start "$WORK/api"
  api_kubectl apply -f "$AZWG_ROOT/deploy/base/crd.yaml" -f "$AZWG_ROOT/deploy/base/rbac.yaml" >/dev/null
  wait_until 30 "the resource to be served" api_ok GET "$PEERS"
  # The recordings are of what the policies are to refuse and roles let through: every verb.
  api_ok POST /apis/rbac.authorization.k8s.io/v1/clusterroles '{"metadata": {"name": "recorded"}, "rules": [
    {"apiGroups": ["azwg.dev"], "resources": ["*"], "verbs": ["*"]}]}'
  api_ok POST /apis/rbac.authorization.k8s.io/v1/clusterrolebindings '{"metadata": {"name": "recorded"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "recorded"},
    "subjects": [{"kind": "ServiceAccount", "name": "azwg-watcher", "namespace": "kube-system"}]}'
  start_webhook
  record_all
}

main "$@"
