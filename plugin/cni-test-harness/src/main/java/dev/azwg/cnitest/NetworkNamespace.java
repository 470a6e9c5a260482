package dev.azwg.cnitest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A named network namespace, as {@code ip netns} makes them.
 *
 * @param name its name
 */
public record NetworkNamespace(String name) {
  /** Its path, as CNI_NETNS names it. */
  public Path path() {
    return Path.of("/run/netns", name);
  }

  /** The command prefix that runs a program in this namespace. */
  public List<String> launcher() {
    return List.of("ip", "netns", "exec", name);
  }

  /**
   * Runs a program in the namespace.
   *
   * @return what it printed
   * @throws AssertionError if it failed
   */
  public String run(String... command) throws IOException, InterruptedException {
    List<String> full = new ArrayList<>(launcher());
    full.addAll(List.of(command));
    return Shell.run(full.toArray(String[]::new));
  }
}
