package dev.azwg.wg.watcher;

import dev.azwg.conflist.AzwgPluginEntry;
import dev.azwg.conflist.keeper.ConfigDirectory;
import dev.azwg.conflist.keeper.PluginExecutable;
import dev.azwg.wg.mesh.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where the container runtime looks for network configurations and for plugins.
 *
 * @param configurations {@code conf_dir} of containerd's configuration
 * @param executables {@code bin_dir} of containerd's configuration
 */
record RuntimeDirectories(Path configurations, Path executables) {
  private static final String CONFIGURATIONS = "etc/cni/net.d";
  private static final String EXECUTABLES = "opt/cni/bin";

  static void addOptions(CommandSpec spec) {
    spec.addOption(
        OptionText.option(
            "--cni-conf-dir",
            "DIR",
            "",
            "The runtime's network configurations: "
                + CONFIGURATIONS
                + " below --root if absent."));
    spec.addOption(
        OptionText.option(
            "--cni-bin-dir",
            "DIR",
            "",
            "The runtime's plugins: " + EXECUTABLES + " below --root if absent."));
  }

  static RuntimeDirectories of(OptionText text, Path root) {
    return new RuntimeDirectories(
        text.value(
            "--cni-conf-dir", dir -> dir.isEmpty() ? root.resolve(CONFIGURATIONS) : Path.of(dir)),
        text.value(
            "--cni-bin-dir", dir -> dir.isEmpty() ? root.resolve(EXECUTABLES) : Path.of(dir)));
  }

  ConfigDirectory configDirectory() {
    return new ConfigDirectory(configurations);
  }

  PluginExecutable plugin(Optional<Path> source) {
    return new PluginExecutable(executables.resolve(AzwgPluginEntry.TYPE), source);
  }

  /** The plugin beside this program's own executable, where the two are shipped together. */
  static Optional<Path> pluginBesideThisProgram() {
    return ProcessHandle.current()
        .info()
        .command()
        .map(command -> Path.of(command).resolveSibling(AzwgPluginEntry.TYPE))
        .filter(Files::isExecutable);
  }

  /** The entry for a plugin that works with this daemon; the rest has the plugin's defaults. */
  static AzwgPluginEntry entry(StatePaths paths, Mode mode) {
    AzwgPluginEntry.Builder entry = AzwgPluginEntry.builder();
    if (!paths.stateDirectory().equals(StatePaths.DEFAULT.stateDirectory())) {
      entry.stateDir(paths.stateDirectory().toAbsolutePath().toString());
    }
    // Said in either mode: an entry of ours that is there keeps the members that we do not say.
    entry.mode(mode.name().toLowerCase(Locale.ROOT));
    return entry.build();
  }
}
