package dev.azwg.conflist.json;

/** What to do with the two things that RFC 8259 leaves open and that programs read differently. */
public enum Dialect {
  /**
   * As the CNI plugins written in Go read their standard input: of members with the same name the
   * last one counts, and bytes that are not UTF-8 become U+FFFD. For documents that are only read.
   */
  GO,
  /**
   * A repeated member name and bytes that are not UTF-8 are refused. For documents that are written
   * back: what cannot be kept exactly must not be touched.
   */
  EXACT
}
