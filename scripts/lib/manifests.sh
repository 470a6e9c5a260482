# Kubernetes manifests rendered the way their users render them, and compared. Needs common.sh and tools.sh.
# shellcheck shell=bash

# kustomized DIRECTORY: what `kubectl kustomize` gives, below deploy/.
kustomized() {
  "$(tool_path kustomize)" build "$AZWG_ROOT/deploy/$1"
}

# helm_run COMMAND ARGUMENT...: see Helm.java. Helm tells on standard error of each symbolic link that it follows. HELM_PREFIX is
# put before it.
HELM_PREFIX=()
helm_run() {
  local lib
  lib=$(tool_dir helm)/lib
  "${HELM_PREFIX[@]}" "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$lib/*" "$AZWG_ROOT/scripts/lib/Helm.java" "$@"
}

# helm_rendered NAMESPACE [VALUES-FILE]: what `helm template --include-crds` gives. The chart's CRDs are files that Helm does not render.
helm_rendered() {
  helm_run template "$AZWG_ROOT/deploy/helm/azwg" "$@"
}

# Objects of YAML on standard input as JSON, one a line, members and objects in one order. Helm's own annotations are none of ours.
as_json() {
  yq -c -S 'select(. != null)' | jq -cs 'sort_by(.kind, .metadata.namespace // "", .metadata.name)[]'
}

# without KIND...: the objects of other kinds.
without() {
  jq -c --arg kinds "$*" 'select([.kind] - ($kinds | split(" ")) != [])'
}

# first_difference EXPECTED ACTUAL: nothing if both hold the same objects; else where they differ first.
first_difference() {
  { diff -U1 <(jq -S . <<<"$1") <(jq -S . <<<"$2") || true; } | sed -n '4,12p'
}
