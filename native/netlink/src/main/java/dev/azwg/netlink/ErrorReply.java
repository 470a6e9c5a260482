package dev.azwg.netlink;

import dev.azwg.netlink.libc.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The error number and extended acknowledgement in NLMSG_ERROR ({@code struct nlmsgerr}) and
 * NLMSG_DONE, which newer kernels give the same shape.
 */
record ErrorReply(Errno errno, @Nullable String text, int offset) {

  /** Decodes an error or the end of a dump; {@link Errno#NONE} is success. */
  static ErrorReply of(NetlinkMessage message) throws NetlinkException {
    boolean done = message.type() == NetlinkConstants.NLMSG_DONE;
    if (done && message.payloadLength() < Integer.BYTES) {
      return new ErrorReply(Errno.NONE, null, -1);
    }
    int error = message.u32(0);
    // A dump may end with a positive number: the bytes that did not fit, which is no error.
    if ((error > 0 && !done) || error == Integer.MIN_VALUE) {
      throw message.fault("the error number " + error + " is not negative", 0);
    }
    Errno errno = Errno.ofResult(error);
    if (!message.hasFlags(NetlinkConstants.NLM_F_ACK_TLVS)) {
      return new ErrorReply(errno, null, -1);
    }
    return extended(errno, message.attributes(attributesOffset(message, done)));
  }

  /** The exception for an answer that is not a success. */
  NetlinkException exception(String operation) {
    return NetlinkException.rejected(operation, errno, text, offset);
  }

  /**
   * The refused request stands between the number and the attributes: only its header if the kernel
   * says NLM_F_CAPPED, else all of it.
   */
  private static int attributesOffset(NetlinkMessage message, boolean done)
      throws NetlinkException {
    if (done) {
      return Integer.BYTES;
    }
    if (message.hasFlags(NetlinkConstants.NLM_F_CAPPED)) {
      return Integer.BYTES + NetlinkMessage.HEADER_LENGTH;
    }
    int requestLength = message.u32(Integer.BYTES);
    if (requestLength < NetlinkMessage.HEADER_LENGTH || requestLength > message.payloadLength()) {
      throw message.fault("the quoted request has a wrong length", Integer.BYTES);
    }
    return Integer.BYTES + AttributeWriter.align(requestLength);
  }

  private static ErrorReply extended(Errno errno, AttributeReader attributes)
      throws NetlinkException {
    String text = null;
    int offset = -1;
    while (attributes.next()) {
      switch (attributes.type()) {
        case NetlinkConstants.NLMSGERR_ATTR_MSG -> text = attributes.string();
        case NetlinkConstants.NLMSGERR_ATTR_OFFS -> offset = attributes.u32();
        default -> {}
      }
    }
    return new ErrorReply(errno, text, offset);
  }
}
