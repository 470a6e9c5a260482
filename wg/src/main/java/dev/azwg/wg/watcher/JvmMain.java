package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.JnaLibc;

/** {@code azwg-watcher} on a JVM: for development. The executable has an entry point of its own. */
public final class JvmMain {
  private JvmMain() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLineInterface(new JnaLibc(), System.out, System.err).run(arguments));
  }
}
