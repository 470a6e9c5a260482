package dev.azwg.ipam.prevresult;

/** A {@code prevResult} cannot be used. The message says what is wrong and where. */
public final class PrevResultException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Reason {
    /** There is none, or it is {@code null}: we are not called as a chained plugin. */
    MISSING,
    /** A member has another JSON type than the CNI spec gives it. */
    WRONG_TYPE,
    /** An address is missing, or is not an address with a prefix length. */
    ADDRESS,
    /** An {@code interface} index that no element of {@code interfaces} has. */
    INTERFACE_INDEX,
    /** More addresses than one attachment can have. */
    TOO_MANY_ADDRESSES
  }

  private final Reason reason;
  private final String location;

  PrevResultException(Reason reason, String location, String detail) {
    super(location + ": " + detail);
    this.reason = reason;
    this.location = location;
  }

  /** What is wrong. */
  public Reason reason() {
    return reason;
  }

  /** Where, as a path such as {@code prevResult.ips[1].address}. */
  public String location() {
    return location;
  }
}
