# Pods of a cluster as its users have them: a Deployment behind a Service, and a client on each node. Needs cluster.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # constants for its callers

readonly WEB_PORT=8080 WEB_NODE_PORT=30080

# The web server answers with the name of its pod.
web_manifest() {
  cat <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      # A node that died is back within the minute.
      tolerations: [{operator: Exists}]
      containers:
        - name: web
          image: localhost/pod:1
          command: [/bin/sh, -c, "mkdir -p /tmp/www && hostname >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www"]
          readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: client}
spec:
  selector: {matchLabels: {app: client}}
  template:
    metadata: {labels: {app: client}}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations: [{operator: Exists}]
      containers: [{name: client, image: "localhost/pod:1"}]
YAML
}

# pods_with APP [NODE]: "NAME NODE ADDRESS" of the pods that run, one a line.
pods_with() {
  lab_kubectl get pods -l "app=$1" ${2:+--field-selector "spec.nodeName=$2"} -o json | jq -r '.items[]
    | select(.metadata.deletionTimestamp == null and .status.phase == "Running") | "\(.metadata.name) \(.spec.nodeName) \(.status.podIP)"'
}

# address_of APP NODE: of one of its pods there.
address_of() {
  local pods
  pods=$(pods_with "$1" "$2")
  [[ -n $pods ]] || die "no pod of $1 runs on $2"
  awk 'NR == 1 { print $3 }' <<<"$pods"
}

# pods_on NODE: how many pods with a network of their own the API server knows there, ending ones included.
pods_on() {
  lab_kubectl get pods -A --field-selector "spec.nodeName=$1" -o json | jq '[.items[] | select(.spec.hostNetwork != true)] | length'
}

# in_pod_at NODE ADDRESS COMMAND...: runs a program of the machine in the network namespace of the pod that has the address.
in_pod_at() {
  local node=$1 address=$2 namespace
  shift 2
  namespace=$(on_node "$node" ip -o route get "$address" | sed -n 's/.* dev \(azv[0-9a-f]*\) .*/\1/p')
  [[ -n $namespace ]] || die "no pod of $node has $address"
  namespace=$(on_node "$node" ip -o link show "$namespace" | sed -n 's/.* link-netns \([^ ]*\).*/\1/p')
  on_node "$node" ip netns exec "$namespace" "$@"
}

# from_at pod|node NODE COMMAND...: the client's pod on the node, or the node itself.
from_at() {
  local kind=$1 node=$2
  shift 2
  case $kind in
    pod) in_pod_at "$node" "${CLIENT_ADDRESS[$node]}" "$@" ;;
    node) on_node "$node" "$@" ;;
    *) die "no such kind of place: $kind" ;;
  esac
}

# The clients' addresses, by node.
declare -A CLIENT_ADDRESS=()

find_clients() {
  local node
  for node in "${LAB_NODES[@]}"; do
    CLIENT_ADDRESS[$node]=$(address_of client "$node")
  done
}

# web_get URL: the name of the pod that answers, or nothing.
readonly WEB_GET=(curl --silent --max-time 3 --noproxy '*')
