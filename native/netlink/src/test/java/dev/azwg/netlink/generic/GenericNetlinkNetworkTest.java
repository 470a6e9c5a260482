package dev.azwg.netlink.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Generic netlink on the real kernel, whose controller is a family that is always there. */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
final class GenericNetlinkNetworkTest {
  private static final int CTRL_CMD_GETFAMILY = 3;
  private static final int CTRL_ATTR_FAMILY_NAME = 2;

  private final GenericNetlink generic;

  GenericNetlinkNetworkTest(TestNamespace namespace) throws IOException {
    this.generic = namespace.call(() -> GenericNetlink.open(new JnaLibc()));
  }

  @AfterEach
  void close() {
    generic.close();
  }

  @Test
  void findsFamilies() throws Exception {
    GenericFamily controller = generic.family("nlctrl").orElseThrow();
    assertEquals(0x10, controller.id());
    assertEquals(2, controller.version());
    assertTrue(controller.multicastGroups().containsKey("notify"));
    assertEquals(Optional.empty(), generic.family("no-such-family"));
  }

  @Test
  void dumpsEveryFamily() throws Exception {
    GenericFamily controller = generic.family("nlctrl").orElseThrow();
    List<String> names =
        generic.dump(
            new GenericRequest(
                "CTRL_CMD_GETFAMILY", controller, CTRL_CMD_GETFAMILY, new AttributeWriter()),
            (message, results) -> {
              AttributeReader attributes = message.attributes();
              while (attributes.next()) {
                if (attributes.type() == CTRL_ATTR_FAMILY_NAME) {
                  results.accept(attributes.string());
                }
              }
            });
    assertTrue(names.contains("nlctrl"), names::toString);
    for (String name : names) {
      assertEquals(name, generic.family(name).orElseThrow().name());
    }
  }

  @Test
  void tellsWhyTheKernelRefused() throws Exception {
    GenericFamily controller = generic.family("nlctrl").orElseThrow();
    GenericRequest unknown =
        new GenericRequest("CTRL_CMD_99", controller, 99, new AttributeWriter());
    NetlinkException e = assertThrows(NetlinkException.class, () -> generic.request(unknown));
    assertTrue(e.isRejectedWith(Errno.EOPNOTSUPP), e.getMessage());
    assertEquals("CTRL_CMD_99", e.operation());
    GenericRequest wrong =
        new GenericRequest(
            "CTRL_CMD_GETFAMILY",
            controller,
            CTRL_CMD_GETFAMILY,
            new AttributeWriter().u8(CTRL_ATTR_FAMILY_NAME, 1).bytes(1, new byte[7]));
    NetlinkException refused = assertThrows(NetlinkException.class, () -> generic.request(wrong));
    assertTrue(refused.isRejectedWith(Errno.EINVAL) || refused.isRejectedWith(Errno.ERANGE));
    assertTrue(refused.offset().isPresent(), refused.getMessage());
    assertTrue(refused.kernelText().isPresent());
  }
}
