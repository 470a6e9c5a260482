package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.Libc;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The command line of {@code azwg-watcher}. It is declared in code, not by annotations: picocli
 * then needs no reflection, which a native image would have to be told of.
 */
public final class CommandLineInterface {
  /** A command that ran and did not reach its aim. */
  static final int EXIT_FAILURE = 1;

  /** A command line that cannot be understood. */
  static final int EXIT_USAGE = 2;

  private final Libc libc;
  private final PrintStream out;
  private final PrintStream err;

  public CommandLineInterface(Libc libc, PrintStream out, PrintStream err) {
    this.libc = Objects.requireNonNull(libc);
    this.out = Objects.requireNonNull(out);
    this.err = Objects.requireNonNull(err);
  }

  /**
   * Runs one command.
   *
   * @return the exit code: 0 done, 1 failed, 2 wrong usage
   */
  public int run(String[] arguments) {
    CommandSpec root = CommandSpec.create();
    root.name("azwg-watcher");
    root.usageMessage()
        .description("Keeps this node's part of the WireGuard mesh between the nodes.")
        .footer("", "'azwg-watcher COMMAND --help' explains a command.");
    OptionText.addHelp(root);
    root.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Shows the version and exits.")
            .build());
    root.version("azwg-watcher " + Version.TEXT);
    RunCommand run = new RunCommand(libc, err);
    StatusCommand status = new StatusCommand(out, err);
    InstallCommand install = new InstallCommand(out, err);
    UninstallCommand uninstall = new UninstallCommand(libc, out, err);
    ConflistCommand conflist = new ConflistCommand(out, err);
    root.addSubcommand("run", run.spec());
    root.addSubcommand("status", status.spec());
    root.addSubcommand("install", install.spec());
    root.addSubcommand("uninstall", uninstall.spec());
    root.addSubcommand("conflist", conflist.spec());

    CommandLine line =
        new CommandLine(root)
            .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
            .setExecutionStrategy(parsed -> {
              Integer helped = CommandLine.executeHelpRequest(parsed);
              if (helped != null) {
                return helped;
              }
              CommandLine.ParseResult command = parsed;
              while (command.hasSubcommand()) {
                command = command.subcommand();
              }
              return switch (command.commandSpec().name()) {
                case "run" -> run.execute(command);
                case "status" -> status.execute(command);
                case "install" -> install.execute(command);
                case "uninstall" -> uninstall.execute(command);
                case "conflist" -> conflist.execute(command);
                default -> {
                  command.commandSpec().commandLine().usage(err);
                  yield EXIT_USAGE;
                }
              };
            });
    return line.execute(arguments);
  }
}
