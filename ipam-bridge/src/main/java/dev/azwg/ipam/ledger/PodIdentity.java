package dev.azwg.ipam.ledger;

/**
 * The pod of an attachment, as the container runtime names it in CNI_ARGS.
 *
 * @param namespace K8S_POD_NAMESPACE
 * @param name K8S_POD_NAME
 * @param uid K8S_POD_UID; empty where the runtime does not tell
 */
public record PodIdentity(String namespace, String name, String uid) {}
