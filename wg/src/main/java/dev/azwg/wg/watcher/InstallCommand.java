package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import dev.azwg.conflist.keeper.PluginExecutable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code azwg-watcher install}: puts the plugin where the container runtime looks for it. The list
 * is the running daemon's matter: an entry must not be there before somebody serves it.
 */
final class InstallCommand {
  private final PrintStream out;
  private final PrintStream err;

  InstallCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Installs the plugin azwg, replacing an older one atomically. The daemon enters it into"
                + " the runtime's network configuration list when it is ready.");
    spec.addOption(option("--root", "DIR", "/", "The daemon's --root."));
    spec.addOption(
        option("--from", "FILE", "", "The plugin to install: azwg beside this program if absent."));
    RuntimeDirectories.addOptions(spec);
    OptionText.addHelp(spec);
    return spec;
  }

  int execute(ParseResult parsed) {
    OptionText text = new OptionText(parsed);
    String from = text.value("--from", path -> path);
    Optional<Path> source =
        from.isEmpty() ? RuntimeDirectories.pluginBesideThisProgram() : Optional.of(Path.of(from));
    if (source.isEmpty()) {
      err.println("azwg-watcher: no azwg beside this program: say --from FILE");
      return CommandLineInterface.EXIT_USAGE;
    }
    PluginExecutable plugin =
        RuntimeDirectories.of(text, text.value("--root", Path::of)).plugin(source);
    try {
      boolean written = plugin.install(InstantSource.system().instant());
      out.println(plugin.target() + (written ? " installed" : " is the same already"));
      return 0;
    } catch (IOException e) {
      err.println("azwg-watcher: " + plugin.target() + " not installed: " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    }
  }
}
