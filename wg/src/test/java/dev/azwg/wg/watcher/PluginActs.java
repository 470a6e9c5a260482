package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;

import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.lock.StateLock;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the plugin does on a node for a pod, in its order, without the plugin. */
record PluginActs(TestNamespace node, Path state) {
  private static final Duration BOUND = Duration.ofSeconds(5);

  static AttachmentKey key(int pod) {
    return new AttachmentKey("c0ffee" + pod, "eth0");
  }

  /** The address of a pod of that number. */
  static String address(int pod) {
    return "10.240.1." + pod;
  }

  /** What the plugin does for ADD, in its order. */
  void attach(int pod) throws IOException {
    try (StateLock _ = StateLock.acquire(new JnaLibc(), state, BOUND)) {
      new Ledger(state)
          .write(
              new Attachment(
                  key(pod),
                  "/run/netns/pod" + pod,
                  "azure",
                  List.of(prefix(address(pod))),
                  Optional.empty(),
                  Instant.now()));
      node.ip("route", "replace", "throw", address(pod), "table", "51820", "proto", "142");
    }
    new WatcherClient(state).changed(key(pod), BOUND);
  }

  /** And for DEL: the route goes before the file. */
  void detach(int pod) throws IOException {
    try (StateLock _ = StateLock.acquire(new JnaLibc(), state, BOUND)) {
      node.ip("route", "del", "throw", address(pod), "table", "51820");
      new Ledger(state).remove(key(pod));
    }
    new WatcherClient(state).changed(key(pod), BOUND);
  }
}
