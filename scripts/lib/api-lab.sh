# An API server with its etcd (and controllers, if asked for) for one script, in the script's own network namespace: nothing
# else on the machine can reach it, and its ports are free. Needs common.sh, tools.sh.
# shellcheck shell=bash

API_SERVER=https://127.0.0.1:6443
API_DIR=''
API_PIDS=()

# api_lab_enter SCRIPT ARGUMENT...: runs the script again in a network namespace, which goes with it.
api_lab_enter() {
  [[ -z ${API_LAB_INSIDE:-} ]] || return 0
  require_root
  API_LAB_INSIDE=1 exec unshare --net -- "$@"
}

# api_lab_start DIR [APISERVER_OPTION...]: returns when the server is ready.
api_lab_start() {
  local bin
  bin=${KUBE_BIN:-$(tool_dir kubernetes)}
  API_DIR=$1
  shift
  ip link set lo up
  mkdir -p "$API_DIR/etcd" "$API_DIR/certs"
  chmod 700 "$API_DIR" "$API_DIR/etcd"
  openssl genrsa -out "$API_DIR/accounts.key" 2048 2>/dev/null
  openssl rsa -in "$API_DIR/accounts.key" -pubout -out "$API_DIR/accounts.pub" 2>/dev/null
  # An administrator, and the users of two kubelets.
  printf '%s\n' 'admin-token,admin,admin,system:masters' 'kubelet-a-token,system:node:node-a,kubelet-a,system:nodes' 'kubelet-b-token,system:node:node-b,kubelet-b,system:nodes' \
    >"$API_DIR/tokens.csv"
  "$bin/etcd" --data-dir "$API_DIR/etcd" --listen-client-urls http://127.0.0.1:2379 --unsafe-no-fsync \
    --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380 \
    >"$API_DIR/etcd.log" 2>&1 </dev/null &
  API_PIDS+=($!)
  # Service accounts' admission is off because no controller makes their default ones in time; authentication is not.
  "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --cert-dir="$API_DIR/certs" --bind-address=127.0.0.1 \
    --advertise-address=127.0.0.1 --secure-port=6443 --insecure-port=0 --service-cluster-ip-range=10.96.0.0/16 \
    --authorization-mode=Node,RBAC --token-auth-file="$API_DIR/tokens.csv" --service-account-issuer="$API_SERVER" \
    --service-account-key-file="$API_DIR/accounts.pub" --service-account-signing-key-file="$API_DIR/accounts.key" \
    --enable-admission-plugins=NodeRestriction --disable-admission-plugins=ServiceAccount "$@" \
    >"$API_DIR/apiserver.log" 2>&1 </dev/null &
  API_PIDS+=($!)
  wait_until 120 "the API server to be ready" api_ready
  # Made by the server itself, a moment after it is ready.
  wait_until 30 "the namespace kube-system" api_ok GET /api/v1/namespaces/kube-system
}

# The controllers, of which the garbage collector is wanted.
api_lab_controllers() {
  local bin
  bin=${KUBE_BIN:-$(tool_dir kubernetes)}
  cat >"$API_DIR/controllers.conf" <<CONF
apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "$API_SERVER", certificate-authority: "$API_DIR/certs/apiserver.crt"}}]
users: [{name: admin, user: {token: admin-token}}]
contexts: [{name: lab, context: {cluster: lab, user: admin}}]
current-context: lab
CONF
  "$bin/kube-controller-manager" --kubeconfig="$API_DIR/controllers.conf" --use-service-account-credentials \
    --service-account-private-key-file="$API_DIR/accounts.key" --root-ca-file="$API_DIR/certs/apiserver.crt" \
    --controllers=garbagecollector,serviceaccount,serviceaccount-token --leader-elect=false --port=0 --secure-port=0 \
    >"$API_DIR/controllers.log" 2>&1 </dev/null &
  API_PIDS+=($!)
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

api_ready() {
  [[ $(curl -s --cacert "$API_DIR/certs/apiserver.crt" -H 'Authorization: Bearer admin-token' "$API_SERVER/readyz") == ok ]]
}

# api TOKEN METHOD PATH [BODY [CONTENT_TYPE]]: prints the status code; the answer is in $API_DIR/answer.
api() {
  local options=()
  [[ $# -lt 4 ]] || options=(-H "Content-Type: ${5:-application/json}" --data-binary @-)
  # The body by standard input: an argument may have 128 KiB.
  printf '%s' "${4:-}" | curl -s --cacert "$API_DIR/certs/apiserver.crt" --max-time 60 -X "$2" -H "Authorization: Bearer $1" "${options[@]}" \
    -o "$API_DIR/answer" -w '%{http_code}\n' "$API_SERVER$3"
}

# api_ok METHOD PATH [BODY [CONTENT_TYPE]]: as the administrator; fails, with the answer, unless the server agrees.
api_ok() {
  local code
  code=$(api admin-token "$@")
  [[ $code == 2?? ]] || { printf '%s %s: %s %s\n' "$1" "$2" "$code" "$(cat "$API_DIR/answer")" >&2 && return 1; }
}

api_kubectl() {
  "${KUBE_BIN:-$(tool_dir kubernetes)}/kubectl" --server "$API_SERVER" --certificate-authority "$API_DIR/certs/apiserver.crt" \
    --token admin-token --cache-dir "$API_DIR/kubectl-cache" "$@"
}

# api_node NAME: a Node object; prints its UID.
api_node() {
  api_ok POST /api/v1/nodes "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"$1\"}}"
  jq -r .metadata.uid "$API_DIR/answer"
}

# api_pod_token NAMESPACE ACCOUNT NODE: a token of the account, bound to a new pod of it on that node, as a kubelet gets one.
api_pod_token() {
  local pod=watcher-on-$3 uid
  api_ok POST "/api/v1/namespaces/$1/pods" "$(jq -n --arg name "$pod" --arg account "$2" --arg node "$3" \
    '{apiVersion: "v1", kind: "Pod", metadata: {$name}, spec: {serviceAccountName: $account, nodeName: $node,
      automountServiceAccountToken: false, containers: [{name: "azwg-watcher", image: "azwg"}]}}')"
  uid=$(jq -r .metadata.uid "$API_DIR/answer")
  api_token "$1" "$2" "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"$pod\",\"uid\":\"$uid\"}"
}

# api_token NAMESPACE ACCOUNT BOUND_OBJECT: a token of the account, by TokenRequest; BOUND_OBJECT is JSON, null for none.
api_token() {
  api_ok POST "/api/v1/namespaces/$1/serviceaccounts/$2/token" \
    "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{\"boundObjectRef\":$3}}"
  jq -r .status.token "$API_DIR/answer"
}
