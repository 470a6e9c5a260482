package dev.azwg.plugin;

import com.google.gson.JsonObject;
import dev.azwg.conflist.json.JsonText;
import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.ipam.watcher.WatcherException;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.plugin.command.AddCommand;
import dev.azwg.plugin.command.Call;
import dev.azwg.plugin.command.CheckCommand;
import dev.azwg.plugin.command.DelCommand;
import dev.azwg.plugin.command.GcCommand;
import dev.azwg.plugin.command.StatusCommand;
import dev.azwg.plugin.command.VersionCommand;
import dev.azwg.plugin.config.PluginConfig;
import dev.azwg.plugin.journal.Journal;
import dev.azwg.plugin.node.NodeKernel;
import dev.azwg.plugin.spec.CniCommand;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.CniVersion;
import dev.azwg.plugin.spec.Environment;
import dev.azwg.plugin.spec.ErrorCode;
import dev.azwg.plugin.spec.ErrorDocument;
import dev.azwg.plugin.spec.Invocation;
import dev.azwg.plugin.spec.NetworkConfig;
import dev.azwg.plugin.spec.StandardInput;
import dev.azwg.plugin.spec.Variable;
import dev.azwg.plugin.state.Attachments;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** One run of the plugin: from environment and stdin to stdout and the exit code. */
final class Plugin {
  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;

  private final Libc libc;
  private final NodeKernel kernel;
  private final Environment environment;
  private final InputStream stdin;
  private final OutputStream stdout;
  private final OutputStream stderr;
  private final Instant begin = Instant.now();

  /** Which version the error document has, as soon as the caller's is known. */
  private CniVersion version = CniVersion.NEWEST;

  Plugin(
      Libc libc,
      NodeKernel kernel,
      Environment environment,
      InputStream stdin,
      OutputStream stdout,
      OutputStream stderr) {
    this.libc = libc;
    this.kernel = kernel;
    this.environment = environment;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  int run() {
    if (!environment.arguments().isEmpty()) {
      return CommandLine.run(environment.arguments(), stdout, stderr);
    }
    String command = environment.variable(Variable.COMMAND);
    if (command == null || command.isEmpty()) {
      return CommandLine.about(stderr);
    }
    try {
      // Read before anything is answered: a runtime whose write fails reports only that.
      byte[] configuration = readConfiguration(command);
      dispatch(Invocation.parse(environment), configuration);
      return SUCCESS;
    } catch (CniException e) {
      return fail(e);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // A defect, but the caller is owed an error document, not a stack trace.
      return fail(new CniException(ErrorCode.INTERNAL, "internal error", e.toString(), e));
    }
  }

  /** VERSION needs no configuration: it answers also where stdin is closed. */
  private byte[] readConfiguration(String command) throws CniException {
    try {
      return StandardInput.readAll(stdin);
    } catch (CniException e) {
      if (command.equals(CniCommand.VERSION.name())) {
        return new byte[0];
      }
      throw e;
    }
  }

  private void dispatch(Invocation invocation, byte[] configuration) throws CniException {
    if (invocation.command() == CniCommand.VERSION) {
      print(VersionCommand.document(configuration));
      return;
    }
    Call call = call(invocation, configuration);
    switch (invocation.command()) {
      case ADD -> AddCommand.run(call, this::print);
      case DEL -> DelCommand.run(call);
      case CHECK -> CheckCommand.run(call);
      case GC -> GcCommand.run(call);
      case STATUS -> StatusCommand.run(call);
      case VERSION -> throw new IllegalStateException("VERSION has no call");
    }
  }

  private Call call(Invocation invocation, byte[] configuration) throws CniException {
    NetworkConfig network = NetworkConfig.parse(configuration, invocation.command());
    version = network.version();
    PluginConfig config =
        invocation.command() == CniCommand.DEL
            ? PluginConfig.parseLeniently(network.document())
            : PluginConfig.parse(network.document());
    String subject = invocation.command() + " " + invocation.subject();
    Journal journal = new Journal(stderr, config.logLevel(), config.logFile(), subject);
    Optional<NodeFacts> facts = facts(config, journal);
    Attachments attachments =
        new Attachments(libc, kernel, journal, config.stateDir(), Call.table(config, facts));
    return new Call(invocation, network, config, facts, attachments, kernel, journal, begin);
  }

  private static Optional<NodeFacts> facts(PluginConfig config, Journal journal) {
    try {
      return NodeFacts.read(config.stateDir());
    } catch (WatcherException e) {
      journal.warning("what the watcher has published cannot be used: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Prints a result. */
  private void print(JsonObject document) throws CniException {
    try {
      write((JsonText.compact(document) + '\n').getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CniException(ErrorCode.IO_FAILURE, "cannot write to stdout", e.toString(), e);
    }
  }

  private int fail(CniException error) {
    try {
      write(ErrorDocument.of(error, version));
    } catch (IOException nobodyListens) {
      // The exit code is all that is left to say.
    }
    return FAILURE;
  }

  private void write(byte[] document) throws IOException {
    stdout.write(document);
    stdout.flush();
  }
}
