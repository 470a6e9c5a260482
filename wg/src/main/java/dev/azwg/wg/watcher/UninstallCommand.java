package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import dev.azwg.conflist.keeper.ConflistKeeper;
import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.ipam.watcher.WatcherException;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.NodeName;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.host.nft.Nft;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code azwg-watcher uninstall}: takes the plugin out of the runtime's list, and removes what the
 * daemon put into the kernel, in the order that loses no packet: the rules first, so that nothing
 * is sent into the tunnel any more; then the other nodes are told to go around the tunnel; once
 * they do, routes and device.
 */
final class UninstallCommand {
  /** How long a datastore that is a server may take to answer. */
  private static final Duration ANSWER = Duration.ofSeconds(15);

  private final Libc libc;
  private final PrintStream out;
  private final PrintStream err;

  UninstallCommand(Libc libc, PrintStream out, PrintStream err) {
    this.libc = libc;
    this.out = out;
    this.err = err;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Takes the plugin out of the runtime's network configuration lists, then removes the"
                + " rules, routes and device of the daemon, which must not be running. Peers that"
                + " others have put on the device go with it. With --node"
                + " and --datastore it first tells the other nodes to go around the tunnel, waits"
                + " until they do, and takes this node's record back at the end: then no connection"
                + " is lost, except that nodes in strict mode refuse the node from then on. The key"
                + " stays, and so does the plugin's executable: a list that the runtime still has in"
                + " memory may refer to it.");
    spec.addOption(option("--root", "DIR", "/", "The daemon's --root."));
    spec.addOption(option("--device", "DEVICE", "azwg0", "The WireGuard device."));
    spec.addOption(
        option(
            "--table", "NUMBER", "", "The daemon's --table: the one that it used last if absent."));
    spec.addOption(option("--node", "NAME", "", "This node's name."));
    spec.addOption(
        option("--datastore", "directory:DIR|kubernetes", "", "The daemon's --datastore."));
    DatastoreChoice.addOptions(spec);
    spec.addOption(
        option(
            "--wait",
            "DURATION",
            "60s",
            "How long to wait at most until no other node uses the tunnel any more. Where all have"
                + " heard, that is three seconds after the next keepalive would have come, within"
                + " 28 seconds. A node that uses the tunnel for longer is cut off from this one"
                + " until its daemon runs again."));
    RuntimeDirectories.addOptions(spec);
    OptionText.addHelp(spec);
    return spec;
  }

  int execute(ParseResult parsed) {
    OptionText text = new OptionText(parsed);
    StatePaths paths = new StatePaths(text.value("--root", Path::of));
    String device = text.value("--device", name -> name);
    String node = text.value("--node", UninstallCommand::node);
    int table = text.value("--table", value -> table(value, paths));
    Optional<DatastoreChoice> datastore =
        text.value("--datastore", value -> datastore(value, text));
    Duration wait = text.value("--wait", OptionText::duration);
    RuntimeDirectories runtime = RuntimeDirectories.of(text, paths.root());
    try {
      Files.createDirectories(paths.stateDirectory());
    } catch (IOException e) {
      err.println("azwg-watcher: " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    }
    try (DaemonLock _ = DaemonLock.acquire(paths.lock());
        TunnelRemoval removal =
            new TunnelRemoval(
                libc,
                device,
                table,
                new Nft("nft", paths.stateDirectory()),
                paths.ownPeers(),
                out)) {
      // Before all else: pods must not be given to a plugin that nobody serves.
      removeFromLists(runtime, paths);
      // Then, whatever the datastore says, this node must not send into a tunnel any more.
      removal.bypass();
      if (node.isEmpty() || datastore.isEmpty()) {
        out.println("the other nodes are not told: that takes --node and --datastore");
        removal.remove();
        return 0;
      }
      return leave(removal, datastore.get(), node, wait);
    } catch (IOException e) {
      err.println("azwg-watcher: " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CommandLineInterface.EXIT_FAILURE;
    }
  }

  /** What the datastore refuses is said, and keeps nothing from being removed. */
  private int leave(TunnelRemoval removal, DatastoreChoice datastore, String node, Duration wait)
      throws IOException, InterruptedException {
    Datastore opened;
    try {
      opened = datastore.open(node, InstantSource.system());
    } catch (IOException e) {
      notTold(e.getMessage());
      removal.remove();
      return CommandLineInterface.EXIT_FAILURE;
    }
    try (Datastore records = opened) {
      boolean told = tell(records, node);
      if (told) {
        removal.awaitSilence(wait);
      }
      removal.remove();
      records.withdraw(node);
      out.println("record of " + node + " withdrawn");
      return told ? 0 : CommandLineInterface.EXIT_FAILURE;
    }
  }

  private boolean tell(Datastore records, String node) throws InterruptedException {
    try {
      records.awaitReadable(ANSWER);
      Optional<PeerRecord> own = records.read().record(node);
      if (own.isPresent()) {
        records
            .publish(own.get().withoutKey(InstantSource.system().instant()))
            .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      }
      return true;
    } catch (IOException | ExecutionException e) {
      notTold(e.getMessage());
      return false;
    } catch (TimeoutException e) {
      notTold("the datastore does not answer");
      return false;
    }
  }

  private void notTold(@Nullable String reason) {
    err.println("azwg-watcher: the other nodes cannot be told and may lose packets: " + reason);
  }

  private static int table(String text, StatePaths paths) {
    if (!text.isEmpty()) {
      return RoutingOptions.table(text);
    }
    try {
      return NodeFacts.read(paths.stateDirectory())
          .map(NodeFacts::table)
          .orElse(RoutingPolicy.STANDARD.table());
    } catch (WatcherException e) {
      throw new IllegalArgumentException("must be given: " + e.getMessage(), e);
    }
  }

  private static String node(String text) {
    if (!text.isEmpty() && !NodeName.isValid(text)) {
      throw new IllegalArgumentException("is not a node name (RFC 1123)");
    }
    return text;
  }

  private static Optional<DatastoreChoice> datastore(String value, OptionText text) {
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(DatastoreChoice.of(value, text, System.getenv(), false));
  }

  private void removeFromLists(RuntimeDirectories runtime, StatePaths paths) throws IOException {
    int lists =
        new ConflistKeeper(
                runtime.configDirectory(),
                runtime.plugin(Optional.empty()),
                RuntimeDirectories.entry(paths, Mode.PERMISSIVE),
                InstantSource.system())
            .remove();
    out.println("plugin taken out of " + lists + " lists in " + runtime.configurations());
  }
}
