package dev.azwg.cnitest;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a runtime says about one interface of one container.
 *
 * @param containerId CNI_CONTAINERID
 * @param netns CNI_NETNS; empty when the namespace is gone, as at a late DEL
 * @param ifName CNI_IFNAME
 * @param args CNI_ARGS; empty leaves the variable out
 * @param capabilityArgs what the runtime offers: a plugin that declares a capability gets it as
 *     {@code runtimeConfig}
 */
public record ContainerAttachment(
    String containerId, String netns, String ifName, String args, JsonObject capabilityArgs) {

  /** Copies what is mutable. */
  public ContainerAttachment {
    capabilityArgs = capabilityArgs.deepCopy();
  }

  /** An attachment without CNI_ARGS and without capabilities. */
  public static ContainerAttachment of(String containerId, String netns, String ifName) {
    return new ContainerAttachment(containerId, netns, ifName, "", new JsonObject());
  }

  /** A pod's attachment, with the CNI_ARGS that containerd's CRI plugin sends. */
  public ContainerAttachment ofPod(String namespace, String name, String uid) {
    String kubernetes =
        "IgnoreUnknown=1;K8S_POD_NAMESPACE="
            + namespace
            + ";K8S_POD_NAME="
            + name
            + ";K8S_POD_INFRA_CONTAINER_ID="
            + containerId
            + ";K8S_POD_UID="
            + uid;
    return new ContainerAttachment(containerId, netns, ifName, kubernetes, capabilityArgs);
  }

  /** The same attachment after its network namespace has gone. */
  public ContainerAttachment withoutNetns() {
    return new ContainerAttachment(containerId, "", ifName, args, capabilityArgs);
  }

  /** The capabilities the runtime offers. */
  @Override
  public JsonObject capabilityArgs() {
    return capabilityArgs.deepCopy();
  }

  /** The variables of the CNI protocol for a command. */
  public Map<String, String> environment(String command, String pluginPath) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", containerId);
    variables.put("CNI_NETNS", netns);
    variables.put("CNI_IFNAME", ifName);
    variables.put("CNI_PATH", pluginPath);
    if (!args.isEmpty()) {
      variables.put("CNI_ARGS", args);
    }
    return variables;
  }
}
