package dev.azwg.netlink.generic;

import java.util.Map;

/**
 * A family as the kernel describes it.
 *
 * @param id the message type of its messages, valid until the kernel module is unloaded
 * @param name its name, such as {@code wireguard}
 * @param version of its protocol
 * @param multicastGroups group numbers by name
 */
public record GenericFamily(
    int id, String name, int version, Map<String, Integer> multicastGroups) {
  public GenericFamily {
    multicastGroups = Map.copyOf(multicastGroups);
  }
}
