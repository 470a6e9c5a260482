package dev.azwg.wg.watcher;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Declares options that take text, and turns the text into what it stands for or a usage error. */
final class OptionText {
  /** Turns the text of an option into its value. */
  interface Parser<T> {
    /**
     * Reads the text.
     *
     * @throws IllegalArgumentException with what the text should be
     */
    T parse(String text);
  }

  private final CommandSpec spec;
  private final ParseResult parsed;

  OptionText(ParseResult parsed) {
    this.spec = parsed.commandSpec();
    this.parsed = parsed;
  }

  /** An option with a value, which is shown as {@code label} in the help. */
  static OptionSpec option(String name, String label, String description) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .type(String.class)
        .description(description)
        .build();
  }

  /** An option with a value that is used when it is not given. */
  static OptionSpec option(String name, String label, String byDefault, String description) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .type(String.class)
        .defaultValue(byDefault)
        .description(description + " Default: " + byDefault)
        .build();
  }

  /**
   * The options that every command has. Picocli's own mixin for them is an annotated class, which
   * takes reflection to read.
   */
  static void addHelp(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Shows this help and exits.")
            .build());
  }

  /** The value of an option that has a default or must be given. */
  <T> T value(String name, Parser<T> parser) {
    String text = parsed.matchedOptionValue(name, spec.findOption(name).defaultValue());
    if (text == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "Missing required option: " + name);
    }
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), name + ": '" + text + "' " + e.getMessage());
    }
  }

  boolean given(String name) {
    return parsed.hasMatchedOption(name);
  }

  static boolean onOrOff(String text) {
    return switch (text) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new IllegalArgumentException("is neither on nor off");
    };
  }

  static <E extends Enum<E>> Parser<E> oneOf(E[] values) {
    return text -> {
      StringBuilder names = new StringBuilder();
      for (E value : values) {
        String name = value.name().toLowerCase(Locale.ROOT);
        if (name.equals(text)) {
          return value;
        }
        names.append(names.isEmpty() ? "" : ", ").append(name);
      }
      throw new IllegalArgumentException("is none of: " + names);
    };
  }

  static Parser<Integer> number(int least, int most) {
    return text -> {
      try {
        int value = Integer.parseInt(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        // The message below says all there is to say.
      }
      throw new IllegalArgumentException("is not a number from " + least + " to " + most);
    };
  }

  /** A whole number with the unit ms, s or m. */
  static Duration duration(String text) {
    int digits = 0;
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    if (digits > 0 && digits <= 9) {
      long amount = Long.parseLong(text.substring(0, digits));
      Duration duration =
          switch (text.substring(digits)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> null;
          };
      if (duration != null) {
        return duration;
      }
    }
    throw new IllegalArgumentException("is not a duration such as 500ms, 30s or 5m");
  }
}
