package dev.azwg.netlink.route;

import static dev.azwg.netlink.libc.LinuxConstants.AF_INET;
import static dev.azwg.netlink.libc.LinuxConstants.AF_INET6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.IpJson;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules on the real kernel, each way compared with ip(8). */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
final class RuleNetworkTest {
  private final TestNamespace namespace;
  private final RouteNetlink route;

  RuleNetworkTest(TestNamespace namespace) throws IOException {
    this.namespace = namespace;
    this.route = namespace.call(() -> RouteNetlink.open(new JnaLibc()));
  }

  @AfterEach
  void close() {
    route.close();
  }

  @Test
  void whatIsAddedIsListedAsAnEqualRecord() throws Exception {
    for (int family : List.of(AF_INET, AF_INET6)) {
      List<Rule> before = route.rules(family);
      for (Rule rule : rules(family)) {
        route.addRule(rule);
      }
      Set<Rule> expected = new HashSet<>(rules(family));
      expected.addAll(before);
      List<Rule> listed = route.rules(family);
      assertEquals(expected, new HashSet<>(listed));
      assertEquals(expected.size(), listed.size());
      for (Rule rule : rules(family)) {
        route.deleteRule(rule);
      }
      assertEquals(before, route.rules(family));
    }
  }

  @Test
  void ipSeesWhatIsAdded() throws Exception {
    for (Rule rule : rules(AF_INET)) {
      route.addRule(rule);
    }
    assertEquals(
        Set.of(
            "0 all - - - - - local - - - -",
            "97 10.0.0.0 10.240.0.0 - - lo v0 main udp 51820 1 -",
            "98 all - - - - - main - - - 0",
            "99 all - 0x100000 0x100000 - - 51820 - - - -",
            "100 all - 0x4000 - - - 4294967294 - - - -",
            "32766 all - - - - - main - - - -",
            "32767 all - - - - - default - - - -"),
        shown());
    JsonObject inverted =
        IpJson.parse(namespace.ip("-j", "-d", "rule", "show", "priority", "99")).getFirst();
    assertTrue(inverted.has("not"));
    assertEquals("142", IpJson.select(inverted, "protocol"));
  }

  @Test
  void whatIpAddsIsListed() throws Exception {
    List<Rule> before = route.rules(AF_INET);
    ipRule("not fwmark 0x100000/0x100000 table 51820 priority 99 protocol 142");
    ipRule("fwmark 0x4000 table 4294967294 priority 100");
    ipRule("table main suppress_prefixlength 0 suppress_ifgroup 3 priority 98");
    ipRule(
        "iif lo oif v0 ipproto udp sport 51820 dport 1-65534 from 10.0.0.0/8 to 10.240.0.0/16"
            + " tos 0x10 table main priority 97");
    ipRule("goto 32766 priority 50");
    ipRule("unreachable priority 51");
    ipRule("blackhole priority 52");
    ipRule("prohibit priority 53");
    ipRule("nop priority 54");
    Set<Rule> expected = new HashSet<>(rules(AF_INET));
    expected.addAll(before);
    assertEquals(expected, new HashSet<>(route.rules(AF_INET)));
  }

  @Test
  void tellsWhyTheKernelRefused() throws Exception {
    Rule rule = Rule.of(AF_INET, 99).fwmark(1, 1).table(51820).build();
    route.addRule(rule);
    assertRejected(Errno.EEXIST, () -> route.addRule(rule));
    assertRejected(Errno.ENOENT, () -> route.deleteRule(Rule.of(AF_INET, 98).table(51820).build()));
    NetlinkException e =
        assertRejected(Errno.EINVAL, () -> route.addRule(Rule.of(AF_INET, 60).goTo(50).build()));
    assertEquals("RTM_NEWRULE", e.operation());
    assertEquals("Backward goto not supported", e.kernelText().orElseThrow());
    // The kernel would take some table that is empty.
    assertThrows(IllegalArgumentException.class, () -> Rule.of(AF_INET, 60).table(0).build());
  }

  /** Of every kind; IPv6 has no difference but the addresses. */
  private static List<Rule> rules(int family) throws IOException {
    InetAddress source = InetAddress.getByName(family == AF_INET ? "10.0.0.0" : "fd00::");
    InetAddress destination = InetAddress.getByName(family == AF_INET ? "10.240.0.0" : "fd01::");
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rule.of(family, 99)
            .invert(true)
            .fwmark(0x100000, 0x100000)
            .table(51820)
            .protocol(142)
            .build());
    rules.add(Rule.of(family, 100).fwmark(0x4000, 0).table(-2).build());
    rules.add(Rule.of(family, 98).suppressPrefixLength(0).suppressGroup(3).build());
    rules.add(
        Rule.of(family, 97)
            .inputInterface("lo")
            .outputInterface("v0")
            .ipProtocol(17)
            .sourcePorts(PortRange.of(51820))
            .destinationPorts(new PortRange(1, 65534))
            .source(source, family == AF_INET ? 8 : 16)
            .destination(destination, 16)
            .tos(0x10)
            .build());
    rules.add(Rule.of(family, 50).goTo(32766).build());
    rules.add(Rule.of(family, 51).action(RuleAction.UNREACHABLE).build());
    rules.add(Rule.of(family, 52).action(RuleAction.BLACKHOLE).build());
    rules.add(Rule.of(family, 53).action(RuleAction.PROHIBIT).build());
    rules.add(Rule.of(family, 54).action(RuleAction.NOP).build());
    return rules;
  }

  private void ipRule(String arguments) {
    List<String> command = new ArrayList<>(List.of("rule", "add"));
    command.addAll(List.of(arguments.split(" ", -1)));
    namespace.ip(command.toArray(String[]::new));
  }

  /** The rules that look a table up. */
  private Set<String> shown() {
    Set<String> lines = new HashSet<>();
    for (JsonObject rule : IpJson.parse(namespace.ip("-j", "rule", "show"))) {
      if (rule.has("table")) {
        lines.add(
            IpJson.select(
                rule,
                "priority",
                "src",
                "dst",
                "fwmark",
                "fwmask",
                "iif",
                "oif",
                "table",
                "ipproto",
                "sport",
                "dport_start",
                "suppress_prefixlen"));
      }
    }
    return lines;
  }

  private interface Action {
    void run() throws IOException;
  }

  private static NetlinkException assertRejected(Errno errno, Action action) {
    NetlinkException e = assertThrows(NetlinkException.class, action::run);
    assertTrue(e.isRejectedWith(errno), e.getMessage());
    return e;
  }
}
