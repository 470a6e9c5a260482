package dev.azwg.plugin.spec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The network configuration as it comes in. */
public final class StandardInput {
  /**
   * The largest configuration taken. containerd takes lists of up to 2 MiB; the previous result and
   * the pod's annotations (256 KiB) come on top.
   */
  public static final int MAX_BYTES = 4 << 20;

  /** Past this the writer is not a runtime. */
  private static final int MAX_DRAINED = 64 << 20;

  private static final int CHUNK = 16 << 10;

  private StandardInput() {}

  /**
   * Reads to the end, because a runtime that cannot write all of it reports a broken pipe instead
   * of our answer.
   *
   * @throws CniException with {@link ErrorCode#DECODING_FAILURE} if it is larger than {@link
   *     #MAX_BYTES}, with {@link ErrorCode#IO_FAILURE} if it cannot be read
   */
  public static byte[] readAll(InputStream stdin) throws CniException {
    try {
      byte[] chunk = new byte[CHUNK];
      ByteArrayOutputStream whole = new ByteArrayOutputStream(CHUNK);
      int total = 0;
      int read = stdin.read(chunk);
      while (read >= 0 && total <= MAX_DRAINED) {
        total += read;
        if (total <= MAX_BYTES) {
          whole.write(chunk, 0, read);
        }
        read = stdin.read(chunk);
      }
      if (total > MAX_BYTES) {
        throw new CniException(
            ErrorCode.DECODING_FAILURE,
            "the network configuration is too large",
            "more than " + MAX_BYTES + " bytes on stdin");
      }
      return whole.toByteArray();
    } catch (IOException e) {
      throw new CniException(ErrorCode.IO_FAILURE, "cannot read stdin", String.valueOf(e), e);
    }
  }
}
