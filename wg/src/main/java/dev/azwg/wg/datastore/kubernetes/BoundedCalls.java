package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls of the server that end. The client's own time limit is over when an answer begins; one that
 * begins and then stands still it would wait for without end (fabric8 8.0.0).
 */
final class BoundedCalls implements AutoCloseable {
  private final Duration limit;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("kubernetes-call-", 0).factory());

  BoundedCalls(Duration limit) {
    this.limit = limit;
  }

  /**
   * Calls, and gives up when the time is over.
   *
   * @param where what is asked for, for the error
   * @throws DatastoreException with reason {@code UNAVAILABLE} and the server's words, whatever the
   *     call threw; with the call's own exception if that is a {@code DatastoreException}
   */
  <T> T call(String where, Callable<T> question) throws DatastoreException {
    Future<T> answer = threads.submit(question);
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DatastoreException known) {
        throw known;
      }
      throw new DatastoreException(
          Reason.UNAVAILABLE, where, KubernetesDatastore.describe(e), e.getCause());
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new DatastoreException(
          Reason.UNAVAILABLE, where, "no whole answer within " + limit.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new DatastoreException(Reason.UNAVAILABLE, where, "interrupted", e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
