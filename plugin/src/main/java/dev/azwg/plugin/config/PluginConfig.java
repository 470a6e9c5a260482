package dev.azwg.plugin.config;

import com.google.gson.JsonObject;
import dev.azwg.plugin.spec.CniException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Our own members of the network configuration. All have defaults; members that we do not know are
 * ignored.
 *
 * @param stateDir where the ledger and the watcher's socket are
 * @param table the WireGuard routing table; empty for the one that the watcher has published
 * @param publishTimeout how long ADD waits for the watcher to publish an address
 * @param mode what to do when it has not been published by then
 * @param podMtu the MTU of the pod's link
 * @param logFile a file that log lines are appended to, besides stderr
 * @param logLevel how much is logged
 */
public record PluginConfig(
    Path stateDir,
    OptionalInt table,
    Duration publishTimeout,
    Mode mode,
    PodMtu podMtu,
    Optional<Path> logFile,
    LogLevel logLevel) {

  private static final Path STATE_DIR = Path.of("/run/azwg");
  private static final Duration PUBLISH_TIMEOUT = Duration.ofMillis(500);

  /** The kubelet gives a sandbox two minutes; nobody should wait for more than half of that. */
  private static final Duration MAX_PUBLISH_TIMEOUT = Duration.ofMinutes(1);

  /** sun_path of linux/un.h has 108 bytes, with the NUL; "/watcher.sock" must fit behind. */
  private static final int MAX_STATE_DIR = 107 - "/watcher.sock".length();

  private static final int MAX_PATH = 4095;

  /** RT_TABLE_UNSPEC, _DEFAULT, _MAIN and _LOCAL of linux/rtnetlink.h. */
  private static final int UNSPEC = 0;

  private static final int FIRST_RESERVED = 253;
  private static final int LAST_RESERVED = 255;

  /** Below this the kernel switches IPv6 off on the link (IPV6_MIN_MTU). */
  private static final int MIN_POD_MTU = 1280;

  private static final int MAX_POD_MTU = 65535;

  /**
   * Reads our members.
   *
   * @throws CniException with INVALID_NETWORK_CONFIG, naming the member that cannot be used
   */
  public static PluginConfig parse(JsonObject document) throws CniException {
    return parse(new MemberReader(document, false));
  }

  /** Reads our members for DEL, which goes on with the default of what cannot be used. */
  public static PluginConfig parseLeniently(JsonObject document) {
    try {
      return parse(new MemberReader(document, true));
    } catch (CniException e) {
      throw new IllegalStateException("a lenient reader does not refuse", e);
    }
  }

  private static PluginConfig parse(MemberReader reader) throws CniException {
    return new PluginConfig(
        reader.text("stateDir", STATE_DIR, PluginConfig::stateDir),
        reader.number("table", OptionalInt.empty(), PluginConfig::table),
        reader.text("publishTimeout", PUBLISH_TIMEOUT, PluginConfig::publishTimeout),
        reader.text("mode", Mode.PERMISSIVE, text -> constant(Mode.values(), text)),
        podMtu(reader),
        logFile(reader),
        reader.text("logLevel", LogLevel.WARNING, text -> constant(LogLevel.values(), text)));
  }

  private static Optional<Path> logFile(MemberReader reader) throws CniException {
    Path none = Path.of("");
    Path file = reader.text("logFile", none, text -> path(text, MAX_PATH));
    return file.equals(none) ? Optional.empty() : Optional.of(file);
  }

  private static Optional<Path> stateDir(String text) {
    return path(text, MAX_STATE_DIR);
  }

  private static Optional<Path> path(String text, int maxBytes) {
    boolean usable =
        text.startsWith("/")
            && text.indexOf('\0') < 0
            && text.getBytes(StandardCharsets.UTF_8).length <= maxBytes;
    return usable ? Optional.of(Path.of(text).normalize()) : Optional.empty();
  }

  private static Optional<OptionalInt> table(long number) {
    boolean usable =
        number > UNSPEC
            && number <= Integer.MAX_VALUE
            && (number < FIRST_RESERVED || number > LAST_RESERVED);
    return usable ? Optional.of(OptionalInt.of((int) number)) : Optional.empty();
  }

  private static Optional<Duration> publishTimeout(String text) {
    return Durations.parse(text).filter(duration -> duration.compareTo(MAX_PUBLISH_TIMEOUT) <= 0);
  }

  private static PodMtu podMtu(MemberReader reader) throws CniException {
    return reader.textOrNumber(
        "podMtu",
        new PodMtu.Auto(),
        text ->
            switch (text) {
              case "auto" -> Optional.of(new PodMtu.Auto());
              case "off" -> Optional.of(new PodMtu.Off());
              default -> Optional.empty();
            },
        number ->
            number >= MIN_POD_MTU && number <= MAX_POD_MTU
                ? Optional.of(new PodMtu.Fixed((int) number))
                : Optional.empty());
  }

  private static <E extends Enum<E>> Optional<E> constant(E[] constants, String text) {
    for (E constant : constants) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }
}
