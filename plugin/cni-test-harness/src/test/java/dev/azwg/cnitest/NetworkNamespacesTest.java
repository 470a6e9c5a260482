package dev.azwg.cnitest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("network")
class NetworkNamespacesTest {
  @RegisterExtension final NetworkNamespaces namespaces = new NetworkNamespaces("azwg-t-");

  @Test
  void aNamespaceIsThereDuringTheTestAndGoneAfterIt() throws Exception {
    NetworkNamespace pod = namespaces.create("pod");
    assertTrue(Files.exists(pod.path()));
    assertEquals("1", pod.run("sh", "-c", "ip -o link show lo | grep -c 'LOOPBACK,UP'").strip());
    NetworkNamespaces own = new NetworkNamespaces("azwg-t-");
    NetworkNamespace other = own.create("other");
    own.removeAll();
    assertTrue(Files.notExists(other.path()));
  }
}
