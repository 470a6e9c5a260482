package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.cnitest.RunningPlugin;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.WatcherClient;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which attachment has an address: repeated and overlapping ADDs and DELs. */
class OwnershipTest extends BlackBox {
  private static final String THROW = "throw 10.9.0.1 142";

  @Test
  void point35AddTwiceIsOneAttachmentWithTheNewAddress() throws Exception {
    succeed(plugin.add("c1", "10.9.0.1"));
    succeed(plugin.add("c1", "10.9.0.1"));
    assertEquals(List.of("10.9.0.1/32"), addresses());
    succeed(plugin.add("c1", "10.9.0.2"));
    assertEquals(List.of("10.9.0.2/32"), addresses());
    assertEquals(List.of("throw 10.9.0.2 142"), table());
  }

  @Test
  void point36And46ALateDelLeavesTheNewOwner() throws Exception {
    succeed(plugin.add("old", "10.9.0.1"));
    succeed(plugin.add("new", "10.9.0.1"));
    succeedSilently(plugin.del("old"));
    assertEquals(List.of("new"), containers());
    assertEquals(List.of(THROW), table());
    succeedSilently(plugin.del("new"));
    assertNothingIsLeft();
  }

  @Test
  void point37InterfacesOfOneContainerAreApart() throws Exception {
    succeed(plugin.add("c1", "10.9.0.1"));
    String second =
        new String(plugin.add("c1", "10.9.0.2").stdin().toArray(), StandardCharsets.UTF_8)
            .replace("eth0", "net1");
    succeed(plugin.add("c1", "10.9.0.2").with("CNI_IFNAME", "net1").withStdin(second));
    assertEquals(List.of("10.9.0.1/32", "10.9.0.2/32"), addresses());
    succeedSilently(plugin.del("c1"));
    assertEquals(List.of("10.9.0.2/32"), addresses());
    assertEquals(List.of("throw 10.9.0.2 142"), table());
  }

  @Test
  void point38WhatIsToldIsOnDisk() throws Exception {
    // The claim is in its place before the first byte of the result is: read at that moment.
    RunningPlugin add = plugin.add("c1", "10.9.0.1").launchedBy(node.launcher()).start();
    PluginOutcome outcome = add.await();
    assertTrue(outcome.succeeded(), outcome.toString());
    assertEquals(List.of("10.9.0.1/32"), addresses());
    assertEquals(List.of(), new Ledger(plugin.stateDir()).read().unreadable());
    try (var files = Files.list(plugin.stateDir().resolve("attachments"))) {
      assertEquals(
          List.of("c1-eth0.json"), files.map(Path::getFileName).map(Path::toString).toList());
    }
  }

  @Test
  void point40ARouteThatIsThereAlreadyIsKept() throws Exception {
    node.run("ip", "route", "add", "throw", "10.9.0.1", "table", "51820", "proto", "142");
    succeed(plugin.add("c1", "10.9.0.1"));
    assertEquals(List.of(THROW), table());
    node.run("ip", "route", "del", "throw", "10.9.0.1", "table", "51820");
    succeedSilently(plugin.del("c1"));
    assertNothingIsLeft();
  }

  @Test
  void point41To43DelOfWhatIsNotThereSucceeds() throws Exception {
    succeedSilently(plugin.del("never-added"));
    succeed(plugin.add("c1", "10.9.0.1"));
    succeedSilently(plugin.del("c1").with("CNI_NETNS", "/run/netns/gone"));
    succeedSilently(plugin.del("c1").with("CNI_NETNS", ""));
    succeedSilently(plugin.del("c1").without("CNI_NETNS"));
    assertNothingIsLeft();
  }

  @Test
  void point44DelNeedsNoPreviousResult() throws Exception {
    for (String result :
        List.of(
            "",
            ",\"prevResult\":{}",
            ",\"prevResult\":7",
            ",\"prevResult\":{\"ips\":[{\"address\":\"garbage\"}]}",
            ",\"prevResult\":null",
            ",\"prevResult\":{\"cniVersion\":\"9.9.9\"}")) {
      succeed(plugin.add("c1", "10.9.0.1"));
      succeedSilently(call("DEL", "{\"cniVersion\":\"1.0.0\",\"name\":\"azure\"" + result + "}"));
      assertNothingIsLeft();
    }
  }

  @Test
  void point45ADamagedFileIsRemovedAndReported() throws Exception {
    succeed(plugin.add("c1", "10.9.0.1"));
    for (String damage : List.of("", "{", "\0\0\0\0", "{\"version\":99}", "[]")) {
      Files.writeString(plugin.stateDir().resolve("attachments/c1-eth0.json"), damage);
      PluginOutcome outcome = succeed(plugin.del("c1"));
      assertEquals("", outcome.stdout().text());
      assertTrue(outcome.stderr().text().contains("c1-eth0.json"), outcome.toString());
      assertEquals(List.of(), new Ledger(plugin.stateDir()).read().unreadable());
    }
  }

  @Test
  void point47ADelDuringItsOwnAddLeavesNothing() throws Exception {
    Files.createDirectories(plugin.stateDir());
    try (ServerSocketChannel mute = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      mute.bind(UnixDomainSocketAddress.of(WatcherClient.socket(plugin.stateDir())));
      String members = ",\"publishTimeout\":\"30s\",\"mode\":\"strict\"";
      RunningPlugin add =
          plugin
              .add("c1", "10.9.0.1")
              .withStdin(plugin.inStateDir(plugin.add("c1", "10.9.0.1").stdin().toArray(), members))
              .launchedBy(node.launcher())
              .start();
      // The ADD has claimed the address, and waits for the watcher's answer.
      SocketChannel waiting = mute.accept();
      assertEquals(List.of("c1"), containers());
      succeedSilently(plugin.del("c1"));
      assertNothingIsLeft();
      waiting.close();
      PluginOutcome outcome = add.await();
      assertEquals(11, outcome.error().code(), outcome.toString());
      assertNothingIsLeft();
    }
  }

  @Test
  void point49DelSucceedsWhenTheRouteIsGoneAlready() throws Exception {
    TransparentPod pod = TransparentPod.create(namespaces, "10.9.0.1", "fd12::1");
    var add = plugin.add("c1", "10.9.0.1").with("CNI_NETNS", pod.pod().path().toString());
    assertTrue(add.launchedBy(pod.node().launcher()).run().succeeded());
    pod.node().run("ip", "route", "flush", "table", "51820");
    pod.node().run("ip", "link", "del", TransparentPod.HOST_LINK);
    PluginOutcome outcome = plugin.del("c1").launchedBy(pod.node().launcher()).run();
    assertTrue(outcome.succeeded(), outcome.toString());
    assertEquals(List.of(), plugin.recorded());
  }
}
