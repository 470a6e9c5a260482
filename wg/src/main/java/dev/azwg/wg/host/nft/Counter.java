package dev.azwg.wg.host.nft;

import java.util.Locale;

/** What the table counts, packets and bytes each. */
public enum Counter {
  /** Received in the clear from an address that another node holds and no tunnel leads to. */
  PLAINTEXT_IN,
  /** Sent in the clear to such an address. */
  PLAINTEXT_OUT,
  /** Received in the clear and refused. */
  REFUSED_IN,
  /** Not sent, because it would have been in the clear. */
  REFUSED_OUT;

  /** Whether what is counted was refused, and not only counted. */
  public boolean refused() {
    return this == REFUSED_IN || this == REFUSED_OUT;
  }

  /** Whether what is counted was received, and not sent. */
  public boolean incoming() {
    return this == PLAINTEXT_IN || this == REFUSED_IN;
  }

  /** The name of the counter in the table. */
  String objectName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The state of a counter.
   *
   * @param packets since the table was made
   * @param bytes of these packets, with their IP headers
   */
  public record Count(long packets, long bytes) {}
}
