# A control plane for one script, in the script's own network namespace: nothing else on the machine can reach it, and its ports
# are free. Requests to it by curl, as whom one likes. Needs common.sh, tools.sh.
# shellcheck shell=bash

# shellcheck source=scripts/lib/kubernetes.sh
. "$AZWG_ROOT/scripts/lib/kubernetes.sh"

API_DIR=''
API_SERVER='' ADMIN_TOKEN=''
API_PIDS=()
WORK=''

# api_lab_enter SCRIPT ARGUMENT...: runs the script again in a network namespace, which goes with it.
api_lab_enter() {
  [[ -z ${API_LAB_INSIDE:-} ]] || return 0
  require_root
  API_LAB_INSIDE=1 exec unshare --net -- "$@"
}

control_plane() {
  "$AZWG_ROOT/scripts/lib/control-plane.sh" "$@"
}

# control_plane_in_background PART [OPTION...]
control_plane_in_background() {
  local part=$1
  shift
  "$AZWG_ROOT/scripts/lib/control-plane.sh" "$part" "$API_DIR" "$@" >"$API_DIR/$part.log" 2>&1 </dev/null &
  API_PIDS+=($!)
}

# api_lab_start DIR: returns when the API server is ready.
api_lab_start() {
  API_DIR=$1
  ip link set lo up
  control_plane prepare "$API_DIR"
  API_SERVER=$(cat "$API_DIR/url")
  ADMIN_TOKEN=$(cat "$API_DIR/admin/token")
  # Users of two kubelets.
  printf '%s\n' 'kubelet-a-token,system:node:node-a,kubelet-a,system:nodes' \
    'kubelet-b-token,system:node:node-b,kubelet-b,system:nodes' >>"$API_DIR/pki/tokens.csv"
  control_plane_in_background etcd
  control_plane_in_background api
  wait_until 120 "the API server to be ready" control_plane ready "$API_DIR"
  # Made by the server itself, a moment after it is ready.
  wait_until 30 "the namespace kube-system" api_ok GET /api/v1/namespaces/kube-system
}

# The garbage collector, with an account of its own as in a cluster.
api_lab_garbage_collector() {
  control_plane_in_background controllers --controllers garbage-collector-controller
}

# Ends what was started, the server before its store.
api_lab_stop() {
  local i
  for ((i = ${#API_PIDS[@]} - 1; i >= 0; i--)); do
    kill "${API_PIDS[i]}" 2>/dev/null || true
    wait "${API_PIDS[i]}" 2>/dev/null || true
  done
  API_PIDS=()
}

# Sets WORK to a directory that goes when this shell ends, after everything that was started.
api_lab_work() {
  trap api_lab_end EXIT
  WORK=$(mktemp -d)
}

# The EXIT trap.
api_lab_end() {
  local status=$?
  api_lab_stop
  [[ -z $WORK ]] || rm -rf "$WORK"
  exit "$status"
}

# api TOKEN METHOD PATH [BODY [CONTENT_TYPE]]: prints the status code; the answer is in $API_DIR/answer.
api() {
  local options=()
  [[ $# -lt 4 ]] || options=(-H "Content-Type: ${5:-application/json}" --data-binary @-)
  # The body by standard input: an argument may have 128 KiB.
  printf '%s' "${4:-}" | curl -s --noproxy '*' --cacert "$API_DIR/admin/ca.crt" --max-time 60 -X "$2" -H "Authorization: Bearer $1" "${options[@]}" \
    -o "$API_DIR/answer" -w '%{http_code}\n' "$API_SERVER$3"
}

# api_ok METHOD PATH [BODY [CONTENT_TYPE]]: as the administrator; fails, with the answer, unless the server agrees.
api_ok() {
  local code
  code=$(api "$ADMIN_TOKEN" "$@")
  [[ $code == 2?? ]] || { printf '%s %s: %s %s\n' "$1" "$2" "$code" "$(cat "$API_DIR/answer")" >&2 && return 1; }
}

api_kubectl() {
  "$(kubernetes_dir)/kubectl" --kubeconfig "$API_DIR/kubeconfig" --cache-dir "$API_DIR/kubectl-cache" "$@"
}

# api_node NAME: a Node object; prints its UID.
api_node() {
  api_ok POST /api/v1/nodes "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"$1\"}}"
  jq -r .metadata.uid "$API_DIR/answer"
}

# api_pod_token NAMESPACE ACCOUNT NODE: a token of the account, bound to a new pod of it on that node, as a kubelet gets one: a kubelet
# may ask for tokens that a volume of the pod is for, and no others.
api_pod_token() {
  local pod=watcher-on-$3 uid
  api_ok POST "/api/v1/namespaces/$1/pods" "$(jq -n --arg name "$pod" --arg account "$2" --arg node "$3" \
    '{apiVersion: "v1", kind: "Pod", metadata: {$name}, spec: {serviceAccountName: $account, nodeName: $node,
      automountServiceAccountToken: true, containers: [{name: "azwg-watcher", image: "azwg"}]}}')"
  uid=$(jq -r .metadata.uid "$API_DIR/answer")
  api_token "$1" "$2" "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"$pod\",\"uid\":\"$uid\"}"
}

# api_token NAMESPACE ACCOUNT BOUND_OBJECT: a token of the account, by TokenRequest; BOUND_OBJECT is JSON, null for none.
api_token() {
  api_ok POST "/api/v1/namespaces/$1/serviceaccounts/$2/token" \
    "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{\"boundObjectRef\":$3}}"
  jq -r .status.token "$API_DIR/answer"
}
