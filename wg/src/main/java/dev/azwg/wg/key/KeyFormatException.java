package dev.azwg.wg.key;

/** A text that is not a key. The message never contains the text, which may be a secret. */
public final class KeyFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the text. */
  public enum Reason {
    /** Not the number of characters that 32 bytes take. */
    LENGTH("has the wrong length"),
    /** A character outside of the alphabet, or padding that is missing or in the wrong place. */
    CHARACTER("has a character that is not part of a key"),
    /** The last character carries bits that do not belong to the 32 bytes. */
    NOT_CANONICAL("has stray bits in its last character"),
    /** All bytes are zero: in every WireGuard interface that means "no key". */
    ZERO("is all zero, which means no key");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Reason reason;

  KeyFormatException(String kind, Reason reason) {
    super(kind + " " + reason.text);
    this.reason = reason;
  }

  /** What is wrong with the text. */
  public Reason reason() {
    return reason;
  }
}
