package dev.azwg.plugin;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.plugin.spec.Environment;

/** The plugin on a JVM, for development: the executable has a main class of its own. */
public final class JvmMain {
  private JvmMain() {}

  /** Runs the plugin and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(
        PluginMain.run(
            new JnaLibc(), Environment.ofProcess(arguments), System.in, System.out, System.err));
  }
}
