package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import dev.azwg.conflist.keeper.ConflistKeeper;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.wg.datastore.DirectoryDatastore;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code azwg-watcher uninstall}: takes the plugin out of the runtime's list, and removes what the
 * daemon put into the kernel, in the order that loses no packet: the rules first, so that nothing
 * is sent into the tunnel any more; then the other nodes are told to go around the tunnel; once
 * they do, routes and device.
 */
final class UninstallCommand {
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
    spec.addOption(option("--node", "NAME", "", "This node's name."));
    spec.addOption(option("--datastore", "directory:DIR", "", "The daemon's --datastore."));
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
    Optional<Path> datastore = text.value("--datastore", UninstallCommand::datastore);
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
                RoutingPolicy.STANDARD,
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
  private int leave(TunnelRemoval removal, Path datastore, String node, Duration wait)
      throws IOException, InterruptedException {
    try (DirectoryDatastore records = new DirectoryDatastore(datastore, InstantSource.system())) {
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

  private boolean tell(DirectoryDatastore records, String node) {
    try {
      Optional<PeerRecord> own = records.read().record(node);
      if (own.isPresent()) {
        records.publish(own.get().withoutKey(InstantSource.system().instant()));
      }
      return true;
    } catch (IOException e) {
      err.println(
          "azwg-watcher: the other nodes cannot be told and may lose packets: " + e.getMessage());
      return false;
    }
  }

  private static String node(String text) {
    if (!text.isEmpty() && !NodeName.isValid(text)) {
      throw new IllegalArgumentException("is not a node name (RFC 1123)");
    }
    return text;
  }

  private static Optional<Path> datastore(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(RunCommand.directory(text));
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
