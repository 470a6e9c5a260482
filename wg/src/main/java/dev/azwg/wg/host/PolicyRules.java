package dev.azwg.wg.host;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.route.PortRange;
import dev.azwg.netlink.route.RouteConstants;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.Rule;
import dev.azwg.netlink.route.RuleBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The policy rules that lead packets into the WireGuard table.
 *
 * <p>Encrypted packets carry the device's mark and pass the table by, or they would be encrypted
 * again without end. Outside host scope what the node itself sends passes it by too, and so does
 * what kube-proxy is about to masquerade to a node address, which no peer would accept.
 *
 * <p>In host scope a strict reverse path filter drops the encrypted packets of peers, for their
 * sources lead into the tunnel. Where packets cannot be marked on their way in, two more rules lead
 * all UDP of the device's port around the table, in both directions: a rule that looks at ports
 * makes the filter look at them too (__fib_validate_source in net/ipv4/fib_frontend.c).
 */
public final class PolicyRules {
  private static final int IPPROTO_UDP = 17;

  private final RouteNetlink netlink;
  private final RoutingPolicy policy;

  public PolicyRules(RouteNetlink netlink, RoutingPolicy policy) {
    this.netlink = netlink;
    this.policy = policy;
  }

  /**
   * Makes our rules exactly the wanted ones: missing ones are added before surplus ones go. Rules
   * without our protocol number are left alone.
   *
   * @param hostScope whether the node's own traffic belongs into the tunnel
   * @param sparedPort the UDP port whose packets the table is not for; 0 for none. Only in host
   *     scope
   * @param ipv6 whether IPv6 rules are wanted too
   * @return how many rules were changed
   */
  public int ensure(boolean hostScope, int sparedPort, boolean ipv6) throws IOException {
    int changed = ensure(AF_INET, wanted(AF_INET, hostScope, sparedPort));
    return changed + ensure(AF_INET6, ipv6 ? wanted(AF_INET6, hostScope, sparedPort) : List.of());
  }

  /** Removes every rule of ours. */
  public void remove() throws IOException {
    ensure(AF_INET, List.of());
    ensure(AF_INET6, List.of());
  }

  /** Whether a rule is one of ours. */
  public static boolean isOurs(Rule rule) {
    return rule.protocol() == WireGuardTable.PROTOCOL;
  }

  private List<Rule> wanted(int family, boolean hostScope, int sparedPort) {
    List<Rule> rules = new ArrayList<>();
    if (!hostScope) {
      rules.add(
          rule(family, policy.priority() - 2, RouteConstants.RT_TABLE_MAIN)
              .fwmark(
                  RoutingPolicy.KUBE_PROXY_MASQUERADE_MARK,
                  RoutingPolicy.KUBE_PROXY_MASQUERADE_MARK)
              .build());
      // "lo" as the incoming interface is what the node itself sends: ip-rule(8).
      rules.add(
          rule(family, policy.priority() - 1, RouteConstants.RT_TABLE_MAIN)
              .inputInterface("lo")
              .build());
    } else if (sparedPort != 0) {
      PortRange port = PortRange.of(sparedPort);
      rules.add(
          rule(family, policy.priority() - 2, RouteConstants.RT_TABLE_MAIN)
              .ipProtocol(IPPROTO_UDP)
              .destinationPorts(port)
              .build());
      rules.add(
          rule(family, policy.priority() - 1, RouteConstants.RT_TABLE_MAIN)
              .ipProtocol(IPPROTO_UDP)
              .sourcePorts(port)
              .build());
    }
    rules.add(
        rule(family, policy.priority(), policy.table())
            .fwmark(policy.fwmark(), policy.fwmark())
            .invert(true)
            .build());
    return rules;
  }

  private static RuleBuilder rule(int family, int priority, int table) {
    return Rule.of(family, priority).table(table).protocol(WireGuardTable.PROTOCOL);
  }

  private List<Rule> present(int family) throws NetlinkException {
    try {
      return netlink.rules(family);
    } catch (NetlinkException e) {
      // A kernel started with ipv6.disable=1.
      if (e.isRejectedWith(Errno.EAFNOSUPPORT) || e.isRejectedWith(Errno.EOPNOTSUPP)) {
        return List.of();
      }
      throw e;
    }
  }

  private int ensure(int family, List<Rule> wanted) throws IOException {
    List<Rule> surplus = new ArrayList<>();
    List<Rule> missing = new ArrayList<>(wanted);
    for (Rule rule : present(family)) {
      if (isOurs(rule) && !missing.remove(rule)) {
        surplus.add(rule);
      }
    }
    for (Rule rule : missing) {
      netlink.addRule(rule);
    }
    for (Rule rule : surplus) {
      netlink.deleteRule(rule);
    }
    return missing.size() + surplus.size();
  }
}
