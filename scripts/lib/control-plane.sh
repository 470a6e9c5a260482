#!/usr/bin/env bash
# A Kubernetes control plane of one's own: etcd, API server and controllers, each in the foreground until it is ended.
#
#   control-plane.sh prepare DIR [ADDRESS]    keys, certificates and tokens; ADDRESS is where the API server will listen
#   control-plane.sh etcd DIR
#   control-plane.sh api DIR [OPTION...]      with further options of kube-apiserver
#   control-plane.sh controllers DIR          garbage collector and daemon sets
#   control-plane.sh compact DIR              etcd forgets all revisions but the newest
#   control-plane.sh ready DIR                succeeds when the API server is ready
#
# DIR/url is its address, DIR/admin has token and ca.crt of a cluster administrator, DIR/kubeconfig is for kubectl. Everything
# is on the loopback interface of the caller's network namespace unless ADDRESS is another one.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/lib/tools.sh
. "$AZWG_ROOT/scripts/lib/tools.sh"

readonly ETCD_URL=http://127.0.0.1:2379 ETCD_PEER_URL=http://127.0.0.1:2380
readonly API_PORT=6443
readonly SERVICE_RANGE=10.96.0.0/16

certificate() { # DIR NAME SUBJECT EXTENSIONS
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$3" \
    -keyout "$1/$2.key" -out "$1/$2.csr" 2>/dev/null
  openssl x509 -req -in "$1/$2.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 30 \
    -extfile <(printf '%s\n' "$4") -out "$1/$2.crt" 2>/dev/null
}

prepare() {
  local dir=$1 address=${2:-127.0.0.1} pki=$1/pki token
  umask 077
  mkdir -p "$pki" "$dir/admin"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=azwg-test-ca \
    -keyout "$pki/ca.key" -out "$pki/ca.crt" 2>/dev/null
  certificate "$pki" api /CN=kube-apiserver \
    "subjectAltName=IP:127.0.0.1,IP:$address,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/sa.key"
  openssl ec -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
  token=$(openssl rand -hex 24)
  printf '%s,admin,1,"system:masters"\n' "$token" >"$pki/tokens.csv"
  printf '%s' "$token" >"$dir/admin/token"
  cp "$pki/ca.crt" "$dir/admin/ca.crt"
  printf '%s' "$address" >"$dir/address"
  printf 'https://%s:%s' "$address" "$API_PORT" >"$dir/url"
  cat >"$dir/kubeconfig" <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: admin}}]
clusters: [{name: test, cluster: {server: "$(cat "$dir/url")", certificate-authority: $dir/admin/ca.crt}}]
users: [{name: admin, user: {tokenFile: $dir/admin/token}}]
KUBECONFIG
}

etcd() {
  exec "$(tool_dir kubernetes)/etcd" --data-dir "$1/etcd" --log-level error --unsafe-no-fsync \
    --listen-client-urls "$ETCD_URL" --advertise-client-urls "$ETCD_URL" \
    --listen-peer-urls "$ETCD_PEER_URL" --initial-advertise-peer-urls "$ETCD_PEER_URL" \
    --initial-cluster "default=$ETCD_PEER_URL"
}

api() {
  local dir=$1 pki=$1/pki address
  shift
  address=$(cat "$dir/address")
  exec "$(tool_dir kubernetes)/kube-apiserver" --etcd-servers "$ETCD_URL" --bind-address "$address" \
    --advertise-address "$address" --secure-port "$API_PORT" --insecure-port 0 --service-cluster-ip-range "$SERVICE_RANGE" \
    --cert-dir "$pki" --tls-cert-file "$pki/api.crt" --tls-private-key-file "$pki/api.key" --client-ca-file "$pki/ca.crt" \
    --token-auth-file "$pki/tokens.csv" --authorization-mode Node,RBAC --allow-privileged \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$pki/sa.pub" \
    --service-account-signing-key-file "$pki/sa.key" --disable-admission-plugins ServiceAccount "$@"
}

controllers() {
  exec "$(tool_dir kubernetes)/kube-controller-manager" --kubeconfig "$1/kubeconfig" --port 0 --secure-port 0 \
    --leader-elect=false --controllers garbagecollector,daemonset,serviceaccount,namespace \
    --cert-dir "$1/pki"
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
  prepare | etcd | api | controllers | compact | ready)
    (($# >= 2)) || die "$1 needs a directory"
    "$@"
    ;;
  *) die "usage: control-plane.sh prepare|etcd|api|controllers|compact|ready DIR [...]" ;;
esac
