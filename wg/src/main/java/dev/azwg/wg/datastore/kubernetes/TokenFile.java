package dev.azwg.wg.datastore.kubernetes;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
   * The token as it is now.
   *
   * @throws UncheckedIOException if there is none; the client's interface knows no other way
   */
  @Override
  public String getToken() {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAXIMUM_BYTES + 1);
      String token = new String(bytes, StandardCharsets.US_ASCII).strip();
      if (bytes.length > MAXIMUM_BYTES || token.isEmpty() || !isVisible(token)) {
        throw new IOException(file + ": is not a bearer token");
      }
      return token;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line break in it would be another header of the request. */
  private static boolean isVisible(String token) {
    return token.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
