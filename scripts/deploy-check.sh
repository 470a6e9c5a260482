#!/usr/bin/env bash
# Checks what is in deploy/: the overlays render, the chart says the same, the pods have no more rights than they need, and an
# API server takes them. On standard output a line PASS or FAIL for each thing shown.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
for library in tools verdict release manifests api-lab; do
  # shellcheck source=/dev/null
  . "$AZWG_ROOT/scripts/lib/$library.sh"
done

usage() {
  cat <<'TEXT'
usage: scripts/deploy-check.sh [--server | --kubeconfig FILE] [--no-setup]

Renders every overlay with kustomize and the chart with Helm, and judges the result.

  --server            sends everything to a real API server of its own, as a dry run, and then in earnest
  --kubeconfig FILE   the dry run only, with that administrator's rights. kubectl is $KUBECTL or the path's
  --no-setup          trust that scripts/setup.sh --for packaging has run
TEXT
}

KUBECONFIG_FILE='' SETUP=yes SERVER=''
readonly ARGUMENTS=("$@")
while (($# > 0)); do
  case $1 in
    --kubeconfig) KUBECONFIG_FILE=$2 && shift ;;
    --server) SERVER=yes ;;
    --no-setup) SETUP='' ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && die "unknown argument: $1" ;;
  esac
  shift
done

readonly RENDERED=(base overlays/aks-overlay overlays/aks-pod-subnet overlays/aks-node-subnet overlays/strict uninstall)
declare -A OBJECTS=()

check_renders() {
  local directory yaml
  for directory in "${RENDERED[@]}"; do
    if yaml=$(kustomized "$directory" 2>&1); then
      OBJECTS[$directory]=$(as_json <<<"$yaml")
      pass "kustomize builds deploy/$directory" "$(wc -l <<<"${OBJECTS[$directory]}") objects"
    else
      fail "kustomize builds deploy/$directory" "$(tail -n 1 <<<"$yaml")"
    fi
  done
}

# same_objects WHAT EXPECTED ACTUAL
same_objects() {
  local difference
  difference=$(first_difference "$2" "$3")
  if [[ -n $2 && -z $difference ]]; then
    pass "$1" "$(wc -l <<<"$2") objects"
  else
    fail "$1" "${difference//$'\n'/ | }"
  fi
}

# check_chart_equals DIRECTORY VALUES: the chart with these values and its CRD is what kustomize builds of the directory.
check_chart_equals() {
  local directory=$1 values=$2 rendered
  printf '%s\n' "$values" >"$work/values.yaml"
  if ! rendered=$({ helm_rendered kube-system "$work/values.yaml" && printf -- '---\n' && cat "$AZWG_ROOT/deploy/helm/azwg/crds/"*; } 2>"$work/helm.err"); then
    fail "the chart says the same as deploy/$directory" "$(tail -n 1 "$work/helm.err")"
    return
  fi
  same_objects "the chart says the same as deploy/$directory" "${OBJECTS[$directory]:-}" "$(as_json <<<"$rendered")"
}

# check_chart_refuses WHAT NAMESPACE VALUES MESSAGE
check_chart_refuses() {
  local output
  printf '%s\n' "$3" >"$work/values.yaml"
  if output=$(helm_rendered "$2" "$work/values.yaml" 2>&1); then
    fail "the chart refuses $1" "it does not"
  else
    judge "the chart refuses $1" "$(grep -o "$4.*" <<<"$output" | head -n 1 | cut -c1-80)" grep -q "$4" <<<"$output"
  fi
}

check_chart() {
  local findings
  if findings=$(helm_run lint "$AZWG_ROOT/deploy/helm/azwg" 2>&1); then
    pass "helm lint --strict" "no finding"
  else
    fail "helm lint --strict" "$(grep -v '^$' <<<"$findings" | tail -n 1)"
  fi
  check_chart_equals overlays/aks-overlay '{}'
  check_chart_equals base '{aks: false, admission: {enabled: false}}'
  check_chart_equals overlays/strict '{mode: strict, clusterRanges: [10.244.0.0/16, 10.224.0.0/16]}'
  check_chart_refuses "another namespace" default '{}' 'install with --namespace kube-system'
  check_chart_refuses "ranges in permissive mode" kube-system '{clusterRanges: [10.0.0.0/8]}' 'refused in strict mode only'
  check_chart_refuses "an unknown mode" kube-system '{mode: strickt}' 'neither permissive nor strict'
  # Everything that can be set, set: what comes out must still be a DaemonSet with each of them in it.
  cat >"$work/values.yaml" <<'VALUES'
{hostScope: "off", encryption: "on", fabricMtu: 0, mtu: 1380, listenPort: 51821, underlay: eth1, logLevel: debug,
 extraArgs: [--resync=10s], neverTunnel: [10.9.0.0/24], followPodMtu: false, metrics: {listen: "$(HOST_IP):9586"},
 image: {repository: r/azwg, digest: "sha256:0123"}, nodeSelector: {a: b}, podAnnotations: {c: d}}
VALUES
  # shellcheck disable=SC2016 # a variable of Kubernetes
  same_lines "every value of the chart arrives" "arguments, image, capabilities" \
    "$(printf '%s\n' run '--node=$(NODE_NAME)' --datastore=kubernetes --sysctl-dir=/host/proc/sys '--metrics-listen=$(HOST_IP):9586' \
      --never-tunnel=172.30.0.0/16,172.31.0.0/16,192.0.2.0/24,10.9.0.0/24 --host-scope=off --encryption=on --fabric-mtu=0 --mtu=1380 \
      --listen-port=51821 --underlay=eth1 --log-level=debug --resync=10s r/azwg@sha256:0123 NET_ADMIN a=b c=d)" \
    "$(helm_rendered kube-system "$work/values.yaml" | as_json | jq -r 'select(.kind == "DaemonSet").spec.template
      | .spec.containers[0] as $c | $c.args[], $c.image, $c.securityContext.capabilities.add[],
        "a=\(.spec.nodeSelector.a)", "c=\(.metadata.annotations.c)"')"
}

# rights DIRECTORY: what each container may do, one a line.
rights() {
  jq -r 'select(.kind == "DaemonSet").spec.template.spec
    | . as $pod | (.initContainers[], .containers[]) | .securityContext as $c
    | "\(.name): privileged=\($c.privileged // false) escalation=\($c.allowPrivilegeEscalation) readonly=\($c.readOnlyRootFilesystem) seccomp=\($pod.securityContext.seccompProfile.type) drop=\($c.capabilities.drop | join(",")) add=\($c.capabilities.add // [] | join(","))"' \
    <<<"${OBJECTS[$1]:-}"
}

check_rights() {
  local common='privileged=false escalation=false readonly=true seccomp=RuntimeDefault drop=ALL'
  same_lines "the DaemonSet's containers have the rights that they need and no others" "NET_ADMIN, SYS_ADMIN" \
    "install-plugin: $common add="$'\n'"azwg-watcher: $common add=NET_ADMIN,SYS_ADMIN" "$(rights overlays/strict)"
  same_lines "uninstalling has the rights that it needs and no others" "NET_ADMIN" \
    "uninstall: $common add=NET_ADMIN"$'\n'"done: $common add=" "$(rights uninstall)"
  # What is mounted is exactly what is asked for, and nothing of the host but these paths.
  same_lines "the host's paths" "6 paths" \
    "$(printf '%s\n' /etc/cni/net.d /opt/cni/bin /proc/sys/net /run/azwg /run/netns /var/lib/azwg)" \
    "$(jq -r 'select(.kind == "DaemonSet").spec.template.spec.volumes[].hostPath.path' <<<"${OBJECTS[base]:-}")"
}

check_versions() {
  local version
  version=$(release_version)
  same_lines "chart, image and POM have one version" "$version" "$version" \
    "$({ yq -r '.version, .appVersion' "$AZWG_ROOT/deploy/helm/azwg/Chart.yaml"
      cat "$AZWG_ROOT"/deploy/*/daemonset.yaml | sed -n 's,.*image: registry.example/azwg:,,p'; } | sort -u)"
}

kube() {
  "${KUBECTL:-kubectl}" --kubeconfig "$KUBECONFIG_FILE" --cache-dir "$work/kubectl-cache" "$@"
}

# A server that has no such kind cannot judge it. Only what came after Kubernetes 1.20 is excused, and said.
check_server() {
  local version excused='' output directory
  version=$(kube version -o json | jq -r .serverVersion.gitVersion) || die "the API server does not answer"
  kube api-resources --api-group=admissionregistration.k8s.io -o name | grep -q '^validatingadmissionpolicies' ||
    excused='ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding'
  for directory in "${RENDERED[@]}"; do
    # shellcheck disable=SC2086 # a list of kinds
    if output=$(without $excused <<<"${OBJECTS[$directory]}" | kube apply --dry-run=server -f - 2>&1) &&
      ! grep -qi '^warning' <<<"$output"; then
      pass "$version takes deploy/$directory" "$(grep -c 'server dry run' <<<"$output") of $(wc -l <<<"${OBJECTS[$directory]}") objects${excused:+; it knows no admission policies}"
    else
      fail "$version takes deploy/$directory" "$(grep -v 'server dry run' <<<"$output" | head -n 3 | tr '\n' ' ')"
    fi
  done
}

# Applied, and applied again: nothing may be left to change, or each `kubectl apply` would restart all watchers.
check_applied() {
  local objects
  objects=$(without ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding <<<"${OBJECTS[overlays/aks-overlay]}")
  if kube apply -f - <<<"$objects" >"$work/applied" 2>&1; then
    pass "the server takes deploy/overlays/aks-overlay in earnest" "$(grep -c created "$work/applied") created"
  else
    fail "the server takes deploy/overlays/aks-overlay in earnest" "$(tail -n 1 "$work/applied")"
  fi
  same_lines "applied again it changes nothing" "all unchanged" "$(wc -l <<<"$objects")" \
    "$(kube apply -f - <<<"$objects" 2>&1 | grep -c unchanged)"
}

end_run() {
  local status=$?
  api_lab_stop
  rm -rf "$work"
  exit "$status"
}

main() {
  if [[ -n $SETUP ]]; then
    "$AZWG_ROOT/scripts/setup.sh" --for packaging
    [[ -z $SERVER ]] || "$AZWG_ROOT/scripts/setup.sh" --for kubernetes
  fi
  [[ -z $SERVER ]] || api_lab_enter "$AZWG_ROOT/scripts/deploy-check.sh" "${ARGUMENTS[@]}" --no-setup
  use_jdk25
  work=$(mktemp -d)
  trap end_run EXIT
  check_renders
  check_chart
  check_rights
  check_versions
  if [[ -n $SERVER ]]; then
    api_lab_start "$work/api"
    KUBECTL=$(kubernetes_dir)/kubectl KUBECONFIG_FILE=$work/api/kubeconfig
  fi
  if [[ -n $KUBECONFIG_FILE ]]; then check_server; fi
  if [[ -n $SERVER ]]; then check_applied; fi
  verdict_summary
}

main
