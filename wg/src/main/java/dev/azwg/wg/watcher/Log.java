package dev.azwg.wg.watcher;

import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's log: one logfmt line per event, {@code time=.. level=.. msg=.. key=value ..}. Values
 * are quoted where needed, so that no input can forge a line.
 */
public final class Log {
  /** From the most to the least important. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }

  private final PrintStream out;
  private final InstantSource clock;
  private final Level threshold;

  /** Logs what is at least as important as {@code threshold} to {@code out}. */
  public Log(PrintStream out, InstantSource clock, Level threshold) {
    this.out = Objects.requireNonNull(out);
    this.clock = Objects.requireNonNull(clock);
    this.threshold = Objects.requireNonNull(threshold);
  }

  /** Something failed that was not recovered from. */
  public void error(String message, @Nullable Object... keysAndValues) {
    log(Level.ERROR, message, keysAndValues);
  }

  /** Something that an operator should look at; the daemon goes on. */
  public void warn(String message, @Nullable Object... keysAndValues) {
    log(Level.WARN, message, keysAndValues);
  }

  /** A change that an operator may want to find later. */
  public void info(String message, @Nullable Object... keysAndValues) {
    log(Level.INFO, message, keysAndValues);
  }

  /** What happens in detail. */
  public void debug(String message, @Nullable Object... keysAndValues) {
    log(Level.DEBUG, message, keysAndValues);
  }

  private void log(Level level, String message, @Nullable Object[] keysAndValues) {
    if (level.compareTo(threshold) > 0) {
      return;
    }
    StringBuilder line = new StringBuilder(128);
    line.append("time=").append(clock.instant()).append(" level=").append(level.name());
    field(line, "msg", message);
    for (int i = 0; i + 1 < keysAndValues.length; i += 2) {
      field(line, String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    // One write per line: lines of several threads must not mix.
    out.print(line.append('\n'));
    out.flush();
  }

  private static void field(StringBuilder line, String key, @Nullable Object value) {
    line.append(' ').append(key).append('=');
    String text = String.valueOf(value);
    boolean plain = !text.isEmpty();
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
    }
    if (plain) {
      line.append(text);
      return;
    }
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> line.append('\\').append(c);
        case '\n' -> line.append("\\n");
        default -> line.append(Character.isISOControl(c) ? '?' : c);
      }
    }
    line.append('"');
  }
}
