package dev.azwg.plugin.spec;

/** Error codes: those of the specification ("Error", section 5), and from 100 on our own. */
public enum ErrorCode {
  INCOMPATIBLE_VERSION(1),
  UNKNOWN_CONTAINER(3),
  INVALID_ENVIRONMENT(4),
  IO_FAILURE(5),
  DECODING_FAILURE(6),
  INVALID_NETWORK_CONFIG(7),
  TRY_AGAIN_LATER(11),
  /** STATUS: ADD cannot be served. */
  NOT_AVAILABLE(50),
  /** STATUS: ADD cannot be served, and running containers may have lost connectivity. */
  NOT_AVAILABLE_LIMITED_CONNECTIVITY(51),
  /** The kernel refused a route or a link setting. */
  KERNEL_REFUSED(100),
  /** CHECK found something that is not as ADD left it. */
  DRIFTED(101),
  /** The attachment was deleted while it was being added. */
  DELETED_MEANWHILE(102),
  /** A defect of the plugin. */
  INTERNAL(199);

  private final int number;

  ErrorCode(int number) {
    this.number = number;
  }

  /** The {@code code} member of the error document. */
  public int number() {
    return number;
  }
}
