package dev.azwg.wg.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("network")
@ExtendWith(NamespaceExtension.class)
class PolicyRulesNetworkTest {
  private static RouteNetlink open(TestNamespace namespace) throws IOException {
    return namespace.call(() -> RouteNetlink.open(new JnaLibc()));
  }

  @Test
  void inHostScopeOneRuleSparesEncryptedPackets(TestNamespace namespace) throws IOException {
    try (RouteNetlink netlink = open(namespace)) {
      PolicyRules rules = new PolicyRules(netlink, WireGuardTable.TABLE);
      assertEquals(2, rules.ensure(true, true).changed());
      assertEquals(0, rules.ensure(true, true).changed(), "nothing differs the second time");
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
      PolicyRules rules = new PolicyRules(netlink, WireGuardTable.TABLE);
      rules.ensure(false, false);
      String shown = namespace.ip("rule");
      assertTrue(shown.contains("97:\tfrom all fwmark 0x4000/0x4000 lookup main proto 142"), shown);
      assertTrue(shown.contains("98:\tfrom all iif lo lookup main proto 142"), shown);
      rules.ensure(true, false);
      assertFalse(namespace.ip("rule").contains("iif lo"));
    }
  }

  @Test
  void surplusRulesOfOursGoAndOthersStay(TestNamespace namespace) throws IOException {
    namespace.ip("rule", "add", "prio", "99", "lookup", "51820");
    namespace.ip("rule", "add", "prio", "50", "lookup", "77", "protocol", "142");
    try (RouteNetlink netlink = open(namespace)) {
      PolicyRules rules = new PolicyRules(netlink, WireGuardTable.TABLE);
      rules.ensure(true, false);
      String shown = namespace.ip("rule");
      assertTrue(shown.contains("99:\tfrom all lookup 51820"), shown);
      assertFalse(shown.contains("lookup 77"), shown);
      rules.remove();
      shown = namespace.ip("rule");
      assertTrue(shown.contains("99:\tfrom all lookup 51820"), shown);
      assertFalse(shown.contains("proto 142"), shown);
    }
  }
}
