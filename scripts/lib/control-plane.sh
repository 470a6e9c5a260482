#!/usr/bin/env bash
# A Kubernetes control plane of one's own: etcd, API server, controllers and scheduler, each in the foreground until it is ended.
#
#   control-plane.sh prepare DIR [ADDRESS]      keys, certificates and tokens; ADDRESS is where the API server will listen
#   control-plane.sh node DIR NAME ADDRESS      the certificates of a kubelet, and its kubeconfig
#   control-plane.sh etcd DIR
#   control-plane.sh api DIR [OPTION...]        with further options of kube-apiserver
#   control-plane.sh controllers DIR [OPTION...]  all of them, or those that --controllers names
#   control-plane.sh scheduler DIR
#   control-plane.sh compact DIR                etcd forgets all revisions but the newest
#   control-plane.sh ready DIR                  succeeds when the API server is ready
#
# DIR/url is its address, DIR/admin has token and ca.crt of a cluster administrator, DIR/kubeconfig is for kubectl. DIR/audit.log
# says who asked for what. Everything is on the loopback interface of the caller's network namespace unless ADDRESS is another one.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/lib/tools.sh
. "$AZWG_ROOT/scripts/lib/tools.sh"
# shellcheck source=scripts/lib/kubernetes.sh
. "$AZWG_ROOT/scripts/lib/kubernetes.sh"

readonly ETCD_URL=http://127.0.0.1:2379 ETCD_PEER_URL=http://127.0.0.1:2380
readonly API_PORT=6443
# As AKS has it by default; pods reach the API server by its first address.
readonly SERVICE_RANGE=10.0.0.0/16 FIRST_SERVICE=10.0.0.1

# certificate PKI NAME SUBJECT USAGE [SUBJECT-ALTERNATIVE-NAMES]
certificate() {
  local extensions="extendedKeyUsage=$4"$'\n'"keyUsage=digitalSignature"
  [[ -z ${5:-} ]] || extensions+=$'\n'"subjectAltName=$5"
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$3" \
    -keyout "$1/$2.key" -out "$1/$2.csr" 2>/dev/null
  openssl x509 -req -in "$1/$2.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 30 \
    -extfile <(printf '%s\n' "$extensions") -out "$1/$2.crt" 2>/dev/null
}

# kubeconfig DIR USER CREDENTIALS
kubeconfig() {
  cat <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: $2}}]
clusters: [{name: test, cluster: {server: "$(cat "$1/url")", certificate-authority: $1/admin/ca.crt}}]
users: [{name: $2, user: {$3}}]
KUBECONFIG
}

# with_certificate DIR NAME: a kubeconfig for who has that certificate.
with_certificate() {
  kubeconfig "$1" "$2" "client-certificate: $1/pki/$2.crt, client-key: $1/pki/$2.key" >"$1/$2.kubeconfig"
}

prepare() {
  local dir=$1 address=${2:-127.0.0.1} pki=$1/pki token part
  umask 077
  mkdir -p "$pki" "$dir/admin"
  printf '%s' "$address" >"$dir/address"
  printf 'https://%s:%s' "$address" "$API_PORT" >"$dir/url"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=azwg-test-ca \
    -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature -keyout "$pki/ca.key" -out "$pki/ca.crt" 2>/dev/null
  cp "$pki/ca.crt" "$dir/admin/ca.crt"
  certificate "$pki" api /CN=kube-apiserver serverAuth \
    "IP:127.0.0.1,IP:$address,IP:$FIRST_SERVICE,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  # For kubectl exec and logs.
  certificate "$pki" kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
  for part in kube-controller-manager kube-scheduler kube-proxy; do
    certificate "$pki" "$part" "/CN=system:$part" clientAuth
    with_certificate "$dir" "$part"
  done
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$pki/sa.key" 2>/dev/null
  openssl pkey -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
  token=$(openssl rand -hex 24)
  printf '%s,admin,1,"system:masters"\n' "$token" >"$pki/tokens.csv"
  printf '%s' "$token" >"$dir/admin/token"
  kubeconfig "$dir" admin "tokenFile: $dir/admin/token" >"$dir/kubeconfig"
  cat >"$dir/audit.yaml" <<'POLICY'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
POLICY
}

node() {
  local dir=$1 name=$2 address=$3
  umask 077
  certificate "$dir/pki" "kubelet-$name" "/O=system:nodes/CN=system:node:$name" clientAuth
  certificate "$dir/pki" "serving-$name" "/O=system:nodes/CN=system:node:$name" serverAuth "DNS:$name,IP:$address"
  with_certificate "$dir" "kubelet-$name"
}

etcd() {
  exec "$(kubernetes_dir)/etcd" --data-dir "$1/etcd" --log-level error --unsafe-no-fsync \
    --listen-client-urls "$ETCD_URL" --advertise-client-urls "$ETCD_URL" \
    --listen-peer-urls "$ETCD_PEER_URL" --initial-advertise-peer-urls "$ETCD_PEER_URL" \
    --initial-cluster "default=$ETCD_PEER_URL"
}

api() {
  local dir=$1 pki=$1/pki address options=()
  shift
  address=$(cat "$dir/address")
  # A server on the loopback interface is nobody's service "kubernetes".
  [[ $address != 127.* ]] || options=(--endpoint-reconciler-type none)
  exec "$(kubernetes_dir)/kube-apiserver" --etcd-servers "$ETCD_URL" --bind-address "$address" \
    --advertise-address "$address" --secure-port "$API_PORT" --service-cluster-ip-range "$SERVICE_RANGE" \
    --cert-dir "$pki" --tls-cert-file "$pki/api.crt" --tls-private-key-file "$pki/api.key" --client-ca-file "$pki/ca.crt" \
    --token-auth-file "$pki/tokens.csv" --authorization-mode Node,RBAC --allow-privileged \
    --enable-admission-plugins NodeRestriction \
    --kubelet-client-certificate "$pki/kubelet-client.crt" --kubelet-client-key "$pki/kubelet-client.key" \
    --kubelet-certificate-authority "$pki/ca.crt" --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$pki/sa.pub" \
    --service-account-signing-key-file "$pki/sa.key" \
    --audit-policy-file "$dir/audit.yaml" --audit-log-path "$dir/audit.log" "${options[@]}" "$@"
}

controllers() {
  local dir=$1 pki=$1/pki
  shift
  exec "$(kubernetes_dir)/kube-controller-manager" --kubeconfig "$dir/kube-controller-manager.kubeconfig" \
    --use-service-account-credentials --leader-elect=false --bind-address 127.0.0.1 --cert-dir "$pki" \
    --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" "$@"
}

scheduler() {
  exec "$(kubernetes_dir)/kube-scheduler" --kubeconfig "$1/kube-scheduler.kubeconfig" --leader-elect=false \
    --bind-address 127.0.0.1 --cert-dir "$1/pki"
}

# etcd's JSON gateway; revisions are strings there.
compact() {
  local revision
  revision=$(curl --silent --noproxy '*' "$ETCD_URL/v3/kv/range" --data '{"key":"AA=="}' | jq -r .header.revision)
  curl --silent --fail --noproxy '*' "$ETCD_URL/v3/kv/compaction" --data "{\"revision\":\"$revision\"}" >/dev/null
}

ready() {
  [[ $(curl --silent --max-time 2 --noproxy '*' --cacert "$1/admin/ca.crt" \
    --header "Authorization: Bearer $(cat "$1/admin/token")" "$(cat "$1/url")/readyz") == ok ]]
}

case ${1:-} in
  prepare | node | etcd | api | controllers | scheduler | compact | ready)
    (($# >= 2)) || die "$1 needs a directory"
    "$@"
    ;;
  *) die "usage: control-plane.sh prepare|node|etcd|api|controllers|scheduler|compact|ready DIR [...]" ;;
esac
