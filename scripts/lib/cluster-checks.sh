# The demo's checks on a real cluster. Needs cluster.sh, cluster-azwg.sh, cluster-pods.sh, capture.sh, verdict.sh.
# shellcheck shell=bash

# Of what is on the wire: all that nodes say to each other outside of the tunnel. The API server, which is in the fabric, its
# way to the kubelets, and the first hop of a NodePort are none of the mesh.
CLUSTER_CLEAR="not arp and not udp port 51820 and not (host $VNET_GATEWAY and (icmp or tcp port 6443 or tcp port 10250 or tcp port 30080))"
readonly CLUSTER_CLEAR
readonly CLUSTER_TUNNEL="udp port 51820"
# Requests to a Service: enough that each of four pods gets one, but for one time in ten thousand.
readonly SERVICE_REQUESTS=40

# answers COUNT URL FROM...: requests URL so often; prints how many were answered, and from how many nodes' pods.
answers() {
  local count=$1 url=$2 name got=0 node i pods
  local -A nodes=()
  shift 2
  pods=$(pods_with web)
  for ((i = 0; i < count; i++)); do
    name=$("$@" "${WEB_GET[@]}" "$url") || continue
    node=$(awk -v name="$name" '$1 == name { print $2 }' <<<"$pods")
    [[ -n $node ]] || continue
    got=$((got + 1))
    nodes[$node]=yes
  done
  printf '%d answers from pods on %d nodes\n' "$got" "${#nodes[@]}"
}

# all_answer WHAT URL FROM...: every request to a Service is answered, by pods on every node.
all_answer() {
  local what=$1 url=$2 figure
  shift 2
  figure=$(answers $SERVICE_REQUESTS "$url" "$@")
  judge "$what" "$figure" test "$figure" = "$SERVICE_REQUESTS answers from pods on ${#LAB_NODES[@]} nodes"
}

# one_answers URL FROM...: the pod at that address answers.
one_answers() {
  local url=$1
  shift
  [[ -n $("$@" "${WEB_GET[@]}" "$url") ]]
}

# check_traffic LABEL: every way between nodes is answered, and nothing of it is in the clear.
check_traffic() {
  local label=$1 service from to kind address failed count=0 capture
  service=$(lab_kubectl get service web -o 'jsonpath={.spec.clusterIP}')
  capture=wire-${label//[^a-z]/-}
  capture_start "$capture"
  for kind in pod node; do
    failed=0 count=0
    for from in "${LAB_NODES[@]}"; do
      for to in "${LAB_NODES[@]}"; do
        [[ $from != "$to" ]] || continue
        while read -r _ _ address; do
          count=$((count + 1))
          one_answers "http://$address:$WEB_PORT/" from_at "$kind" "$from" || failed=$((failed + 1))
        done < <(pods_with web "$to")
      done
    done
    judge "$label: $kind to pod on another node" "$((count - failed)) of $count" test "$failed $((count > 0))" = "0 1"
    for from in "${LAB_NODES[@]}"; do
      all_answer "$label: $kind on $from to the Service" "http://$service/" from_at "$kind" "$from"
    done
  done
  for to in "${LAB_NODES[@]}"; do
    all_answer "$label: a client outside to the NodePort of $to" "http://${NODE_ADDRESS[$to]}:$WEB_NODE_PORT/" in_fabric
  done
  capture_stop "$capture"
  count=$(capture_count "$capture" "$CLUSTER_CLEAR")
  judge "$label: nothing of it was in the clear" \
    "$(capture_count "$capture" "$CLUSTER_TUNNEL") packets of the tunnel, $count others$(first_clear "$capture")" test "$count" = 0
}

# What the first packets in the clear were, for a failure's figure.
first_clear() {
  tcpdump -r "$LAB_DIR/$1.pcap" -nq "$CLUSTER_CLEAR" 2>/dev/null | cut -d' ' -f2-8 | sort | uniq -c | sort -rn | sed -n '1,3s/^ */: /p' | tr '\n' ';'
}

# The runtime's own view of azwg's work: attachments, local routes and MTU of every pod on the node.
node_matches_pods() {
  local node=$1 pods attachments throws
  pods=$(pods_on "$node")
  attachments=$(on_node "$node" find /run/azwg/attachments -name '*.json' | wc -l)
  throws=$(on_node "$node" ip route show table 51820 type throw | awk -v range="10\\.240\\.${node#n}\\." '$2 ~ range' | wc -l)
  printf '%s: %s pods, %s attachments, %s local routes\n' "$node" "$pods" "$attachments" "$throws"
  [[ $pods == "$attachments" && $pods == "$throws" ]]
}

check_nodes_match() {
  local node
  for node in "${LAB_NODES[@]}"; do
    judge "$1: what azwg has recorded on $node is what the API server knows" "$(node_matches_pods "$node")" \
      wait_until 30 "records of $node to match its pods" node_matches_pods "$node"
  done
}

check_mtu() {
  local pods name node address mtu wrong=''
  pods=$(pods_with web)
  while read -r name node address; do
    mtu=$(in_pod_at "$node" "$address" ip -j link show eth0 | jq '.[0].mtu')
    [[ $mtu == 1340 ]] || wrong+="$name $mtu; "
  done <<<"$pods"
  judge "the links of pods fit the tunnel" "$(wc -l <<<"$pods") pods${wrong:+; $wrong}" test -z "$wrong"
}

web_has() {
  [[ $(lab_kubectl get deployment web -o 'jsonpath={.status.readyReplicas} {.status.replicas}') == "$1 $1" &&
    $(lab_kubectl get pods -l app=web -o name | wc -l) == "$1" ]]
}

check_scale() {
  lab_kubectl scale deployment web --replicas 20 >>"$LAB_DIR/api/apply.log"
  judge "20 pods" "$(now_us)" wait_until 90 "20 pods" web_has 20
  check_nodes_match "with 20 pods"
  check_mtu
  lab_kubectl scale deployment web --replicas 4 >>"$LAB_DIR/api/apply.log"
  judge "and 4 again" "$(now_us)" wait_until 90 "4 pods" web_has 4
  check_nodes_match "with 4 pods again"
}

# Pings from a pod and from a node to a pod on the next node, 50 a second, until ping_stop. Each packet is in the output.
declare -a PING_PID=()

pings_start() {
  local label=$1 index from to kind
  PING_PID=()
  for index in "${!LAB_NODES[@]}"; do
    from=${LAB_NODES[index]} to=${LAB_NODES[(index + 1) % ${#LAB_NODES[@]}]}
    for kind in pod node; do
      from_at "$kind" "$from" ping -n -O -i 0.02 "${CLIENT_ADDRESS[$to]}" >"$LAB_DIR/ping-$label-$from-$kind" 2>&1 </dev/null &
      PING_PID+=($!)
    done
  done
  for index in "$LAB_DIR/ping-$label-"*; do
    wait_until 10 "pings to be answered" grep -q 'icmp_seq=5 ' "$index"
  done
}

# pings_stop WHAT LABEL: every packet but the last, which may be under way, was answered.
pings_stop() {
  local what=$1 label=$2 pid file last answered lost=0 total=0
  for node in "${LAB_NODES[@]}"; do
    on_node "$node" pkill -TERM -x ping || true
  done
  for pid in "${PING_PID[@]}"; do
    wait "$pid" 2>/dev/null || true
  done
  for file in "$LAB_DIR/ping-$label-"*; do
    answered=$(grep -c 'bytes from' "$file" || true)
    last=$(grep 'bytes from' "$file" | tail -n 1 | sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p')
    total=$((total + ${last:-0}))
    lost=$((lost + ${last:-1} - answered))
  done
  judge "$what without a lost ping" "$total pings on ${#PING_PID[@]} ways, $lost lost" test "$lost" = 0
}

check_rollouts() {
  pings_start restart
  lab_kubectl -n kube-system rollout restart daemonset/azwg-watcher >>"$LAB_DIR/api/apply.log"
  judge "a rolling restart of the watchers" "kubectl rollout" \
    lab_kubectl -n kube-system rollout status daemonset/azwg-watcher --timeout 180s >&2
  pings_stop "it goes" restart
  pings_start upgrade
  judge "an upgrade by the chart, to another image" "$CLUSTER_IMAGE:next" cluster_azwg next permissive
  pings_stop "it goes" upgrade
  judge "the mesh is whole afterwards" "${#LAB_NODES[@]} nodes" wait_until 60 "the mesh" mesh_is_whole
}

# check_power NODE OTHER: the node dies at once, and comes back with what was on its disk.
check_power() {
  local node=$1 other=$2
  cluster_power_off "$node"
  judge "$node dies; $other goes on" "a pod on $other" \
    one_answers "http://$(address_of web "$other"):$WEB_PORT/" from_at pod "$other"
  cluster_power_on "$node"
  judge "$node comes back, and its watcher is ready" "$node" wait_until 120 "the watcher of $node" watcher_is_ready "$node"
  judge "the mesh is whole again" "${#LAB_NODES[@]} nodes" wait_until 60 "the mesh" mesh_is_whole
  judge "its pods run again" "web, client" wait_until 120 "the pods" pods_settled
  find_clients
  judge "$other reaches the pods of $node" "pod to pod" \
    wait_until 30 "an answer" one_answers "http://$(address_of web "$node"):$WEB_PORT/" from_at pod "$other"
  check_nodes_match "after the node's return"
}

watcher_is_ready() {
  [[ $(lab_kubectl -n kube-system get pods -l app.kubernetes.io/name=azwg-watcher --field-selector "spec.nodeName=$1" -o json |
    jq '[.items[].status.conditions[]? | select(.type == "Ready" and .status == "True")] | length') == 1 ]]
}

pods_settled() {
  lab_kubectl rollout status deployment/web --timeout 1s && lab_kubectl rollout status daemonset/client --timeout 1s
}
