package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.datastore.DirectoryDatastore;
import dev.azwg.wg.datastore.NodeName;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.host.WireGuardTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code azwg-watcher uninstall}: removes what the daemon put into the kernel, in the order that
 * loses no packet: the rule first, so that nothing is sent into the tunnel any more, then the
 * routes, then the device.
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
            "Removes the rules, routes and device of the daemon, which must not be running. With"
                + " --node and --datastore it takes this node's record back too. The key stays.");
    spec.addOption(option("--root", "DIR", "/", "The daemon's --root."));
    spec.addOption(option("--device", "DEVICE", "azwg0", "The WireGuard device."));
    spec.addOption(option("--node", "NAME", "", "This node's name."));
    spec.addOption(option("--datastore", "directory:DIR", "", "The daemon's --datastore."));
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
    try {
      requireNoDaemon(paths);
      // First: whatever the datastore says, this node must not send into a tunnel any more.
      removeFromKernel(device);
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

  private void removeFromKernel(String device) throws IOException {
    try (RouteNetlink netlink = RouteNetlink.open(libc)) {
      new PolicyRules(netlink, WireGuardTable.TABLE).remove();
      out.println("rules removed");
      Optional<Link> link = netlink.link(device);
      WireGuardTable table = new WireGuardTable(netlink, WireGuardTable.TABLE);
      int index = link.map(Link::index).orElse(0);
      int routes = table.apply(table.observe(index), new TreeMap<>(), index);
      out.println(routes + " routes removed");
      if (TunnelDevice.remove(netlink, device)) {
        out.println("device " + device + " removed");
      }
    }
  }

  private static void requireNoDaemon(StatePaths paths) throws IOException {
    if (!paths.lock().toFile().exists()) {
      return;
    }
    try (FileChannel channel = FileChannel.open(paths.lock(), StandardOpenOption.WRITE)) {
      if (channel.tryLock() == null) {
        throw new IOException("the watcher is running: stop it first");
      }
    }
  }
}
