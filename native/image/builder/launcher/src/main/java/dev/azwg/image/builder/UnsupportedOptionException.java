package dev.azwg.image.builder;

/**
 * The command line asks for something that this launcher does not do, or cannot be understood. The
 * message names the option and where it came from. Nothing is ever ignored: an option that is
 * silently dropped makes an executable other than the one that was asked for.
 */
final class UnsupportedOptionException extends Exception {
  private static final long serialVersionUID = 1;

  UnsupportedOptionException(String message) {
    super(message);
  }
}
