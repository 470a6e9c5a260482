#!/usr/bin/env bash
# Prints what each node has for itself where tokens do not name the node. Reads lines "NAME UID" (of Node objects):
#   kubectl get nodes --no-headers -o custom-columns=NAME:.metadata.name,UID:.metadata.uid >nodes
#   deploy/per-node/render.sh <nodes | kubectl apply -f -               # an account, and a role for its own record
#   deploy/per-node/render.sh --records <nodes | kubectl create -f -    # the records, still without keys
# To be run again for each new node, and for one that took its record back: a node cannot make its record itself, for RBAC cannot
# bind "create" to a name. Records that exist are left as they are (kubectl says AlreadyExists).
#   --kubelet   bind the roles to the nodes' own users (system:node:NAME), for watchers that use the kubelet's certificate
set -euo pipefail

readonly NAMESPACE=azwg-nodes

role() { # NAME UID
  cat <<YAML
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: azwg-peer:$1
  labels: {app.kubernetes.io/part-of: azwg}
  # Role and binding go with the Node; its name may be another machine's later.
  ownerReferences: [{apiVersion: v1, kind: Node, name: "$1", uid: "$2"}]
rules:
  - apiGroups: [azwg.dev]
    resources: [wireguardpeers]
    resourceNames: ["$1"]
    verbs: [patch, delete]
  - apiGroups: [azwg.dev]
    resources: [wireguardpeers/status]
    resourceNames: ["$1"]
    verbs: [patch]
YAML
}

# A node that has no key, as before its first start.
record() { # NAME UID
  cat <<YAML
---
apiVersion: azwg.dev/v1alpha1
kind: WireGuardPeer
metadata:
  name: "$1"
  labels: {app.kubernetes.io/part-of: azwg}
  ownerReferences: [{apiVersion: v1, kind: Node, name: "$1", uid: "$2"}]
spec: {keySince: "1970-01-01T00:00:00Z", endpoints: [], nodeAddresses: [], hostScope: true, claims: []}
YAML
}

binding() { # NAME UID SUBJECT
  cat <<YAML
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: azwg-peer:$1
  labels: {app.kubernetes.io/part-of: azwg}
  ownerReferences: [{apiVersion: v1, kind: Node, name: "$1", uid: "$2"}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "azwg-peer:$1"}
subjects: [$3]
YAML
}

# Without an owner: the account has no rights but through its binding, and its tokens would end whenever a node is registered anew.
account() { # NAME
  cat <<YAML
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: "$1"
  namespace: $NAMESPACE
  labels: {app.kubernetes.io/part-of: azwg}
automountServiceAccountToken: false
YAML
}

main() {
  local what=${1:-accounts} name uid
  [[ $# -le 1 && $what =~ ^(accounts|--kubelet|--records)$ ]] || {
    printf 'usage: render.sh [--kubelet|--records] <LINES-OF-NAME-AND-UID\n' >&2
    exit 2
  }
  while read -r name uid; do
    # What goes into YAML is a node's name and a UID, or nothing does.
    [[ $name =~ ^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$ && $uid =~ ^[-0-9a-f]{36}$ ]] || {
      printf 'error: not the name and UID of a node: %s %s\n' "$name" "$uid" >&2
      exit 1
    }
    case $what in
      --records) record "$name" "$uid" ;;
      --kubelet)
        role "$name" "$uid"
        binding "$name" "$uid" "{apiGroup: rbac.authorization.k8s.io, kind: User, name: 'system:node:$name'}"
        ;;
      *)
        role "$name" "$uid"
        account "$name"
        binding "$name" "$uid" "{kind: ServiceAccount, name: '$name', namespace: $NAMESPACE}"
        ;;
    esac
  done
}

main "$@"
