package dev.azwg.netlink.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Rule}: matches every packet and looks the main table up until told otherwise. Not
 * thread-safe.
 */
public final class RuleBuilder {
  private final int family;
  private final int priority;
  private RuleAction action = RuleAction.TO_TABLE;
  private int table = RouteConstants.RT_TABLE_MAIN;
  private int target;
  private boolean invert;
  private int fwmark;
  private int fwmask;
  private @Nullable String inputInterface;
  private @Nullable String outputInterface;
  private @Nullable RulePrefix source;
  private @Nullable RulePrefix destination;
  private int tos;
  private int ipProtocol;
  private @Nullable PortRange sourcePorts;
  private @Nullable PortRange destinationPorts;
  private int protocol = RouteConstants.RTPROT_UNSPEC;
  private int suppressPrefixLength = -1;
  private int suppressGroup = -1;

  RuleBuilder(int family, int priority) {
    this.family = family;
    this.priority = priority;
  }

  /** Looks this table up. */
  public RuleBuilder table(int value) {
    action = RuleAction.TO_TABLE;
    table = value;
    return this;
  }

  /** Does something else than a lookup. */
  public RuleBuilder action(RuleAction value) {
    action = value;
    table = value == RuleAction.TO_TABLE ? table : RouteConstants.RT_TABLE_UNSPEC;
    return this;
  }

  /** Goes on with the rule at this priority. */
  public RuleBuilder goTo(int targetPriority) {
    target = targetPriority;
    return action(RuleAction.GOTO);
  }

  /** Matches what the selectors do not match. */
  public RuleBuilder invert(boolean value) {
    invert = value;
    return this;
  }

  /** Matches packets with this mark under this mask; a mask of 0 stands for all bits. */
  public RuleBuilder fwmark(int mark, int mask) {
    fwmark = mark;
    fwmask = mask == 0 ? -1 : mask;
    return this;
  }

  public RuleBuilder inputInterface(String name) {
    inputInterface = name;
    return this;
  }

  public RuleBuilder outputInterface(String name) {
    outputInterface = name;
    return this;
  }

  public RuleBuilder source(InetAddress address, int prefixLength) {
    source = new RulePrefix(address, prefixLength);
    return this;
  }

  public RuleBuilder destination(InetAddress address, int prefixLength) {
    destination = new RulePrefix(address, prefixLength);
    return this;
  }

  public RuleBuilder tos(int value) {
    tos = value;
    return this;
  }

  /** Such as 17 for UDP; needed for the ports to count. */
  public RuleBuilder ipProtocol(int value) {
    ipProtocol = value;
    return this;
  }

  public RuleBuilder sourcePorts(PortRange value) {
    sourcePorts = value;
    return this;
  }

  public RuleBuilder destinationPorts(PortRange value) {
    destinationPorts = value;
    return this;
  }

  /** An {@code RTPROT_} value or an own number up to 255. */
  public RuleBuilder protocol(int value) {
    protocol = value;
    return this;
  }

  public RuleBuilder suppressPrefixLength(int value) {
    suppressPrefixLength = value;
    return this;
  }

  public RuleBuilder suppressGroup(int value) {
    suppressGroup = value;
    return this;
  }

  /**
   * The rule.
   *
   * @throws IllegalArgumentException for a lookup in table 0, where the kernel would take any table
   *     that happens to be empty
   */
  public Rule build() {
    if (action == RuleAction.TO_TABLE && table == RouteConstants.RT_TABLE_UNSPEC) {
      throw new IllegalArgumentException("a rule that looks up table 0");
    }
    return new Rule(
        family,
        priority,
        action,
        table,
        target,
        invert,
        fwmark,
        fwmask,
        inputInterface,
        outputInterface,
        source,
        destination,
        tos,
        ipProtocol,
        sourcePorts,
        destinationPorts,
        protocol,
        suppressPrefixLength,
        suppressGroup);
  }
}
