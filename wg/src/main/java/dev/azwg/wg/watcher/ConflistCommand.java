package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import dev.azwg.conflist.AzwgPluginEntry;
import dev.azwg.conflist.ConflistEditor;
import dev.azwg.conflist.ConflistException;
import dev.azwg.conflist.ConflistFile;
import dev.azwg.conflist.file.AtomicFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code azwg-watcher conflist}: Azure's network configuration list with our entry, or without. */
final class ConflistCommand {
  private final PrintStream out;
  private final PrintStream err;

  ConflistCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Adds the plugin as the last entry of a network configuration list, and changes nothing"
                + " else in it. Refuses lists that azwg cannot serve.");
    spec.addOption(option("--input", "FILE", "The list as Azure wrote it. Required."));
    spec.addOption(
        option(
            "--output", "FILE", "", "Where the list goes, replaced atomically: stdout if absent."));
    spec.addOption(
        option("--state-dir", "DIR", "", "The plugin's stateDir: its own default if absent."));
    spec.addOption(
        OptionSpec.builder("--remove")
            .type(boolean.class)
            .arity("0")
            .description("Take the entry out instead.")
            .build());
    OptionText.addHelp(spec);
    return spec;
  }

  int execute(ParseResult parsed) {
    OptionText text = new OptionText(parsed);
    Path input = text.value("--input", Path::of);
    String output = text.value("--output", path -> path);
    String stateDirectory = text.value("--state-dir", path -> path);
    AzwgPluginEntry.Builder entry = AzwgPluginEntry.builder();
    if (!stateDirectory.isEmpty()) {
      entry.stateDir(stateDirectory);
    }
    try {
      byte[] document = new ConflistFile(input).read();
      byte[] edited =
          text.given("--remove")
              ? ConflistEditor.remove(document)
              : ConflistEditor.install(document, entry.build());
      write(edited, output);
      return 0;
    } catch (ConflistException e) {
      err.println("azwg-watcher: " + input + ": " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    } catch (IOException e) {
      err.println("azwg-watcher: " + output + ": " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    }
  }

  private void write(byte[] list, String output) throws IOException {
    if (output.isEmpty()) {
      out.write(list, 0, list.length);
      out.flush();
    } else {
      AtomicFile.write(
          Path.of(output),
          list,
          PosixFilePermissions.fromString("rw-r--r--"),
          AtomicFile.Durability.CONTENT_AND_NAME);
    }
  }
}
