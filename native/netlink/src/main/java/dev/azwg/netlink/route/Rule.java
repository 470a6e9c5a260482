package dev.azwg.netlink.route;

import org.jspecify.annotations.Nullable;

/**
 * A rule of the routing policy database. What was added with {@link RouteNetlink#addRule} is listed
 * as an equal record. Selectors of the kernel that are not here (uid range, tunnel id, l3mdev,
 * realms) are left out of listed rules.
 *
 * @param family {@code AF_INET} or {@code AF_INET6}
 * @param priority rules are consulted from the smallest to the greatest
 * @param action what is done with a packet that all selectors match
 * @param table for {@link RuleAction#TO_TABLE}, all 32 bits
 * @param target for {@link RuleAction#GOTO} the priority to go on at, else 0
 * @param invert whether the rule applies to packets that the selectors do not match ("not")
 * @param fwmark the packet mark to match, under {@code fwmask}
 * @param fwmask the bits of the mark that count; 0 if the mark does not matter
 * @param inputInterface the name of the interface the packet came in by; null for any
 * @param outputInterface the name of the interface a socket is bound to; null for any
 * @param source the packet's source; null for any
 * @param destination the packet's destination; null for any
 * @param tos the DSCP bits, 0 for any
 * @param ipProtocol the IP protocol number, 0 for any
 * @param sourcePorts null for any
 * @param destinationPorts null for any
 * @param protocol who installed it, an {@code RTPROT_} value or an own number up to 255
 * @param suppressPrefixLength a result of the lookup with a prefix this long or shorter is ignored;
 *     -1 for none
 * @param suppressGroup a result that leads to an interface of this group is ignored; -1 for none
 */
public record Rule(
    int family,
    int priority,
    RuleAction action,
    int table,
    int target,
    boolean invert,
    int fwmark,
    int fwmask,
    @Nullable String inputInterface,
    @Nullable String outputInterface,
    @Nullable RulePrefix source,
    @Nullable RulePrefix destination,
    int tos,
    int ipProtocol,
    @Nullable PortRange sourcePorts,
    @Nullable PortRange destinationPorts,
    int protocol,
    int suppressPrefixLength,
    int suppressGroup) {

  public Rule {
    if (!Prefixes.isFamily(family)) {
      throw new IllegalArgumentException("family " + family);
    }
    if ((source != null && source.family() != family)
        || (destination != null && destination.family() != family)) {
      throw new IllegalArgumentException("a selector is of another family than the rule");
    }
  }

  /** Begins a rule of a family ({@code AF_INET}, {@code AF_INET6}) at a priority. */
  public static RuleBuilder of(int family, int priority) {
    return new RuleBuilder(family, priority);
  }
}
