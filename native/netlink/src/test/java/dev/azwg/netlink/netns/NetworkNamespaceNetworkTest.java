package dev.azwg.netlink.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Entering real namespaces. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
final class NetworkNamespaceNetworkTest {
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  @Test
  void entersAndLeavesThisThreadWhereItWas(TestNamespace first, TestNamespace second)
      throws Exception {
    Path before = Files.readSymbolicLink(OWN);
    Path inFirst = first.call(() -> Files.readSymbolicLink(OWN));
    Path inSecond = second.call(() -> Files.readSymbolicLink(OWN));
    assertEquals(3, List.of(before, inFirst, inSecond).stream().distinct().count());
    assertEquals(inode(first), inFirst.toString());
    assertEquals(before, Files.readSymbolicLink(OWN));
  }

  @Test
  void socketStaysInItsNamespace(TestNamespace first, TestNamespace second) throws Exception {
    try (RouteNetlink one = first.call(() -> RouteNetlink.open(new JnaLibc()));
        RouteNetlink two = second.call(() -> RouteNetlink.open(new JnaLibc()))) {
      one.createLink("br1", "bridge");
      two.createLink("br2", "bridge");
      assertTrue(one.link("br1").isPresent() && one.link("br2").isEmpty());
      assertTrue(two.link("br2").isPresent() && two.link("br1").isEmpty());
      assertTrue(first.ip("link", "show").contains("br1"));
    }
  }

  @Test
  void tellsWhatIsNoNamespace(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertErrno(Errno.ENOENT, directory.resolve("missing"));
    assertErrno(Errno.EINVAL, file);
    assertErrno(Errno.EINVAL, directory);
    assertErrno(Errno.EINVAL, Path.of("/proc/self/ns/uts"));
  }

  @Test
  void leavesNoDescriptorBehind(TestNamespace namespace) throws Exception {
    namespace.call(() -> "");
    int before = descriptors();
    for (int i = 0; i < 50; i++) {
      namespace.call(() -> "");
      assertThrows(
          IOException.class,
          () -> NetworkNamespace.call(new JnaLibc(), Path.of("/proc/self/ns/uts"), () -> ""));
    }
    // Other threads of the test run may open and close files meanwhile, but not a hundred.
    assertTrue(descriptors() < before + 50, "descriptors are left behind");
  }

  private static int descriptors() {
    String[] names = Path.of("/proc/self/fd").toFile().list();
    return names == null ? 0 : names.length;
  }

  private static String inode(TestNamespace namespace) throws IOException {
    return "net:[" + Files.getAttribute(namespace.path(), "unix:ino") + "]";
  }

  private static void assertErrno(Errno errno, Path path) {
    NetlinkException e =
        assertThrows(
            NetlinkException.class, () -> NetworkNamespace.call(new JnaLibc(), path, () -> ""));
    assertEquals(errno, e.errno());
  }
}
