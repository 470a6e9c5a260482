package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.mesh.MeshFixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every call of a start-up to the kernel fails once, and pairs of them do; whatever fails, the node
 * says so and ends in the very state that it ends in when nothing fails. Which pairs is drawn by
 * chance from a seed that is printed; {@code -Dtest.seed=N} repeats one.
 */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(300)
class FaultScenariosNetworkTest {
  private static final Errno EIO = new Errno(5);
  private static final Errno ENOMEM = new Errno(12);
  private static final List<Errno> ERRORS = List.of(Errno.ENOBUFS, EIO, Errno.EPERM, ENOMEM);

  /** On a loaded machine not every call has its turn: {@code -Dtest.seconds=N} gives more time. */
  private static final Duration BUDGET = Duration.ofSeconds(Long.getLong("test.seconds", 30));

  /** A prime, so that every call comes up, and a part of them is spread over all. */
  private static final long STRIDE = 7919;

  private static final int PAIRS = 25;

  /** A buffer that is smaller, and lost notifications, for which everything is read anew. */
  private static final List<String> NOT_TOLD =
      List.of("setsockopt", "recv ENOBUFS on kernel watch", "recv ENOBUFS on firewall watch");

  @TempDir private Path directory = Path.of("");

  private static void nic(TestNamespace namespace) {
    namespace.ip("link", "add", "eth0", "type", "veth", "peer", "name", "other");
    namespace.ip("link", "set", "other", "up");
    namespace.ip("addr", "add", "10.240.0.4/16", "dev", "eth0");
    namespace.ip("link", "set", "eth0", "up");
  }

  /** Two other nodes, of which nobody answers, and a pod of this one. */
  private void mesh() throws IOException {
    Path peers = Files.createDirectories(directory.resolve("peers"));
    PlayedNode.write(
        peers.resolve("b.json"),
        MeshFixtures.node(
            "b",
            2,
            "10.240.0.5",
            MeshFixtures.claim("10.240.2.10", 1),
            MeshFixtures.claim("fd00::2:10", 1)));
    PlayedNode.write(
        peers.resolve("c.json"),
        MeshFixtures.node("c", 3, "10.240.0.6", MeshFixtures.claim("10.240.3.0/24", 1)));
    Path state = new StatePaths(directory.resolve("a")).stateDirectory();
    Files.createDirectories(new Ledger(state).directory());
    new Ledger(state)
        .write(
            new Attachment(
                new AttachmentKey("c0ffee", "eth0"),
                "/run/netns/pod",
                "azure",
                List.of(MeshFixtures.prefix("10.240.1.10")),
                Optional.empty(),
                Instant.now()));
  }

  /** All that a node leaves in the kernel, without what time changes: counters, keepalives. */
  private static String state(TestNamespace namespace, WatcherProcess node) {
    String link = namespace.ip("-o", "link", "show", node.device());
    String peers =
        namespace
            .exec("wg", "show", node.device(), "dump")
            .lines()
            .map(line -> line.split("\t", -1))
            .map(fields ->
                fields.length == 4
                    ? String.join(" ", List.of(fields).subList(1, 4))
                    : String.join(" ", fields[0], fields[2], sorted(fields[3])))
            .sorted()
            .collect(Collectors.joining("\n"));
    return String.join(
        "\n",
        link.substring(link.indexOf('<')).replaceAll(" qdisc.*", ""),
        sortedLines(namespace.ip("-o", "addr", "show", "dev", node.device(), "scope", "global"))
            .replaceAll("(?m)^[0-9]+: ", ""),
        peers,
        namespace.ip("rule"),
        namespace.ip("-6", "rule"),
        sortedLines(namespace.ip("route", "show", "table", "51820")),
        sortedLines(namespace.ip("-6", "route", "show", "table", "51820")));
  }

  private static String sorted(String list) {
    return List.of(list.split(",", -1)).stream().sorted().collect(Collectors.joining(","));
  }

  private static String sortedLines(String text) {
    return text.lines().map(String::strip).sorted().collect(Collectors.joining("\n"));
  }

  /** A start with failures, until the node is as it should be; then everything is taken away. */
  private String run(TestNamespace namespace, WatcherProcess node, FaultyLibc libc)
      throws IOException {
    Path facts = node.stateDirectory().resolve("node.json");
    Files.deleteIfExists(facts);
    String before = node.log();
    node.setLibc(libc);
    node.restart();
    boolean began = true;
    while (!node.endedOr(() -> Files.exists(facts))) {
      began = false;
      // What cannot even begin is started again, as its service manager does.
      node.restart();
    }
    libc.disarm();
    String reached = state(namespace, node);
    boolean mustBeTold =
        libc.failed().stream().anyMatch(each -> NOT_TOLD.stream().noneMatch(each::startsWith));
    if (began && mustBeTold) {
      node.await("word of " + libc.failed(), () -> tells(node.log().substring(before.length())));
    }
    node.stop();
    uninstall(namespace, node);
    return reached;
  }

  private static boolean tells(String log) {
    return log.contains("level=ERROR") || log.contains("found by the resync only");
  }

  private static void uninstall(TestNamespace namespace, WatcherProcess node) {
    namespace.exec(
        "sh",
        "-c",
        "ip link del "
            + node.device()
            + "; ip rule del prio 99; ip -6 rule del prio 99;"
            + " ip route flush table 51820; ip -6 route flush table 51820; true");
  }

  private static Errno error(int call) {
    return ERRORS.get(call % ERRORS.size());
  }

  @Test
  void u58And59AnyCallThatFailsAndAnyTwoAreToldAndRecoveredFromToTheVerySameState(
      TestNamespace namespace) throws IOException {
    nic(namespace);
    mesh();
    WatcherProcess node = WatcherProcess.prepare(namespace, "a", directory, WatcherSetup.USUAL);
    try (node) {
      FaultyLibc counting = new FaultyLibc(Map.of());
      String expected = run(namespace, node, counting);
      assertTrue(expected.contains("10.240.3.0/24") && expected.contains("fd00::2:10"), expected);
      assertEquals(expected, run(namespace, node, new FaultyLibc(Map.of())));

      long seed = Long.getLong("test.seed", System.nanoTime());
      Random random = new Random(seed);
      int calls = counting.calls();
      long end = System.nanoTime() + BUDGET.toNanos();
      int tried = 0;
      int reached = 0;
      int first = random.nextInt(calls);
      for (int i = 0; i < calls && System.nanoTime() < end; i++) {
        int call = 1 + (int) ((first + i * STRIDE) % calls);
        FaultyLibc libc = new FaultyLibc(Map.of(call, error(call + first)));
        String state = run(namespace, node, libc);
        assertEquals(expected, state, () -> "call " + call + " " + libc.failed() + " seed " + seed);
        tried++;
        reached += libc.failed().isEmpty() ? 0 : 1;
      }
      int pairs = 0;
      for (; pairs < PAIRS && System.nanoTime() < end + BUDGET.toNanos() / 2; pairs++) {
        int one = 1 + random.nextInt(calls);
        int other = one + 1 + random.nextInt(calls);
        FaultyLibc libc = new FaultyLibc(Map.of(one, error(one), other, error(other)));
        String state = run(namespace, node, libc);
        assertEquals(
            expected,
            state,
            () -> "calls " + one + ", " + other + " " + libc.failed() + " seed " + seed);
      }
      System.err.printf(
          "%d of %d calls failed one by one (%d took effect), %d pairs, seed %d%n",
          tried, calls, reached, pairs, seed);
      assertTrue(reached > calls / 10, "too few failures: " + reached + " of " + calls);
    }
  }

  @Test
  void u68RemovalThatMeetsFailuresLeavesNothingOnceItIsRepeated(TestNamespace namespace)
      throws IOException {
    leftovers(namespace);
    FaultyLibc counting = new FaultyLibc(Map.of());
    assertEquals(0, uninstall(namespace, counting));
    assertEquals(0, remaining(namespace));
    assertTrue(counting.calls() > 10);
    Map<String, Integer> stopped = new TreeMap<>();
    int calls = counting.calls();
    long seed = Long.getLong("test.seed", System.nanoTime());
    int first = new Random(seed).nextInt(calls);
    long end = System.nanoTime() + BUDGET.toNanos() / 2;
    for (int i = 0; i < calls && System.nanoTime() < end; i++) {
      int call = 1 + (int) ((first + i * STRIDE) % calls);
      leftovers(namespace);
      FaultyLibc libc = new FaultyLibc(Map.of(call, error(call)));
      int code = uninstall(namespace, libc);
      if (code == 0) {
        assertEquals(0, remaining(namespace), "call " + call + " " + libc.failed());
      } else {
        libc.failed().forEach(each -> stopped.merge(each, 1, Integer::sum));
      }
      assertEquals(0, uninstall(namespace, new FaultyLibc(Map.of())));
      assertEquals(0, remaining(namespace), "call " + call + " " + libc.failed() + " seed " + seed);
    }
    assertNotEquals(Map.of(), stopped);
  }

  private int uninstall(TestNamespace namespace, FaultyLibc libc) throws IOException {
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    String[] arguments = {
      "uninstall", "--root", directory.resolve("a").toString(), "--device", "azt0"
    };
    return namespace.call(() -> new CommandLineInterface(libc, out, out).run(arguments));
  }

  private static void leftovers(TestNamespace namespace) {
    namespace.exec(
        "sh",
        "-c",
        "ip tuntap add azt0 mode tun 2>/dev/null; ip link set azt0 up;"
            + " ip rule add not fwmark 0x100000/0x100000 lookup 51820 prio 99 protocol 142;"
            + " ip -6 rule add not fwmark 0x100000/0x100000 lookup 51820 prio 99 protocol 142;"
            + " ip route add 10.9.0.1 dev azt0 table 51820 proto 142;"
            + " ip -6 route add throw fd00::9 table 51820 proto 142;"
            + " ip route add throw 10.9.0.2 table 51820 proto 142; true");
  }

  private static long remaining(TestNamespace namespace) {
    String shown =
        namespace.exec(
            "sh",
            "-c",
            "ip link show azt0 2>/dev/null; ip rule | grep 142; ip -6 rule | grep 142;"
                + " ip route show table 51820 2>/dev/null;"
                + " ip -6 route show table 51820 2>/dev/null; true");
    return shown.lines().count();
  }
}
