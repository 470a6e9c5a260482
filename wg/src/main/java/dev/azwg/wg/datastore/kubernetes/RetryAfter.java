package dev.azwg.wg.datastore.kubernetes;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds back the answer of a server that asks for time (RFC 9110, section 10.2.3). The client reads
 * Retry-After too, but sets its clock by its own back-off (fabric8 8.0.0), so that a server that is
 * too busy would be asked again after 200 ms by every node.
 */
final class RetryAfter implements Interceptor {
  static final String NAME = "RETRY-AFTER";

  private final Duration longest;

  /** {@code longest} is less than the time that a request may take. */
  RetryAfter(Duration longest) {
    this.longest = longest;
  }

  @Override
  public CompletableFuture<Boolean> afterFailure(
      BasicBuilder request, HttpResponse<?> response, RequestTags tags) {
    long millis = Math.min(millis(response.header("Retry-After")), longest.toMillis());
    return millis <= 0
        ? CompletableFuture.completedFuture(false)
        : new CompletableFuture<Boolean>().completeOnTimeout(false, millis, TimeUnit.MILLISECONDS);
  }

  /** API servers say seconds; a date is left to the client. */
  private static long millis(@Nullable String seconds) {
    if (seconds == null || seconds.isEmpty() || seconds.length() > 9) {
      return 0;
    }
    for (int i = 0; i < seconds.length(); i++) {
      if (seconds.charAt(i) < '0' || seconds.charAt(i) > '9') {
        return 0;
      }
    }
    return Long.parseLong(seconds) * 1000;
  }
}
