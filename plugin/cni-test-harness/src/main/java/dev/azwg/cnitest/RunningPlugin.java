package dev.azwg.cnitest;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A plugin that has been started and not yet awaited. */
public final class RunningPlugin {
  private static final Duration PIPE_GRACE = Duration.ofSeconds(5);

  private final Process process;
  private final long begin;
  private final Duration deadline;
  private final FutureTask<Boolean> writer;
  private final FutureTask<byte[]> out;
  private final FutureTask<byte[]> err;

  RunningPlugin(
      Process process,
      long begin,
      Duration deadline,
      FutureTask<Boolean> writer,
      FutureTask<byte[]> out,
      FutureTask<byte[]> err) {
    this.process = process;
    this.begin = begin;
    this.deadline = deadline;
    this.writer = writer;
    this.out = out;
    this.err = err;
  }

  /** The process, to look at it or to signal it. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * SIGKILL, as a runtime does whose context has expired. A launcher that has forked is no more.
   */
  public void kill() {
    PluginCall.kill(process);
  }

  /** Waits until the plugin has ended, at most to its deadline, and tells what it did. */
  public PluginOutcome await() throws IOException, InterruptedException {
    Duration left = deadline.minusNanos(System.nanoTime() - begin);
    boolean ended = PluginCall.awaitOrKill(process, left.isNegative() ? Duration.ZERO : left);
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    return new PluginOutcome(
        process.exitValue(),
        Bytes.of(taken(out)),
        Bytes.of(taken(err)),
        took,
        !ended,
        taken(writer));
  }

  /** A grandchild can hold a pipe open after its parent has ended: that must not hang the test. */
  private static <T> T taken(FutureTask<T> task) throws IOException, InterruptedException {
    try {
      return task.get(PIPE_GRACE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("a pipe of the plugin was not closed when it ended", e);
    }
  }
}
