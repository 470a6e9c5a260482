package dev.azwg.wg.host.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.host.HostException;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.RouteTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packet filter in the kernel, by nft itself. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(60)
class FirewallNetworkTest {
  private static final Desired MESH =
      Desired.NONE
          .peer("10.240.0.5")
          .peer("fd00::5")
          .route("10.240.2.10", RouteTarget.DEVICE)
          .route("10.241.0.0/16", RouteTarget.DEVICE)
          .route("10.240.3.10", RouteTarget.UNREACHABLE);

  @TempDir private Path directory = Path.of("");

  private Firewall firewall(boolean hostScope, Mode mode) {
    return new Firewall(new Nft("nft", directory), Desired.policy(hostScope, mode));
  }

  private static boolean ensure(TestNamespace node, Firewall firewall, Desired desired)
      throws IOException {
    boolean changed = node.call(() -> firewall.ensure(desired.state()));
    assertEquals("", firewall.problem());
    return changed;
  }

  private static String listing(TestNamespace node) {
    return node.exec("nft", "-a", "list", "table", "inet", "azwg");
  }

  /** The lines that tell rules, each with its handle: what stays the same was not touched. */
  private static List<String> rules(TestNamespace node, boolean clamping) {
    List<String> rules = new ArrayList<>();
    for (String line : listing(node).split("\n", -1)) {
      if (line.startsWith("\t\t") && line.contains("# handle")) {
        if (line.contains("maxseg") == clamping) {
          rules.add(line);
        }
      }
    }
    return rules;
  }

  @ParameterizedTest
  @CsvSource({"true,STRICT", "true,PERMISSIVE", "false,STRICT", "false,PERMISSIVE"})
  void theKernelTakesTheTableAndItIsAsItWasLeft(boolean hostScope, Mode mode, TestNamespace node)
      throws IOException {
    Firewall firewall = firewall(hostScope, mode);
    assertTrue(ensure(node, firewall, MESH));
    assertFalse(ensure(node, firewall, MESH), "nothing differs the second time");
    assertEquals("", node.call(firewall::verify));
    assertEquals(4, node.call(firewall::counters).size());
    // Another process finds a table there, and makes it anew.
    Firewall next = firewall(hostScope, mode);
    assertTrue(ensure(node, next, MESH));
    assertEquals("", node.call(next::verify));
  }

  @Test
  void aChangeCostsItsOwnSize(TestNamespace node) throws IOException {
    Firewall firewall = firewall(true, Mode.STRICT);
    ensure(node, firewall, MESH);
    List<String> rules = rules(node, false);
    List<String> clamps = rules(node, true);
    assertEquals(4, clamps.size());
    Desired more =
        MESH.peer("10.240.0.6")
            .route("10.240.2.11", RouteTarget.DEVICE)
            .route("10.242.0.0/16", RouteTarget.DEVICE);
    assertTrue(ensure(node, firewall, more));
    assertTrue(listing(node).contains("10.240.2.10, 10.240.2.11"), listing(node));
    assertTrue(ensure(node, firewall, MESH));
    assertFalse(listing(node).contains("10.240.2.11"), listing(node));
    assertEquals(rules, rules(node, false), "no rule was made anew");
    assertEquals(clamps, rules(node, true));

    assertTrue(ensure(node, firewall, MESH.withMtu(1320)));
    assertEquals(rules, rules(node, false));
    assertTrue(rules(node, true).getFirst().contains("size set 1280"), listing(node));
    assertEquals("", node.call(firewall::verify));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flush ruleset",
        "delete table inet azwg",
        "flush chain inet azwg incoming",
        "add rule inet azwg incoming accept",
        "flush set inet azwg tunnelled4",
        "add element inet azwg peers4 { 10.9.9.9 }",
        "add element inet azwg cluster4 { 10.9.0.0/16 }",
        "add chain inet azwg other"
      })
  void whatSomebodyElseChangesIsFoundAndPutRight(String change, TestNamespace node)
      throws IOException {
    Firewall firewall = firewall(true, Mode.STRICT);
    ensure(node, firewall, MESH);
    String before = node.exec("nft", "list", "table", "inet", "azwg");
    node.exec("nft", change);
    assertNotEquals("", node.call(firewall::verify));
    assertTrue(ensure(node, firewall, MESH));
    assertEquals(before, node.exec("nft", "list", "table", "inet", "azwg"));
    assertEquals("", node.call(firewall::verify));
  }

  @Test
  void aChangeThatTheKernelRefusesIsReplacedByTheWhole(TestNamespace node) throws IOException {
    Firewall firewall = firewall(true, Mode.STRICT);
    ensure(node, firewall, MESH.route("10.240.2.11", RouteTarget.DEVICE));
    // Taking away what is not there any more is refused.
    node.exec("nft", "flush set inet azwg tunnelled4");
    assertTrue(ensure(node, firewall, MESH));
    assertEquals("", node.call(firewall::verify));
  }

  @Test
  void otherTablesAreLeftAlone(TestNamespace node) throws IOException {
    node.exec("nft", "add table inet other; add chain inet other c");
    Firewall firewall = firewall(true, Mode.STRICT);
    ensure(node, firewall, MESH);
    node.call(() -> {
      Firewall.remove(new Nft("nft", directory));
      return true;
    });
    assertEquals("table inet other", node.exec("nft", "list", "tables").strip());
  }

  @ParameterizedTest
  @CsvSource({"no-such-program,cannot be run", "false,exited with 1", "true,cannot be read"})
  void aProgramThatDoesNotWorkIsAProblemAndNotAFailure(
      String program, String what, TestNamespace node) throws IOException {
    Firewall firewall =
        new Firewall(new Nft(program, directory), Desired.policy(true, Mode.PERMISSIVE));
    assertFalse(node.call(() -> firewall.ensure(MESH.state())));
    assertTrue(firewall.problem().contains(what), firewall.problem());
    assertThrows(HostException.class, () -> node.call(firewall::counters));
  }
}
