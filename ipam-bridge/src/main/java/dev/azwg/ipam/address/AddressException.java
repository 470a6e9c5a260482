package dev.azwg.ipam.address;

/** A text is not an address or a prefix. The message quotes the text, cut to a sane length. */
public final class AddressException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int QUOTED = 64;

  /** Why the text was refused. */
  public enum Reason {
    /**
     * Neither an IPv4 address (four decimal numbers) nor an IPv6 address (RFC 4291 section 2.2).
     */
    SYNTAX,
    /** An IPv6 address with a zone ({@code %eth0}), which has no meaning on another node. */
    ZONE,
    /** There is no {@code /length} where one is needed. */
    NO_LENGTH,
    /** The length is not a plain decimal number within the family's range. */
    LENGTH,
    /** A prefix with bits set beyond its length. */
    HOST_BITS
  }

  private final Reason reason;

  AddressException(Reason reason, String text, String detail) {
    super(quote(text) + ": " + detail);
    this.reason = reason;
  }

  /** Why the text was refused. */
  public Reason reason() {
    return reason;
  }

  private static String quote(String text) {
    return text.length() <= QUOTED
        ? "\"" + text + "\""
        : "\"" + text.substring(0, QUOTED) + "\" (cut)";
  }
}
