package dev.azwg.plugin.journal;

import dev.azwg.plugin.config.LogLevel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Log lines: on stderr, which the runtime forwards to its own log, and in a file if the
 * configuration names one. Never on stdout. A line that cannot be written is lost; that is no
 * reason to fail a command.
 */
public final class Journal {
  private final OutputStream stderr;
  private final LogLevel level;
  private final Optional<Path> file;
  private final String subject;

  /**
   * A journal.
   *
   * @param subject what every line is about: the command and the attachment
   */
  public Journal(OutputStream stderr, LogLevel level, Optional<Path> file, String subject) {
    this.stderr = stderr;
    this.level = level;
    this.file = file;
    this.subject = subject;
  }

  /** Something that an operator must act on. */
  public void error(String text) {
    write(LogLevel.ERROR, text);
  }

  /** Something that is not as it should be, and that azwg goes on without. */
  public void warning(String text) {
    write(LogLevel.WARNING, text);
  }

  /** What was done. */
  public void info(String text) {
    write(LogLevel.INFO, text);
  }

  /** How it was done. */
  public void debug(String text) {
    write(LogLevel.DEBUG, text);
  }

  private void write(LogLevel severity, String text) {
    if (severity.compareTo(level) > 0) {
      return;
    }
    String line = now() + ' ' + severity + " azwg " + subject + ": " + singleLine(text) + '\n';
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    try {
      stderr.write(bytes);
      stderr.flush();
    } catch (IOException lost) {
      // The runtime does not listen. There is nobody else to tell.
    }
    file.ifPresent(path -> append(path, bytes));
  }

  /** One write(2) with O_APPEND, so that lines of parallel calls do not mix. */
  private static void append(Path path, byte[] line) {
    try {
      Files.write(path, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException lost) {
      // stderr has it.
    }
  }

  /** RFC 3339 by LocalDateTime's own printing: a formatter brings locales into the executable. */
  private static String now() {
    Instant now = Instant.now();
    return LocalDateTime.ofEpochSecond(now.getEpochSecond(), now.getNano(), ZoneOffset.UTC) + "Z";
  }

  private static String singleLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }
}
