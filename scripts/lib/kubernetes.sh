# Which Kubernetes the scripts run: the newest that scripts/tools/kubernetes has, or the one that AZWG_KUBERNETES names (1.35).
# Needs common.sh and tools.sh.
# shellcheck shell=bash

# The versions that can be made, oldest first.
kubernetes_versions() {
  local directory
  for directory in "$AZWG_ROOT"/scripts/tools/kubernetes/*/; do
    basename "$directory"
  done | sort -V
}

# Sets AZWG_KUBERNETES, or dies: a version that is named must be one of those.
choose_kubernetes() {
  local versions
  mapfile -t versions < <(kubernetes_versions)
  AZWG_KUBERNETES=${AZWG_KUBERNETES:-${versions[-1]}}
  [[ " ${versions[*]} " == *" $AZWG_KUBERNETES "* ]] ||
    die "no recipe for Kubernetes $AZWG_KUBERNETES (there are: ${versions[*]})"
  export AZWG_KUBERNETES
}

# The directory of its programs; they are there after ensure_kubernetes.
kubernetes_dir() {
  tool_dir "kubernetes@$AZWG_KUBERNETES"
}

ensure_kubernetes() {
  ensure_tool "kubernetes@$AZWG_KUBERNETES" \
    "building Kubernetes $AZWG_KUBERNETES from its Go modules (9 minutes on two processors, 200 MB to fetch)"
}

choose_kubernetes
