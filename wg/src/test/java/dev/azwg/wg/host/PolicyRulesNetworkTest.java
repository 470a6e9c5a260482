package dev.azwg.wg.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.route.RouteEvent;
import dev.azwg.netlink.route.RouteGroup;
import dev.azwg.netlink.route.RouteMonitor;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.Rule;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("network")
@ExtendWith(NamespaceExtension.class)
class PolicyRulesNetworkTest {
  private static final String OURS =
      "99:\tnot from all fwmark 0x100000/0x100000 lookup 51820 proto 142";

  private static RouteNetlink open(TestNamespace namespace) throws IOException {
    return namespace.call(() -> RouteNetlink.open(new JnaLibc()));
  }

  @Test
  void inHostScopeOneRuleSparesEncryptedPackets(TestNamespace namespace) throws IOException {
    try (RouteNetlink netlink = open(namespace)) {
      PolicyRules rules = new PolicyRules(netlink, RoutingPolicy.STANDARD);
      assertEquals(2, rules.ensure(true, 0, true).changed());
      assertEquals(0, rules.ensure(true, 0, true).changed(), "nothing differs the second time");
      for (String family : new String[] {"-4", "-6"}) {
        String shown = namespace.ip(family, "rule");
        assertTrue(
            shown.contains("99:\tnot from all fwmark 0x100000/0x100000 lookup 51820 proto 142"),
            shown);
      }
    }
  }

  @Test
  void outsideHostScopeTheNodesOwnPacketsPassTheTableBy(TestNamespace namespace)
      throws IOException {
    try (RouteNetlink netlink = open(namespace)) {
      PolicyRules rules = new PolicyRules(netlink, RoutingPolicy.STANDARD);
      rules.ensure(false, 0, false);
      String shown = namespace.ip("rule");
      assertTrue(shown.contains("97:\tfrom all fwmark 0x4000/0x4000 lookup main proto 142"), shown);
      assertTrue(shown.contains("98:\tfrom all iif lo lookup main proto 142"), shown);
      rules.ensure(true, 0, false);
      assertFalse(namespace.ip("rule").contains("iif lo"));
    }
  }

  @Test
  void u09WrongRulesThatLookUpOurTableGoWhoeverMadeThemAndOthersStay(TestNamespace namespace)
      throws IOException {
    namespace.ip("rule", "add", "prio", "98", "lookup", "51820");
    namespace.ip("rule", "add", "prio", "99", "lookup", "51820", "protocol", "static");
    namespace.ip("rule", "add", "prio", "50", "lookup", "77", "protocol", "142");
    namespace.ip("rule", "add", "prio", "51", "lookup", "77", "protocol", "static");
    namespace.ip("-6", "rule", "add", "prio", "99", "lookup", "51820");
    try (RouteNetlink netlink = open(namespace)) {
      PolicyRules rules = new PolicyRules(netlink, RoutingPolicy.STANDARD);
      PolicyRules.Outcome outcome = rules.ensure(true, 0, false);
      assertEquals(1, outcome.added().size(), outcome::toString);
      assertEquals(4, outcome.removed().size(), outcome::toString);
      assertEquals(List.of("51:\tfrom all lookup 77 proto static", OURS), shown(namespace, "-4"));
      assertEquals(List.of(), shown(namespace, "-6"));
      rules.remove();
      assertEquals(List.of("51:\tfrom all lookup 77 proto static"), shown(namespace, "-4"));
    }
  }

  /** The kernel removes the first rule that fits the request, which is ours. */
  @Test
  void aWrongRuleBehindOursIsRemovedAndOursStays(TestNamespace namespace) throws IOException {
    try (RouteNetlink netlink = open(namespace)) {
      PolicyRules rules = new PolicyRules(netlink, RoutingPolicy.STANDARD);
      rules.ensure(true, 0, false);
      namespace.ip("rule", "add", "prio", "99", "lookup", "51820", "protocol", "142");
      namespace.ip("rule", "add", "prio", "99", "lookup", "51820", "protocol", "static");
      PolicyRules.Outcome outcome = rules.ensure(true, 0, false);
      assertEquals(2, outcome.removed().size(), outcome::toString);
      assertEquals(List.of(OURS), shown(namespace, "-4"));
      assertEquals(0, rules.ensure(true, 0, false).changed());
    }
  }

  /** The kernel takes ours for present then. */
  @Test
  void u16ARuleThatDiffersOnlyInItsInversionIsPutRight(TestNamespace namespace) throws IOException {
    namespace.ip(
        "rule",
        "add",
        "prio",
        "99",
        "fwmark",
        "0x100000/0x100000",
        "lookup",
        "51820",
        "protocol",
        "142");
    try (RouteNetlink netlink = open(namespace)) {
      new PolicyRules(netlink, RoutingPolicy.STANDARD).ensure(true, 0, false);
    }
    assertEquals(List.of(OURS), shown(namespace, "-4"));
  }

  /** At each moment a packet of a pod finds the table, and one that is encrypted does not. */
  @Test
  void whileRulesArePutRightOneOfOursIsAlwaysThere(TestNamespace namespace) throws Exception {
    try (RouteNetlink netlink = open(namespace);
        RouteMonitor monitor =
            namespace.call(
                () -> RouteMonitor.open(new JnaLibc(), EnumSet.of(RouteGroup.IPV4_RULE)))) {
      PolicyRules rules = new PolicyRules(netlink, RoutingPolicy.STANDARD);
      rules.ensure(true, 0, false);
      namespace.ip("rule", "add", "prio", "99", "lookup", "51820", "protocol", "142");
      rules.ensure(true, 0, false);
      List<Integer> ours = new ArrayList<>();
      int replaced = 0;
      for (List<RouteEvent> events = monitor.next(Duration.ZERO);
          !events.isEmpty();
          events = monitor.next(Duration.ZERO)) {
        for (RouteEvent event : events) {
          if (event instanceof RouteEvent.RuleAdded(Rule rule) && rule.invert()) {
            ours.add(rule.priority());
          } else if (event instanceof RouteEvent.RuleRemoved(Rule rule) && rule.invert()) {
            // By value, not by index.
            ours.remove(Integer.valueOf(rule.priority()));
            replaced++;
          }
          assertFalse(ours.isEmpty(), () -> "no rule of ours after " + event);
        }
      }
      assertEquals(List.of(RoutingPolicy.STANDARD.priority()), ours);
      assertEquals(2, replaced, "ours once, and the stand-in");
    }
  }

  private static List<String> shown(TestNamespace namespace, String family) {
    return namespace
        .ip(family, "rule")
        .lines()
        .map(String::strip)
        .filter(line -> !line.startsWith("0:") && !line.startsWith("3276"))
        .toList();
  }
}
