# A Kubernetes API server in the fabric of the lab, which the nodes reach as they reach that of a cluster: it is on no node, and
# each watcher has a token of its own service account, bound to a pod on its node. Needs lab-network.sh.
# shellcheck shell=bash

# shellcheck source=scripts/lib/kubernetes.sh
. "$AZWG_ROOT/scripts/lib/kubernetes.sh"

# Set by lab_add_api_server; empty while there is none.
# shellcheck disable=SC2034 # for lab-watcher.sh
LAB_API_URL=''

control_plane() {
  "$AZWG_ROOT/scripts/lib/control-plane.sh" "$@"
}

lab_kubectl() {
  in_fabric "$(kubernetes_dir)/kubectl" --kubeconfig "$LAB_DIR/api/kubeconfig" --cache-dir "$LAB_DIR/api/cache" "$@"
}

# lab_api_part PART [OPTION...]: in the background, until the lab goes.
lab_api_part() {
  local part=$1
  shift
  ip netns exec "$(lab_ns vnet)" setpriv --pdeathsig KILL -- \
    "$AZWG_ROOT/scripts/lib/control-plane.sh" "$part" "$LAB_DIR/api" "$@" >>"$LAB_DIR/api/$part.log" 2>&1 </dev/null &
  LAB_API_PID[$part]=$!
}

declare -A LAB_API_PID=()

# lab_api_stop PART: as a crash ends it.
lab_api_stop() {
  kill -s KILL "${LAB_API_PID[$1]}"
  wait "${LAB_API_PID[$1]}" 2>/dev/null || true
}

# Returns when the server knows what a peer record is, and who may write one.
lab_add_api_server() {
  lab_start_api_server
  lab_api_kinds >>"$LAB_DIR/api/apply.log"
}

# Returns when an API server without any of azwg's kinds is ready.
lab_start_api_server() {
  mkdir -p "$LAB_DIR/api"
  control_plane prepare "$LAB_DIR/api" "$VNET_GATEWAY"
  # shellcheck disable=SC2034 # for lab-watcher.sh
  LAB_API_URL=$(cat "$LAB_DIR/api/url")
  lab_api_part etcd
  lab_api_part api
  wait_until 120 "the API server to be ready" in_fabric "$AZWG_ROOT/scripts/lib/control-plane.sh" ready "$LAB_DIR/api"
  wait_until 30 "the namespace kube-system" lab_kubectl get namespace kube-system
}

lab_api_kinds() {
  lab_kubectl apply -f "$AZWG_ROOT/deploy/base/crd.yaml" -f "$AZWG_ROOT/deploy/base/rbac.yaml"
  lab_kubectl wait --for=condition=established crd/wireguardpeers.azwg.dev --timeout 60s
  lab_api_pool_kind
}

# Azure's own kind, which clusters with pods in the nodes' subnet do not have.
lab_api_pool_kind() {
  lab_kubectl apply -f - <<'MANIFEST'
{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
 "metadata": {"name": "nodenetworkconfigs.acn.azure.com"},
 "spec": {"group": "acn.azure.com", "scope": "Namespaced",
  "names": {"kind": "NodeNetworkConfig", "plural": "nodenetworkconfigs", "singular": "nodenetworkconfig"},
  "versions": [{"name": "v1alpha", "served": true, "storage": true, "schema": {"openAPIV3Schema":
   {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}
MANIFEST
  lab_kubectl wait --for=condition=established crd/nodenetworkconfigs.acn.azure.com --timeout 60s
}

# lab_api_pool NODE NUMBER: what Azure's control plane writes when it has given the node its addresses for pods.
lab_api_pool() {
  local node=$1 number=$2
  jq -n --arg node "$node" --arg ip "${NODE_ADDRESS[$node]}" --argjson number "$number" --argjson size "$POOL_SIZE" '
    {apiVersion: "acn.azure.com/v1alpha", kind: "NodeNetworkConfig", metadata: {name: $node, namespace: "kube-system"},
     spec: {requestedIPCount: $size}, status: {assignedIPCount: $size, status: "Updated", networkContainers: [{
       id: "0c5bd0a3-1f0e-4b1e-9c39-6d0f1b9a000\($number)", type: "vnet", assignmentMode: "dynamic", version: 1,
       status: "NCUpdateSuccess", nodeIP: $ip, primaryIP: "10.240.\($number).254", subnetName: "podsubnet",
       subnetAddressSpace: "10.240.0.0/16", defaultGateway: "10.240.0.1",
       ipAssignments: [range(10; 10 + $size) | {name: "ip-\(.)", ip: "10.240.\($number).\(.)"}]}]}}' |
    lab_kubectl apply -f - >>"$LAB_DIR/api/apply.log"
}

api_credentials() {
  printf '%s/api/credentials/%s\n' "$LAB_DIR" "$1"
}

# lab_api_node NODE: its Node, a pod on it, and that pod's service-account token as the kubelet would mount it.
lab_api_node() {
  local node=$1 dir uid
  dir=$(api_credentials "$node")
  mkdir -p "$dir"
  cp "$LAB_DIR/api/admin/ca.crt" "$dir"
  lab_api_objects "$node" >>"$LAB_DIR/api/apply.log"
  uid=$(lab_kubectl get pod -n kube-system "azwg-watcher-$node" -o 'jsonpath={.metadata.uid}')
  lab_kubectl create --raw /api/v1/namespaces/kube-system/serviceaccounts/azwg-watcher/token -f - <<MANIFEST |
{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": ["https://kubernetes.default.svc"],
 "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "azwg-watcher-$node", "uid": "$uid"}}}
MANIFEST
    jq -j .status.token >"$dir/token"
}

lab_api_objects() {
  local node=$1 metadata
  metadata="\"apiVersion\": \"v1\", \"kind\": \"Node\", \"metadata\": {\"name\": \"$node\"}"
  lab_kubectl create -f - <<<"{$metadata}"
  lab_kubectl replace --raw "/api/v1/nodes/$node/status" -f - <<MANIFEST
{$metadata, "status": {"addresses": [{"type": "InternalIP", "address": "${NODE_ADDRESS[$node]}"}]}}
MANIFEST
  lab_kubectl create -f - <<MANIFEST
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "azwg-watcher-$node", "namespace": "kube-system"},
 "spec": {"nodeName": "$node", "serviceAccountName": "azwg-watcher", "automountServiceAccountToken": true,
          "containers": [{"name": "azwg-watcher", "image": "azwg"}]}}
MANIFEST
}
