package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.cnitest.Bytes;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.ipam.watcher.NodeFacts;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ADD, CHECK and DEL of a dual-stack pod of azure-vnet's transparent mode, seen by ip(8). */
class PodTest extends BlackBox {
  private static final String DUAL_STACK =
      "{\"cniVersion\":\"1.0.0\",\"name\":\"azure\",\"type\":\"azwg\",\"prevResult\":"
          + "{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\"}],"
          + "\"ips\":[{\"address\":\"10.244.3.27/16\",\"gateway\":\"169.254.1.1\"},"
          + "{\"address\":\"fd12::1b/64\"}]}}";
  private static final List<String> THROWS = List.of("throw 10.244.3.27 142", "throw fd12::1b 142");

  @Test
  void point40And52And53AddRoutesAndNarrowsAndDelTakesTheRoutesAway() throws Exception {
    TransparentPod pod = TransparentPod.create(namespaces, "10.244.3.27", "fd12::1b");
    Files.createDirectories(plugin.stateDir());
    new NodeFacts(1340, 51820).write(plugin.stateDir());
    succeed(call("ADD", pod, "c1"));
    assertEquals(THROWS, TransparentPod.tableOf(pod.node()));
    assertEquals("1340 1340", pod.podMtu() + " " + pod.hostMtu());
    succeed(call("CHECK", pod, "c1"));
    succeed(call("ADD", pod, "c1"));
    assertEquals(THROWS, TransparentPod.tableOf(pod.node()), "point 40: idempotent");
    pod.pod().run("ip", "link", "set", "eth0", "mtu", "1500");
    assertEquals(101, call("CHECK", pod, "c1").run().error().code());
    assertEquals(Bytes.NONE, succeed(call("DEL", pod, "c1")).stdout());
    assertEquals(List.of(), TransparentPod.tableOf(pod.node()));
    assertEquals(List.of(), plugin.recorded());
  }

  @Test
  void point40TheAddressThatAnotherNodeHadBecomesLocal() throws Exception {
    TransparentPod pod = TransparentPod.create(namespaces, "10.244.3.27", "fd12::1b");
    for (String address : List.of("10.244.3.27", "fd12::1b")) {
      pod.node()
          .run(
              "ip",
              "route",
              "add",
              address,
              "dev",
              TransparentPod.HOST_LINK,
              "table",
              "51820",
              "proto",
              "142");
    }
    succeed(call("ADD", pod, "c1"));
    assertEquals(THROWS, TransparentPod.tableOf(pod.node()));
  }

  @Test
  void point46ADelLeavesTheRouteToTheNodeThatHasTheAddressNow() throws Exception {
    TransparentPod pod = TransparentPod.create(namespaces, "10.244.3.27", "fd12::1b");
    succeed(call("ADD", pod, "c1"));
    for (String address : List.of("10.244.3.27", "fd12::1b")) {
      pod.node()
          .run(
              "ip",
              "route",
              "replace",
              address,
              "dev",
              TransparentPod.HOST_LINK,
              "table",
              "51820",
              "proto",
              "142");
    }
    List<String> remote = TransparentPod.tableOf(pod.node());
    assertEquals(List.of("unicast 10.244.3.27 142", "unicast fd12::1b 142"), remote);
    succeed(call("DEL", pod, "c1"));
    assertEquals(remote, TransparentPod.tableOf(pod.node()));
  }

  @Test
  void withoutFactsTheMtuIsLeftAlone() throws Exception {
    TransparentPod pod = TransparentPod.create(namespaces, "10.244.3.27", "fd12::1b");
    succeed(call("ADD", pod, "c1"));
    assertEquals("1500 1500", pod.podMtu() + " " + pod.hostMtu());
  }

  @Test
  void point38AnAddThatCannotNarrowTheLinkLeavesNothing() throws Exception {
    TransparentPod pod = TransparentPod.create(namespaces, "10.244.3.27", "fd12::1b");
    Files.createDirectories(plugin.stateDir());
    new NodeFacts(1340, 51820).write(plugin.stateDir());
    PluginOutcome outcome = call("ADD", pod, "c1").with("CNI_NETNS", "/run/netns/none").run();
    assertEquals(100, outcome.error().code(), outcome.toString());
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), TransparentPod.tableOf(pod.node()));
  }

  private PluginCall call(String command, TransparentPod pod, String containerId) {
    return plugin
        .call(command, containerId, pod.pod().path().toString())
        .withStdin(plugin.inStateDir(DUAL_STACK, ""))
        .launchedBy(pod.node().launcher());
  }
}
