package dev.azwg.wg.host;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts a userspace implementation of WireGuard, such as wireguard-go. It provides the device
 * until the device is deleted, and outlives the daemon, so that a restart interrupts no traffic.
 */
public final class UserspaceWireGuard {
  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  private static final int LOG_TAIL = 2048;

  private final String program;
  private final Path log;

  /**
   * An implementation that is started when it is needed.
   *
   * @param program its name or path
   * @param log where it writes its errors; truncated at each start
   */
  public UserspaceWireGuard(String program, Path log) {
    this.program = Objects.requireNonNull(program);
    this.log = Objects.requireNonNull(log);
  }

  /**
   * Provides {@code device}. The program opens the device and its configuration socket before it
   * goes to the background, so that both are there when this returns.
   *
   * @throws HostException with reason {@code NO_WIREGUARD} if it could not
   */
  public void start(String device) throws HostException {
    // A session of its own: a signal to the daemon's process group must not end the data path.
    ProcessBuilder command =
        new ProcessBuilder("setsid", program, device)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(log.toFile())
            .redirectErrorStream(true);
    command.environment().put("LOG_LEVEL", "error");
    try {
      Process process = command.start();
      if (!process.waitFor(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw failure("did not start within " + START_LIMIT.toSeconds() + " s", null);
      }
      if (process.exitValue() != 0) {
        throw failure("exited with " + process.exitValue() + ": " + tail(), null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted while it was started", e);
    } catch (HostException e) {
      throw e;
    } catch (IOException e) {
      throw failure("cannot be started: " + e.getMessage(), e);
    }
  }

  private HostException failure(String detail, @Nullable Exception cause) {
    return new HostException(HostException.Reason.NO_WIREGUARD, program, detail, cause);
  }

  private String tail() {
    try {
      byte[] written = Files.readAllBytes(log);
      int from = Math.max(0, written.length - LOG_TAIL);
      return new String(written, from, written.length - from, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "no output";
    }
  }
}
