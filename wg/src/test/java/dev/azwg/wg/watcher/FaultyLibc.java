package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.Errno;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** Counts the calls, and lets some of them fail without having been carried out. */
final class FaultyLibc extends LibcFilter {
  private final Map<Integer, Errno> plan;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile boolean disarmed;
  private final List<String> failed = new CopyOnWriteArrayList<>();

  /**
   * Failures by the number of the call, from 1.
   *
   * @param plan with what each of them fails
   */
  FaultyLibc(Map<Integer, Errno> plan) {
    this.plan = Map.copyOf(plan);
  }

  @Override
  int call(String name, IntSupplier function) {
    Errno errno = disarmed ? null : plan.get(calls.incrementAndGet());
    if (errno == null) {
      return function.getAsInt();
    }
    failed.add(name + " " + errno.name() + " on " + Thread.currentThread().getName());
    return -errno.number();
  }

  /** From now on nothing fails, and nothing is counted. */
  void disarm() {
    disarmed = true;
  }

  /** How many calls there were so far. */
  int calls() {
    return calls.get();
  }

  /** Which functions have failed so far, in order, with what and on which thread. */
  List<String> failed() {
    return failed;
  }
}
