package dev.azwg.wg.host;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.route.PortRange;
import dev.azwg.netlink.route.RouteConstants;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.Rule;
import dev.azwg.netlink.route.RuleAction;
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

  /** Three are enough when nobody interferes. */
  private static final int MAX_ROUNDS = 8;

  private final RouteNetlink netlink;
  private final RoutingPolicy policy;

  public PolicyRules(RouteNetlink netlink, RoutingPolicy policy) {
    this.netlink = netlink;
    this.policy = policy;
  }

  /**
   * What was done.
   *
   * @param added the rules that were missing
   * @param removed the rules that were wrong or surplus
   */
  public record Outcome(List<Rule> added, List<Rule> removed) {
    public Outcome {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
    }

    /** How many rules were changed. */
    public int changed() {
      return added.size() + removed.size();
    }
  }

  /**
   * Makes the rules that are ours to judge exactly the wanted ones; all others are left alone.
   *
   * @param hostScope whether the node's own traffic belongs into the tunnel
   * @param sparedPort the UDP port whose packets the table is not for; 0 for none. Only in host
   *     scope
   * @param ipv6 whether IPv6 rules are wanted too
   */
  public Outcome ensure(boolean hostScope, int sparedPort, boolean ipv6) throws IOException {
    List<Rule> added = new ArrayList<>();
    List<Rule> removed = new ArrayList<>();
    ensure(AF_INET, wanted(AF_INET, hostScope, sparedPort), added, removed);
    ensure(AF_INET6, ipv6 ? wanted(AF_INET6, hostScope, sparedPort) : List.of(), added, removed);
    return new Outcome(added, removed);
  }

  /** Removes every rule that is ours to judge. */
  public void remove() throws IOException {
    ensure(AF_INET, List.of(), new ArrayList<>(), new ArrayList<>());
    ensure(AF_INET6, List.of(), new ArrayList<>(), new ArrayList<>());
  }

  /**
   * Whether a rule is ours to judge: it has our protocol number, or it looks up our table, which is
   * ours alone. Without our mark condition such a rule leads encrypted packets back into the
   * tunnel.
   */
  public static boolean isOurs(Rule rule, int table) {
    return rule.protocol() == WireGuardTable.PROTOCOL
        || (rule.action() == RuleAction.TO_TABLE && rule.table() == table);
  }

  /** The rules as they should be, of both families if IPv6 is wanted too. */
  public List<Rule> wanted(boolean hostScope, int sparedPort, boolean ipv6) {
    List<Rule> rules = new ArrayList<>(wanted(AF_INET, hostScope, sparedPort));
    if (ipv6) {
      rules.addAll(wanted(AF_INET6, hostScope, sparedPort));
    }
    return rules;
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
    rules.add(tunnelRule(family, policy.priority()));
    return rules;
  }

  private Rule tunnelRule(int family, int priority) {
    return rule(family, priority, policy.table())
        .fwmark(policy.fwmark(), policy.fwmark())
        .invert(true)
        .build();
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

  /**
   * In rounds, because the kernel compares loosely. It removes the first rule that has what the
   * request names, which may be ours in front of a wrong one of the same priority; and it takes a
   * rule for present if one differs only in its inversion. While that goes on a stand-in one
   * priority later keeps packets from passing the table by.
   */
  private void ensure(int family, List<Rule> wanted, List<Rule> added, List<Rule> removed)
      throws IOException {
    Rule standIn = tunnelRule(family, policy.priority() + 1);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      List<Rule> missing = new ArrayList<>(wanted);
      List<Rule> surplus = new ArrayList<>();
      for (Rule rule : present(family)) {
        if (isOurs(rule, policy.table()) && !missing.remove(rule)) {
          surplus.add(rule);
        }
      }
      if (missing.isEmpty() && surplus.isEmpty()) {
        return;
      }
      if (round == 0) {
        added.addAll(missing);
      }
      boolean crowded =
          !wanted.isEmpty()
              && surplus.stream().anyMatch(rule -> rule.priority() == policy.priority());
      for (Rule rule : missing) {
        add(rule, crowded);
      }
      if (crowded) {
        surplus.remove(standIn);
        add(standIn, true);
      }
      for (Rule rule : surplus) {
        delete(rule);
        if (!rule.equals(standIn) && !removed.contains(rule)) {
          removed.add(rule);
        }
      }
    }
    throw new HostException(
        HostException.Reason.RULES,
        "rules that look up table " + policy.table(),
        "somebody changes them as fast as they are put right");
  }

  private void add(Rule rule, boolean maySeemPresent) throws NetlinkException {
    try {
      netlink.addRule(rule);
    } catch (NetlinkException e) {
      if (!maySeemPresent || !e.isRejectedWith(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  private void delete(Rule rule) throws NetlinkException {
    try {
      netlink.deleteRule(rule);
    } catch (NetlinkException e) {
      // Gone already, by whoever else.
      if (!e.isRejectedWith(Errno.ENOENT)) {
        throw e;
      }
    }
  }
}
