# Taking azwg off a cluster, as docs/install.md says. Needs cluster.sh, cluster-azwg.sh, cluster-checks.sh.
# shellcheck shell=bash

check_uninstall() {
  judge "back to permissive mode first" "helm upgrade" cluster_azwg up permissive
  pings_start uninstall
  judge "helm uninstall" "release azwg" cluster_helm uninstall >&2
  pings_stop "it goes" uninstall
}
