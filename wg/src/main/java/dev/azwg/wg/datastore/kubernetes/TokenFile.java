package dev.azwg.wg.datastore.kubernetes;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A bearer token that somebody replaces while it is used: the kubelet renews a bound
 * service-account token long before it ends. Requests are few, so it is read for each.
 */
final class TokenFile implements OAuthTokenProvider {
  private static final int MAXIMUM_BYTES = 16 * 1024;

  private final Path file;

  TokenFile(Path file) {
    this.file = file;
  }

  /**
   * The token as it is now; empty if there is none. Then the request goes out without one, and is
   * refused and repeated as any other: an exception here would end the thread that asks.
   */
  @Override
  public String getToken() {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAXIMUM_BYTES + 1);
      String token = new String(bytes, StandardCharsets.US_ASCII).strip();
      return bytes.length <= MAXIMUM_BYTES && isVisible(token) ? token : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** A line break in it would be another header of the request. */
  private static boolean isVisible(String token) {
    return token.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
