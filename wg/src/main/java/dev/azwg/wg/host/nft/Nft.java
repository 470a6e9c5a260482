package dev.azwg.wg.host.nft;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.wg.host.HostException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs nft(8) with JSON in and out, in the calling thread's network namespace. */
public final class Nft {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** A table with every pod of a large cluster, many times over. */
  private static final int MAX_OUTPUT_BYTES = 64 << 20;

  private static final int MAX_ERROR_BYTES = 400;

  /** The kernel's news of a change may come when the next ones have been made. */
  private static final int REMEMBERED_PROCESSES = 16;

  private final String program;
  private final Path directory;
  private final Deque<Long> changers = new ConcurrentLinkedDeque<>();

  /**
   * The program is started when it is needed.
   *
   * @param program its name or path
   * @param directory a private one, where it is given its input and leaves its output
   */
  public Nft(String program, Path directory) {
    this.program = Objects.requireNonNull(program);
    this.directory = Objects.requireNonNull(directory);
  }

  /** Whether that process is one of the latest that have changed something for us. */
  public boolean isOwn(int processId) {
    return changers.contains((long) processId);
  }

  /**
   * Applies a transaction: all of it, or nothing.
   *
   * @throws HostException with reason {@code FIREWALL} if nft cannot be run, or {@code
   *     FIREWALL_REFUSED}
   */
  void apply(Transaction transaction) throws HostException {
    run(transaction.toString(), List.of());
  }

  /**
   * Lists objects; the form is libnftables-json(5).
   *
   * @param what the words behind {@code nft -j list}
   * @throws HostException with reason {@code FIREWALL} if nft cannot be run, or {@code
   *     FIREWALL_REFUSED} if there is nothing of that kind
   */
  JsonArray list(String... what) throws HostException {
    List<String> words = new ArrayList<>(List.of("list"));
    words.addAll(List.of(what));
    byte[] output = run("", words);
    try {
      JsonElement document = StrictJson.parse(output, Dialect.EXACT, MAX_OUTPUT_BYTES);
      if (document instanceof JsonObject object
          && object.get("nftables") instanceof JsonArray objects) {
        return objects;
      }
      throw failure("printed something else than a list of objects", null);
    } catch (JsonException e) {
      throw failure("printed what cannot be read: " + e.getMessage(), e);
    }
  }

  /** Through files, so that a program that hangs cannot hang its caller. */
  private synchronized byte[] run(String input, List<String> words) throws HostException {
    Path in = directory.resolve("nft.in");
    Path out = directory.resolve("nft.out");
    Path err = directory.resolve("nft.err");
    List<String> command = new ArrayList<>(List.of(program, "-j"));
    // By its name: "-" is /dev/stdin to nft, which not every container has.
    command.addAll(words.isEmpty() ? List.of("-f", in.toString()) : words);
    try {
      Files.writeString(in, input);
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (words.isEmpty()) {
        remember(process.pid());
      }
      try {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
          throw failure("did not end within " + LIMIT.toSeconds() + " s", null);
        }
      } finally {
        // Whatever it still does must not meet what is done next.
        process.destroyForcibly().onExit().join();
      }
      if (process.exitValue() != 0) {
        throw new HostException(
            HostException.Reason.FIREWALL_REFUSED,
            program,
            "exited with " + process.exitValue() + ": " + firstLine(err));
      }
      if (Files.size(out) > MAX_OUTPUT_BYTES) {
        throw failure("printed more than " + MAX_OUTPUT_BYTES + " bytes", null);
      }
      return Files.readAllBytes(out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted", e);
    } catch (HostException e) {
      throw e;
    } catch (IOException e) {
      throw failure("cannot be run: " + e.getMessage(), e);
    }
  }

  private void remember(long processId) {
    changers.addLast(processId);
    if (changers.size() > REMEMBERED_PROCESSES) {
      changers.removeFirst();
    }
  }

  private static String firstLine(Path file) throws IOException {
    try (InputStream input = Files.newInputStream(file)) {
      String text = new String(input.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8).strip();
      int end = text.indexOf('\n');
      return end < 0 ? text : text.substring(0, end);
    }
  }

  private HostException failure(String detail, @Nullable Exception cause) {
    return new HostException(HostException.Reason.FIREWALL, program, detail, cause);
  }
}
