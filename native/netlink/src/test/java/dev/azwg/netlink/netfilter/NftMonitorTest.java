package dev.azwg.netlink.netfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.fake.FakeCall;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.netfilter.NftEvent.Overrun;
import dev.azwg.netlink.netfilter.NftEvent.TableChanged;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which transactions are told, and what damaged messages lead to. */
@Timeout(60)
class NftMonitorTest {
  private static final int INET = NftConstants.NFPROTO_INET;
  private static final int PORT = 4711;

  private final FakeKernel kernel =
      new FakeKernel(request ->
          request.hasFlags(NetlinkConstants.NLM_F_ACK)
              ? List.of(FakeReply.to(request).ack().toDatagram())
              : List.of());

  private NftMonitor open() throws NetlinkException {
    return NftMonitor.open(kernel, INET, "azwg");
  }

  private static byte[] message(int type, int family, AttributeWriter attributes) {
    byte[] content = attributes.toByteArray();
    int length = NetlinkMessage.HEADER_LENGTH + 4 + content.length;
    return ByteBuffer.allocate((length + 3) & ~3)
        .order(ByteOrder.nativeOrder())
        .putInt(length)
        .putShort((short) (NftConstants.NFNL_SUBSYS_NFTABLES << 8 | type))
        .putShort((short) 0)
        .putInt(1)
        .putInt(PORT)
        .put((byte) family)
        .put(new byte[3])
        .put(content)
        .array();
  }

  private static byte[] rule(int family, String table) {
    return message(
        NftConstants.NFT_MSG_NEWRULE,
        family,
        new AttributeWriter().string(NftConstants.NFTA_TABLE, table));
  }

  private static byte[] generation(int id) {
    return message(
        NftConstants.NFT_MSG_NEWGEN,
        0,
        new AttributeWriter()
            .bytes(NftConstants.NFTA_GEN_ID, ByteBuffer.allocate(4).putInt(id).array())
            .bytes(NftConstants.NFTA_GEN_PROC_PID, ByteBuffer.allocate(4).putInt(99).array())
            .bytes(
                NftConstants.NFTA_GEN_PROC_NAME, "kube-proxy\0".getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  @Test
  void aTransactionThatTouchesTheTableIsOneEvent() throws Exception {
    try (NftMonitor monitor = open()) {
      kernel.announce(join(rule(INET, "kube-proxy"), rule(INET, "azwg"), rule(INET, "azwg")));
      kernel.announce(join(rule(INET, "azwg"), generation(7)));
      assertEquals(
          List.of(new TableChanged(7, PORT, 99, "kube-proxy")),
          monitor.next(Duration.ofMinutes(1)));
    }
  }

  @Test
  void whatTouchesOtherTablesIsNotTold() throws Exception {
    try (NftMonitor monitor = open()) {
      kernel.announce(
          join(
              rule(INET, "azwg2"),
              rule(NftConstants.NFPROTO_IPV4, "azwg"),
              // A trace, whose first attribute is something else.
              message(17, INET, new AttributeWriter().string(1, "azwg")),
              generation(8)));
      kernel.announce(generation(9));
      assertEquals(List.of(), monitor.next(Duration.ofMinutes(1)));
    }
  }

  @Test
  void anOverrunEndsTheTransactionToo() throws Exception {
    try (NftMonitor monitor = open()) {
      kernel.announce(rule(INET, "azwg"));
      assertEquals(List.of(), monitor.next(Duration.ofMinutes(1)));
      kernel.failNext(FakeCall.RECV, Errno.ENOBUFS);
      assertEquals(List.of(new Overrun()), monitor.next(Duration.ofMinutes(1)));
      kernel.announce(generation(9));
      assertEquals(List.of(), monitor.next(Duration.ofMinutes(1)));
    }
  }

  @Test
  void aDamagedMessageIsMalformedAndTheNextOneIsRead() throws Exception {
    try (NftMonitor monitor = open()) {
      byte[] damaged = rule(INET, "azwg");
      damaged[NetlinkMessage.HEADER_LENGTH + 4] = 3;
      kernel.announce(damaged);
      NetlinkException e =
          assertThrows(NetlinkException.class, () -> monitor.next(Duration.ofMinutes(1)));
      assertEquals(NetlinkException.Reason.MALFORMED, e.reason());
      kernel.announce(join(rule(INET, "azwg"), generation(10)));
      assertEquals(1, monitor.next(Duration.ofMinutes(1)).size());
    }
  }
}
