package dev.azwg.image.plugin;

import dev.azwg.image.libc.CFunctionLibc;
import dev.azwg.image.libc.SignalDispositions;
import dev.azwg.plugin.PluginMain;
import dev.azwg.plugin.spec.Environment;

/** The CNI plugin as an executable. */
public final class Azwg {
  private Azwg() {}

  public static void main(String[] arguments) {
    SignalDispositions.ignoreFailedWrites();
    System.exit(
        PluginMain.run(
            new CFunctionLibc(),
            Environment.ofProcess(arguments),
            System.in,
            System.out,
            System.err));
  }
}
