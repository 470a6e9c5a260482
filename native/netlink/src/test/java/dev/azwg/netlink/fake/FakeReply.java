package dev.azwg.netlink.fake;

import static dev.azwg.netlink.NetlinkConstants.NLMSGERR_ATTR_MSG;
import static dev.azwg.netlink.NetlinkConstants.NLMSGERR_ATTR_OFFS;
import static dev.azwg.netlink.NetlinkConstants.NLMSG_DONE;
import static dev.azwg.netlink.NetlinkConstants.NLMSG_ERROR;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_ACK_TLVS;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_CAPPED;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_MULTI;

import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.libc.Errno;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Builds one datagram that answers a request: messages are put behind each other in the order of
 * the calls. Sequence and port number are the request's unless the test falsifies them.
 */
public final class FakeReply {
  private final ByteArrayOutputStream datagram = new ByteArrayOutputStream();
  private final byte[] request;
  private int sequence;
  private int portId;
  private int extraFlags;

  private FakeReply(NetlinkMessage request) {
    this.request = request.toByteArray();
    this.sequence = request.sequence();
    this.portId = request.portId();
  }

  public static FakeReply to(NetlinkMessage request) {
    return new FakeReply(request);
  }

  /** Falsifies the sequence number of the messages that follow. */
  public FakeReply sequence(int value) {
    sequence = value;
    return this;
  }

  /** Falsifies the port number of the messages that follow. */
  public FakeReply portId(int value) {
    portId = value;
    return this;
  }

  /** Adds flags, such as NLM_F_DUMP_INTR, to the messages that follow. */
  public FakeReply flags(int value) {
    extraFlags = value;
    return this;
  }

  /** A message with this payload. */
  public FakeReply message(int type, byte[] payload) {
    return append(type, 0, payload);
  }

  /** A part of a dump with this payload. */
  public FakeReply part(int type, byte[] payload) {
    return append(type, NLM_F_MULTI, payload);
  }

  /** The end of a dump. */
  public FakeReply done() {
    return append(NLMSG_DONE, NLM_F_MULTI, nativeInt(0));
  }

  /** The end of a dump that failed on the way. */
  public FakeReply doneWithError(Errno errno) {
    return append(NLMSG_DONE, NLM_F_MULTI, nativeInt(-errno.number()));
  }

  /** The acknowledgement of success. */
  public FakeReply ack() {
    return append(NLMSG_ERROR, NLM_F_CAPPED, error(0, Arrays.copyOf(request, 16)));
  }

  /** A refusal without explanation. */
  public FakeReply error(Errno errno) {
    byte[] payload = error(-errno.number(), Arrays.copyOf(request, 16));
    return append(NLMSG_ERROR, NLM_F_CAPPED, payload);
  }

  /** A refusal with the kernel's explanation, that quotes the header of the request only. */
  public FakeReply error(Errno errno, String text, int offset) {
    byte[] quoted = error(-errno.number(), Arrays.copyOf(request, 16));
    return append(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, join(quoted, tlvs(text, offset)));
  }

  /** The same that quotes the whole request, as kernels without NETLINK_CAP_ACK do. */
  public FakeReply errorWithRequest(Errno errno, String text, int offset) {
    byte[] quoted = error(-errno.number(), request);
    return append(NLMSG_ERROR, NLM_F_ACK_TLVS, join(quoted, tlvs(text, offset)));
  }

  /** The datagram. */
  public byte[] toDatagram() {
    return datagram.toByteArray();
  }

  /** The datagram without its last bytes. */
  public byte[] toDatagramCutBy(int bytes) {
    return Arrays.copyOf(datagram.toByteArray(), datagram.size() - bytes);
  }

  private FakeReply append(int type, int flags, byte[] payload) {
    ByteBuffer message =
        ByteBuffer.allocate((NetlinkMessage.HEADER_LENGTH + payload.length + 3) & ~3)
            .order(ByteOrder.nativeOrder());
    message
        .putInt(NetlinkMessage.HEADER_LENGTH + payload.length)
        .putShort((short) type)
        .putShort((short) (flags | extraFlags))
        .putInt(sequence)
        .putInt(portId)
        .put(payload);
    datagram.writeBytes(message.array());
    return this;
  }

  private static byte[] tlvs(String text, int offset) {
    return new AttributeWriter()
        .string(NLMSGERR_ATTR_MSG, text)
        .u32(NLMSGERR_ATTR_OFFS, offset)
        .toByteArray();
  }

  private static byte[] error(int error, byte[] quoted) {
    return join(nativeInt(error), quoted);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  private static byte[] nativeInt(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
  }
}
