package dev.azwg.netlink.libc.contract;

import dev.azwg.netlink.libc.Errno;
import java.util.Arrays;

/** The contract's assertions, without a test framework. */
final class Expect {
  private Expect() {}

  static void that(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  static void equal(long expected, long actual, String what) {
    that(expected == actual, what + ": " + actual + ", not " + expected);
  }

  static void equal(byte[] expected, byte[] actual, String what) {
    that(
        Arrays.equals(expected, actual),
        what + ": " + Arrays.toString(actual) + ", not " + Arrays.toString(expected));
  }

  /** A call that must fail with exactly this error. */
  static void fails(Errno expected, int result, String call) {
    that(
        expected.isResult(result),
        call + ": " + (result < 0 ? Errno.ofResult(result) : result) + ", not " + expected);
  }

  /** A call that must succeed; returns its result. */
  static int succeeds(int result, String call) {
    that(result >= 0, call + ": " + Errno.ofResult(result));
    return result;
  }

  static void outOfBounds(Runnable call, String what) {
    try {
      call.run();
    } catch (IndexOutOfBoundsException e) {
      return;
    }
    throw new AssertionError(what + ": no IndexOutOfBoundsException");
  }

  static void illegal(Runnable call, String what) {
    try {
      call.run();
    } catch (IllegalArgumentException e) {
      return;
    }
    throw new AssertionError(what + ": no IllegalArgumentException");
  }
}
