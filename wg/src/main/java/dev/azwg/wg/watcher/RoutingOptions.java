package dev.azwg.wg.watcher;

import dev.azwg.wg.host.RoutingPolicy;
import picocli.CommandLine.Model.CommandSpec;

/** The options for the numbers of the table, the rule and the mark. */
final class RoutingOptions {
  private static final RoutingPolicy STANDARD = RoutingPolicy.STANDARD;

  private RoutingOptions() {}

  static void addOptions(CommandSpec spec) {
    spec.addOption(
        OptionText.option(
            "--table",
            "NUMBER",
            Integer.toString(STANDARD.table()),
            "The routing table for the tunnel. Nobody else may use it."));
    spec.addOption(
        OptionText.option(
            "--rule-priority",
            "NUMBER",
            Integer.toString(STANDARD.priority()),
            "The priority of the rule that leads into the table, 3 to 32765. Without host scope the"
                + " two priorities below it are used too."));
    spec.addOption(
        OptionText.option(
            "--fwmark",
            "BITS",
            "0x" + Integer.toHexString(STANDARD.fwmark()),
            "The mark of encrypted packets, value and mask at once; no bit of kube-proxy's (0x4000,"
                + " 0x8000) or of the network policies' marks."));
  }

  static RoutingPolicy of(OptionText text) {
    return new RoutingPolicy(
        text.value("--table", RoutingOptions::table),
        text.value(
            "--rule-priority",
            value -> RoutingPolicy.requirePriority(number(value, "a rule's priority"))),
        text.value("--fwmark", value -> RoutingPolicy.requireFwmark(mark(value))));
  }

  /** The number of a table that may be ours. */
  static int table(String text) {
    return RoutingPolicy.requireTable(number(text, "the number of a routing table"));
  }

  private static int number(String text, String what) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("is not " + what, e);
    }
  }

  /** 32 bits, decimal or, with 0x, hexadecimal. */
  private static int mark(String text) {
    try {
      return text.startsWith("0x")
          ? Integer.parseUnsignedInt(text, 2, text.length(), 16)
          : Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("is not a mark of 32 bits such as 0x100000", e);
    }
  }
}
