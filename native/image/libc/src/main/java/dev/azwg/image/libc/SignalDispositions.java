package dev.azwg.image.libc;

import org.graalvm.word.WordFactory;

/**
 * What signals do to an executable that was built without the runtime's own signal handling ({@code
 * -R:-EnableSignalHandling}), which costs a thread and a tenth of the start-up of a short program.
 */
public final class SignalDispositions {
  // signal(7), on x86-64 and arm64.
  private static final int SIGPIPE = 13;
  private static final int SIGXFSZ = 25;

  /** SIG_IGN of signal(2). */
  private static final int SIG_IGN = 1;

  private SignalDispositions() {}

  /**
   * Makes writing to a closed pipe or socket fail with EPIPE, and to a file beyond its size limit
   * with EFBIG, as Java programs expect, instead of ending the process in the midst of its work.
   */
  public static void ignoreFailedWrites() {
    LibcFunctions.signal(SIGPIPE, WordFactory.pointer(SIG_IGN));
    LibcFunctions.signal(SIGXFSZ, WordFactory.pointer(SIG_IGN));
  }
}
