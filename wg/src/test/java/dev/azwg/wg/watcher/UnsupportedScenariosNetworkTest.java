package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node where neither the kernel nor a program provides WireGuard, until one does. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
@Timeout(120)
class UnsupportedScenariosNetworkTest {
  private static final String A = "10.240.0.4";
  private static final String B = "10.240.0.5";
  private static final String POD = "10.240.2.10";

  @TempDir private Path directory = Path.of("");

  /** A kernel without WireGuard: it does not know the kind of link that it is asked for. */
  private static final class NoKernelWireGuard extends LibcFilter {
    private static final String KIND = "wireguard\0";

    @Override
    int call(String name, IntSupplier function) {
      return function.getAsInt();
    }

    @Override
    public int send(int fd, byte[] message, int length, int flags) {
      int kind = new String(message, 0, length, StandardCharsets.ISO_8859_1).indexOf(KIND);
      if (kind >= 0) {
        message[kind] = 'x';
      }
      return super.send(fd, message, length, flags);
    }
  }

  private Path program() {
    return directory.resolve("program");
  }

  private void install() throws IOException {
    Path next = directory.resolve("next");
    Files.writeString(next, "#!/bin/sh\nexec " + WatcherProcess.userspace() + " \"$@\"\n");
    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.move(next, program());
  }

  private boolean hasKey(String node) {
    try {
      Path file = directory.resolve("peers/" + node + ".json");
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject().has("publicKey");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the status says of records that cannot be followed; null before the first pass. */
  private static @Nullable JsonArray findings(WatcherProcess node) {
    try {
      return node.status().getAsJsonArray("findings");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitFindings(WatcherProcess node, String expected) {
    node.await("findings " + expected, () -> expected.equals(String.valueOf(findings(node))));
  }

  private static long failures(WatcherProcess node) {
    return node.log().lines().filter(line -> line.contains("reconciliation failed")).count();
  }

  private static void nothingIsLeft(TestNamespace namespace, WatcherProcess node) {
    assertFalse(namespace.ip("link").contains(node.device()));
    assertFalse(namespace.ip("rule").contains("51820"));
    assertEquals("", node.routes());
  }

  private void reachedInTheClear(Fabric fabric, TestNamespace from, String to) {
    long before = fabric.clear();
    from.exec("ping", "-c", "1", "-W", "5", to);
    assertTrue(fabric.clear() > before);
  }

  @Test
  void u55To57AndU60ANodeWithoutWireGuardIsReachedInTheClearAndJoinsOnceItHasIt(
      TestNamespace bridge, TestNamespace a, TestNamespace b, TestNamespace pod) throws Exception {
    Fabric fabric = new Fabric(bridge);
    fabric.join(a, A);
    fabric.join(b, B);
    try (WatcherProcess nodeA = WatcherProcess.start(a, "a", directory);
        WatcherProcess nodeB =
            WatcherProcess.prepare(b, "b", directory, WatcherSetup.USUAL, program().toString())) {
      nodeB.setLibc(new NoKernelWireGuard());
      nodeB.restart();
      nodeB.await("record", () -> Files.exists(directory.resolve("peers/b.json")));
      assertFalse(hasKey("b"));
      nothingIsLeft(b, nodeB);
      assertFalse(nodeB.status().get("ready").getAsBoolean());
      String reason = nodeB.status().get("reason").getAsString();
      assertTrue(reason.startsWith(program() + ": "), reason);
      nodeA.awaitTable(Map.of(B, "throw"));
      awaitFindings(
          nodeA,
          "[{\"kind\":\"NO_KEY\",\"node\":\"b\",\"subject\":\"b\",\"detail\":\"no public key\"}]");
      reachedInTheClear(fabric, a, B);

      // A pod that comes meanwhile is known to the others as well.
      Pod.attach(fabric, b, nodeB, pod, POD);
      nodeA.awaitTable(Map.of(B, "throw", POD, "throw"));
      nodeB.await("retries", () -> failures(nodeB) >= 3);
      nothingIsLeft(b, nodeB);

      install();
      nodeA.awaitTable(Map.of(B, nodeA.device(), POD, nodeA.device()));
      nodeB.awaitTable(Map.of(A, nodeB.device(), POD, "throw"));
      assertTrue(hasKey("b"));
      awaitFindings(nodeA, "[]");
      long clear = fabric.clear();
      a.exec("ping", "-c", "1", "-W", "5", POD);
      assertEquals(clear, fabric.clear());

      // And gone again: what the others send must not end in a tunnel that is not there.
      Files.delete(program());
      b.ip("link", "del", nodeB.device());
      nodeA.awaitTable(Map.of(B, "throw", POD, "throw"));
      reachedInTheClear(fabric, a, POD);
      assertFalse(hasKey("b"));
      install();
      nodeA.awaitTable(Map.of(B, nodeA.device(), POD, nodeA.device()));
      nodeB.awaitTable(Map.of(A, nodeB.device(), POD, "throw"));
    }
  }
}
