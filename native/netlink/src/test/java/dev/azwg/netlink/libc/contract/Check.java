package dev.azwg.netlink.libc.contract;

import java.io.IOException;

/**
 * One check of the contract.
 *
 * @param name what is checked, unique in the list
 * @param body throws an {@link AssertionError} if the implementation is wrong
 */
public record Check(String name, Body body) {
  /** A check's code. */
  @FunctionalInterface
  public interface Body {
    void run() throws IOException;
  }
}
