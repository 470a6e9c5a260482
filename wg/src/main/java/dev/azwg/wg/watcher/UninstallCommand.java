package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import dev.azwg.conflist.keeper.ConflistKeeper;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.datastore.DirectoryDatastore;
import dev.azwg.wg.datastore.NodeName;
import dev.azwg.wg.host.HostException;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.host.nft.Firewall;
import dev.azwg.wg.host.nft.Nft;
import dev.azwg.wg.mesh.Mode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code azwg-watcher uninstall}: takes the plugin out of the runtime's list, and removes what the
 * daemon put into the kernel, in the order that loses no packet: the rule first, so that nothing is
 * sent into the tunnel any more, then the routes, then the device.
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
                + " and --datastore it takes this node's record back too. The key stays, and so does"
                + " the plugin's executable: a list that the runtime still has in memory may refer"
                + " to it.");
    spec.addOption(option("--root", "DIR", "/", "The daemon's --root."));
    spec.addOption(option("--device", "DEVICE", "azwg0", "The WireGuard device."));
    spec.addOption(option("--node", "NAME", "", "This node's name."));
    spec.addOption(option("--datastore", "directory:DIR", "", "The daemon's --datastore."));
    RuntimeDirectories.addOptions(spec);
    OptionText.addHelp(spec);
    return spec;
  }

  int execute(ParseResult parsed) {
    OptionText text = new OptionText(parsed);
    StatePaths paths = new StatePaths(text.value("--root", Path::of));
    String device = text.value("--device", name -> name);
    String node = text.value("--node", name -> name);
    String datastore = text.value("--datastore", name -> name);
    if (!node.isEmpty() && !NodeName.isValid(node)) {
      err.println("azwg-watcher: '" + node + "' is not a node name");
      return CommandLineInterface.EXIT_USAGE;
    }
    RuntimeDirectories runtime = RuntimeDirectories.of(text, paths.root());
    try {
      Files.createDirectories(paths.stateDirectory());
    } catch (IOException e) {
      err.println("azwg-watcher: " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    }
    try (DaemonLock _ = DaemonLock.acquire(paths.lock())) {
      // Before all else: pods must not be given to a plugin that nobody serves.
      removeFromLists(runtime, paths);
      // Then, whatever the datastore says, this node must not send into a tunnel any more.
      removeFromKernel(device, paths);
      Files.deleteIfExists(paths.ownPeers());
      if (!node.isEmpty() && datastore.startsWith("directory:")) {
        Path folder = Path.of(datastore.substring("directory:".length()));
        try (DirectoryDatastore records = new DirectoryDatastore(folder, InstantSource.system())) {
          records.withdraw(node);
        }
        out.println("record of " + node + " withdrawn");
      }
      return 0;
    } catch (IOException e) {
      err.println("azwg-watcher: " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    }
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

  private void removeFromKernel(String device, StatePaths paths) throws IOException {
    try (RouteNetlink netlink = RouteNetlink.open(libc)) {
      new PolicyRules(netlink, RoutingPolicy.STANDARD).remove();
      out.println("rules removed");
      removePacketFilter(paths);
      int routes = new WireGuardTable(netlink, RoutingPolicy.STANDARD.table()).clear();
      out.println(routes + " routes removed");
      if (TunnelDevice.remove(netlink, device)) {
        out.println("device " + device + " removed");
      }
    }
  }

  /** Without nft nothing can have made the table. */
  private void removePacketFilter(StatePaths paths) {
    try {
      Firewall.remove(new Nft("nft", paths.stateDirectory()));
      out.println("packet filter removed");
    } catch (HostException e) {
      out.println("no packet filter removed: " + e.getMessage());
    }
  }
}
