package dev.azwg.netlink.route;

import org.jspecify.annotations.Nullable;

/** What a rule does with a packet that it matches: {@code FR_ACT_} of linux/fib_rules.h. */
public enum RuleAction {
  /** Looks the destination up in the rule's table. */
  TO_TABLE(1),
  /** Goes on with the rule at another priority. */
  GOTO(2),
  /** Goes on with the next rule. */
  NOP(3),
  BLACKHOLE(6),
  UNREACHABLE(7),
  PROHIBIT(8);

  private final int number;

  RuleAction(int number) {
    this.number = number;
  }

  /** The {@code FR_ACT_} value. */
  public int number() {
    return number;
  }

  static @Nullable RuleAction ofNumber(int number) {
    for (RuleAction action : values()) {
      if (action.number == number) {
        return action;
      }
    }
    return null;
  }
}
