package dev.azwg.image.watcher;

import dev.azwg.image.libc.CFunctionLibc;
import dev.azwg.wg.watcher.CommandLineInterface;

/** The watcher as an executable. */
public final class AzwgWatcher {
  private AzwgWatcher() {}

  public static void main(String[] arguments) {
    System.exit(
        new CommandLineInterface(new CFunctionLibc(), System.out, System.err).run(arguments));
  }
}
