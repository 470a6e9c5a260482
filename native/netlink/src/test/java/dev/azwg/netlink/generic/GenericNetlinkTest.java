package dev.azwg.netlink.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.libc.Errno;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Generic netlink against a fake kernel. */
final class GenericNetlinkTest {
  private static final GenericFamily FAMILY =
      new GenericFamily(0x22, "wireguard", 1, Map.of("peers", 9));

  @Test
  void findsAFamily() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request -> {
          assertEquals(0x10, request.type());
          assertEquals(3, request.u8(0));
          AttributeReader attributes = request.attributes(4);
          assertTrue(attributes.next());
          assertEquals(2, attributes.type());
          assertEquals("wireguard", attributes.string());
          return List.of(FakeReply.to(request).message(0x10, family(0x22)).ack().toDatagram());
        });
    try (GenericNetlink generic = GenericNetlink.open(kernel)) {
      assertEquals(Optional.of(FAMILY), generic.family("wireguard"));
    }
  }

  @Test
  void unknownFamilyIsEmpty() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request -> List.of(FakeReply.to(request).error(Errno.ENOENT).toDatagram()));
    try (GenericNetlink generic = GenericNetlink.open(kernel)) {
      assertEquals(Optional.empty(), generic.family("wireguard"));
    }
  }

  @Test
  void familyWithoutNumberIsMalformed() throws Exception {
    FakeKernel kernel =
        new FakeKernel(
            request -> List.of(FakeReply.to(request).message(0x10, family(0)).ack().toDatagram()));
    try (GenericNetlink generic = GenericNetlink.open(kernel)) {
      NetlinkException e = assertThrows(NetlinkException.class, () -> generic.family("wireguard"));
      assertEquals(Reason.MALFORMED, e.reason());
    }
  }

  @Test
  void sendsCommandVersionAndAttributes() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request -> List.of(FakeReply.to(request).ack().toDatagram()));
    AttributeWriter attributes = new AttributeWriter().string(2, "azwg0");
    GenericRequest request = new GenericRequest("WG_CMD_SET_DEVICE", FAMILY, 1, attributes);
    try (GenericNetlink generic = GenericNetlink.open(kernel)) {
      generic.request(request);
      assertEquals(List.of(), generic.batch(List.of(request, request)));
    }
    NetlinkMessage sent = kernel.requests().getFirst();
    assertEquals(0x22, sent.type());
    assertEquals(NetlinkConstants.NLM_F_REQUEST | NetlinkConstants.NLM_F_ACK, sent.flags());
    assertEquals(1, sent.u8(0));
    assertEquals(1, sent.u8(1));
    assertEquals(GenericRequest.OVERHEAD + attributes.size(), sent.toByteArray().length);
    assertEquals(3, kernel.requests().size());
  }

  @Test
  void dumpsAndDecodes() throws Exception {
    byte[] payload = new AttributeWriter().u32(1, 77).toByteArray();
    byte[] part = new byte[4 + payload.length];
    part[0] = 5;
    part[1] = 1;
    System.arraycopy(payload, 0, part, 4, payload.length);
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(FakeReply.to(request).part(0x22, part).part(0x22, part).done().toDatagram()));
    GenericRequest request =
        new GenericRequest("WG_CMD_GET_DEVICE", FAMILY, 0, new AttributeWriter());
    try (GenericNetlink generic = GenericNetlink.open(kernel)) {
      List<Integer> values =
          generic.dump(
              request,
              (message, results) -> {
                assertEquals(5, message.command());
                assertEquals(1, message.version());
                AttributeReader attributes = message.attributes();
                assertTrue(attributes.next());
                results.accept(attributes.u32());
              });
      assertEquals(List.of(77, 77), values);
    }
  }

  private static byte[] family(int id) {
    AttributeWriter attributes = new AttributeWriter();
    attributes
        .string(2, "wireguard")
        .u16(1, id)
        .u32(3, 1)
        .u32(5, 8)
        .nested(7, groups -> groups.nested(1, group -> group.string(1, "peers").u32(2, 9)));
    byte[] payload = new byte[4 + attributes.size()];
    payload[0] = 1;
    payload[1] = 2;
    System.arraycopy(attributes.toByteArray(), 0, payload, 4, attributes.size());
    return payload;
  }
}
