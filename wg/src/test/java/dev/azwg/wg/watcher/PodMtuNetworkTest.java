package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.ledger.LinkMtus;
import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The links of pods follow the underlay's MTU. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class PodMtuNetworkTest {
  private static final Optional<LinkMtus> FOUND_1500 =
      Optional.of(new LinkMtus(1500, OptionalInt.of(1500)));

  @TempDir private Path directory = Path.of("");

  private static void underlay(TestNamespace node) {
    node.ip("link", "add", "eth0", "type", "veth", "peer", "name", "other");
    node.ip("addr", "add", "10.240.0.4/16", "dev", "eth0");
    node.ip("link", "set", "eth0", "up");
    node.ip("link", "set", "other", "up");
  }

  private WatcherProcess start(TestNamespace node) throws IOException {
    WatcherProcess watcher = WatcherProcess.start(node, "a", directory);
    watcher.await("facts", () -> Files.exists(NodeFacts.file(watcher.stateDirectory())));
    return watcher;
  }

  private static String mtus(TestPod pod) {
    return pod.mtu() + " " + pod.hostMtu();
  }

  private static void record(WatcherProcess watcher, TestPod pod, Optional<LinkMtus> found)
      throws IOException {
    pod.record(watcher.stateDirectory(), found);
    watcher.awaitRoutes("throw " + pod.address());
  }

  @Test
  void bothEndsFollowTheUnderlayWithinASecondAndOthersStayAsTheyAre(
      TestNamespace a,
      TestNamespace pod1,
      TestNamespace pod2,
      TestNamespace pod3,
      TestNamespace pod4,
      TestNamespace pod5)
      throws Exception {
    underlay(a);
    try (WatcherProcess watcher = start(a)) {
      TestPod usual = TestPod.attach(a, pod1, "10.240.1.1").withMtu(1340);
      TestPod narrow = TestPod.attach(a, pod2, "10.240.1.2").withMtu(1335);
      TestPod leftAlone = TestPod.attach(a, pod3, "10.240.1.3");
      TestPod narrowedByItsOwner = TestPod.attach(a, pod4, "10.240.1.4").withMtu(1300);
      TestPod gone = TestPod.attach(a, pod5, "10.240.1.5");
      record(watcher, usual, FOUND_1500);
      record(watcher, narrow, Optional.of(new LinkMtus(1335, OptionalInt.of(1335))));
      record(watcher, leftAlone, Optional.empty());
      record(watcher, narrowedByItsOwner, FOUND_1500);
      record(watcher, gone, FOUND_1500);
      pod5.ip("link", "del", "eth0");

      Duration down = change(watcher, a, "1390", usual, "1330 1330");
      watcher.await("narrow", () -> mtus(narrow).equals("1330 1330"));
      Duration up = change(watcher, a, "1500", usual, "1340 1340");
      System.err.println("pod links followed after " + down + " and " + up);
      assertTrue(down.compareTo(Duration.ofSeconds(1)) < 0, "it took " + down);
      assertTrue(up.compareTo(Duration.ofSeconds(1)) < 0, "it took " + up);
      watcher.await("what narrow had", () -> mtus(narrow).equals("1335 1335"));
      assertEquals("1500 1500", mtus(leftAlone));
      assertEquals("1300 1300", mtus(narrowedByItsOwner));
      assertEquals("", watcher.status().get("reason").getAsString());
    }
  }

  private static Duration change(
      WatcherProcess watcher, TestNamespace node, String mtu, TestPod pod, String wanted) {
    long begin = System.nanoTime();
    node.ip("link", "set", "eth0", "mtu", mtu);
    watcher.await("MTUs " + wanted, () -> mtus(pod).equals(wanted));
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Test
  void whatChangedWhileNoWatcherRanIsFollowedByTheNext(TestNamespace a, TestNamespace pod)
      throws Exception {
    underlay(a);
    a.ip("link", "set", "eth0", "mtu", "1390");
    try (WatcherProcess watcher = start(a)) {
      TestPod one = TestPod.attach(a, pod, "10.240.1.1").withMtu(1330);
      record(watcher, one, FOUND_1500);
      watcher.stop();
      a.ip("link", "set", "eth0", "mtu", "1380");
      watcher.restart();
      watcher.await("1320", () -> mtus(one).equals("1320 1320"));
      watcher.stop();
      a.ip("link", "set", "eth0", "mtu", "1500");
      watcher.restart();
      watcher.await("1340", () -> mtus(one).equals("1340 1340"));
    }
  }

  /** Such as one that read the node's facts just before they changed. */
  @Test
  void aPodThatWasGivenAnOldMtuIsCorrected(TestNamespace a, TestNamespace pod) throws Exception {
    underlay(a);
    try (WatcherProcess watcher = start(a)) {
      TestPod late = TestPod.attach(a, pod, "10.240.1.1").withMtu(1440);
      record(watcher, late, FOUND_1500);
      watcher.await("1340", () -> mtus(late).equals("1340 1340"));
    }
  }

  @Test
  void aNamespaceThatIsAnotherPodsByNowIsNotTouched(
      TestNamespace a, TestNamespace pod, TestNamespace stranger) throws Exception {
    underlay(a);
    try (WatcherProcess watcher = start(a)) {
      TestPod other = TestPod.attach(a, stranger, "10.240.9.9");
      TestPod one = TestPod.attach(a, pod, "10.240.1.1");
      record(watcher, new TestPod(a, stranger, "10.240.0.99", other.hostLink()), FOUND_1500);
      record(watcher, one, FOUND_1500);
      // Attachments are visited in order, and the stranger is the first.
      change(watcher, a, "1390", one, "1330 1330");
      assertEquals("1500 1500", mtus(other));
    }
  }
}
