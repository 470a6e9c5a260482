package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.wg.datastore.NodeName;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.host.NapiThreading;
import dev.azwg.wg.mesh.MeshConfig;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code azwg-watcher run}: the daemon, in the foreground. */
final class RunCommand {
  /** IFNAMSIZ of linux/if.h less the terminating zero. */
  private static final int MAXIMUM_DEVICE_NAME = 15;

  private final Libc libc;
  private final PrintStream err;

  RunCommand(Libc libc, PrintStream err) {
    this.libc = libc;
    this.err = err;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Runs the daemon in the foreground until SIGTERM or SIGINT. Device, peers, routes and"
                + " rules stay when it ends; 'uninstall' removes them.");
    spec.addOption(option("--node", "NAME", "This node's name. Required."));
    spec.addOption(
        option(
            "--datastore",
            "directory:DIR|kubernetes",
            "Where the nodes publish their records. Required."));
    DatastoreChoice.addOptions(spec);
    spec.addOption(
        option(
            "--verify-records",
            "on|off",
            "on",
            "Whether another node's record is followed only as far as its Node object and Azure's"
                + " NodeNetworkConfig bear it out. Only for --datastore kubernetes."));
    spec.addOption(option("--root", "DIR", "/", "What run/azwg and var/lib/azwg lie below."));
    spec.addOption(
        option("--underlay", "DEVICE", "eth0", "The NIC that carries the encrypted packets."));
    spec.addOption(option("--device", "DEVICE", "azwg0", "The WireGuard device."));
    spec.addOption(option("--listen-port", "PORT", "51820", "The device's UDP port."));
    RoutingOptions.addOptions(spec);
    spec.addOption(
        option(
            "--userspace",
            "PROGRAM",
            "wireguard-go",
            "What provides the device where the kernel has no WireGuard."));
    spec.addOption(
        option(
            "--encryption",
            "on|off",
            "on",
            "Whether this node has a tunnel to the others. Off: it publishes no key and is reached"
                + " unencrypted, or not at all by nodes in strict mode; a tunnel that it had goes"
                + " once no node uses it any more. Off contradicts --mode strict."));
    spec.addOption(
        option("--host-scope", "on|off", "on", "Whether the node's own traffic is encrypted too."));
    spec.addOption(
        option(
            "--mode",
            "permissive|strict",
            "permissive",
            "Traffic to a node without a tunnel: unencrypted, or refused."));
    spec.addOption(
        option(
            "--fallback",
            "on|off",
            "off",
            "Whether traffic to a peer that is not heard any more leaves the tunnel, unencrypted,"
                + " until the peer works again. Only with --mode permissive."));
    spec.addOption(
        option(
            "--never-tunnel",
            "PREFIXES",
            "",
            "Prefixes, separated by commas, that no node may claim, such as the API server's."));
    spec.addOption(
        option(
            "--cluster-ranges",
            "PREFIXES",
            "",
            "Prefixes, separated by commas, that the addresses of nodes and pods come from: what is"
                + " in them and belongs to no node with a working tunnel is refused too, except for"
                + " --never-tunnel. Only with --mode strict."));
    spec.addOption(
        option(
            "--nft",
            "PROGRAM",
            "nft",
            "Configures the packet filter. Without it policy rules take the place of marks, and"
                + " plaintext is neither counted nor refused on its way in."));
    spec.addOption(
        option(
            "--sysctl-dir",
            "DIR",
            "/proc/sys",
            "The kernel's parameters. For a container, where /proc/sys is read-only: the folder that"
                + " has the node's /proc/sys/net mounted at net."));
    spec.addOption(
        option(
            "--fabric-mtu",
            "BYTES",
            Integer.toString(MeshConfig.AZURE_FABRIC_MTU),
            "What the network between the nodes carries unfragmented, 0 for the underlay's MTU."));
    spec.addOption(
        option(
            "--mtu",
            "BYTES",
            "0",
            "The MTU of the device and of pods, 0 for what fits the underlay and the network between"
                + " the nodes, followed live."));
    spec.addOption(
        option(
            "--threaded-napi",
            "on|off|leave",
            "leave",
            "Whether the kernel receives the device's packets in threads of their own. Only for the"
                + " kernel's WireGuard, and only where the kernel can."));
    spec.addOption(option("--resync", "DURATION", "30s", "How often everything is compared anew."));
    spec.addOption(
        option(
            "--keep-conflist",
            "on|off",
            "on",
            "Whether the plugin is kept the last entry of the runtime's network configuration list,"
                + " once it is installed there ('install')."));
    RuntimeDirectories.addOptions(spec);
    spec.addOption(
        option(
            "--ipam-pool",
            "FILE",
            "",
            "The state file of azure-vnet-ipam (/var/run/azure-vnet-ipam.json), for clusters whose"
                + " pods have addresses of the nodes' subnet: all addresses that it names are"
                + " claimed before a pod has them. With --datastore kubernetes and without this, the"
                + " node's NodeNetworkConfig is read."));
    spec.addOption(
        option(
            "--metrics-listen",
            "ADDRESS:PORT",
            "",
            "Where GET /metrics is answered with Prometheus metrics, such as 127.0.0.1:9586;"
                + " nowhere if absent. The answer names the nodes' keys and addresses to whoever"
                + " reaches the address."));
    spec.addOption(
        option("--log-level", "error|warn|info|debug", "info", "What is logged to stderr."));
    OptionText.addHelp(spec);
    return spec;
  }

  int execute(ParseResult parsed) {
    Options options = options(new OptionText(parsed));
    InstantSource clock = InstantSource.system();
    Log log = new Log(err, clock, options.logLevel());
    Signals signals = new Signals();
    try (StopOnSignal _ = StopOnSignal.install(signals, log)) {
      Watcher.run(options, libc, clock, signals, log);
      return 0;
    } catch (IOException e) {
      log.error("the watcher cannot run", "error", e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    }
  }

  private static Options options(OptionText text) {
    Mode mode = text.value("--mode", OptionText.oneOf(Mode.values()));
    boolean verify = text.value("--verify-records", OptionText::onOrOff);
    return new Options(
        text.value("--node", RunCommand::node),
        text.value(
            "--datastore", value -> DatastoreChoice.of(value, text, System.getenv(), verify)),
        new StatePaths(text.value("--root", Path::of)),
        text.value("--underlay", RunCommand::device),
        text.value("--device", RunCommand::device),
        text.value("--listen-port", OptionText.number(1, 65534)),
        RoutingOptions.of(text),
        text.value("--userspace", program -> program),
        text.value("--encryption", value -> encryption(value, mode)),
        text.value("--host-scope", OptionText::onOrOff),
        mode,
        text.value("--fallback", value -> PathPolicy.standard(fallback(value, mode))),
        text.value("--never-tunnel", RunCommand::prefixes),
        text.value("--cluster-ranges", value -> clusterRanges(value, mode)),
        text.value("--nft", program -> program),
        text.value("--sysctl-dir", Path::of),
        text.value("--fabric-mtu", RunCommand::fabricMtu),
        text.value("--mtu", RunCommand::mtu),
        text.value("--threaded-napi", OptionText.oneOf(NapiThreading.Wish.values())),
        text.value("--resync", RunCommand::resync),
        RuntimeDirectories.of(text, text.value("--root", Path::of)),
        text.value("--keep-conflist", OptionText::onOrOff),
        text.value("--ipam-pool", RunCommand::ipamPool),
        text.value("--metrics-listen", RunCommand::metricsListen),
        text.value("--log-level", OptionText.oneOf(Log.Level.values())));
  }

  private static String node(String text) {
    if (!NodeName.isValid(text)) {
      throw new IllegalArgumentException("is not a node name (RFC 1123)");
    }
    return text;
  }

  private static String device(String text) {
    boolean valid = !text.isEmpty() && text.length() <= MAXIMUM_DEVICE_NAME;
    for (int i = 0; i < text.length() && valid; i++) {
      char c = text.charAt(i);
      valid = c > ' ' && c < 0x7f && c != '/' && c != ':';
    }
    if (!valid || text.equals(".") || text.equals("..")) {
      throw new IllegalArgumentException("is not the name of a network device");
    }
    return text;
  }

  private static List<IpPrefix> prefixes(String text) {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      if (!each.isEmpty()) {
        try {
          prefixes.add(IpPrefix.parse(each));
        } catch (AddressException e) {
          throw new IllegalArgumentException("has a bad prefix: " + e.getMessage(), e);
        }
      }
    }
    return prefixes;
  }

  private static List<IpPrefix> clusterRanges(String text, Mode mode) {
    List<IpPrefix> ranges = prefixes(text);
    if (mode != Mode.STRICT && !ranges.isEmpty()) {
      throw new IllegalArgumentException("is for --mode strict only");
    }
    // Constructing a configuration is what knows the bounds.
    return new MeshConfig(true, mode, List.of(), ranges, 0, 0).clusterRanges();
  }

  private static boolean fallback(String text, Mode mode) {
    boolean fallback = OptionText.onOrOff(text);
    if (fallback && mode == Mode.STRICT) {
      throw new IllegalArgumentException("contradicts --mode strict");
    }
    return fallback;
  }

  private static boolean encryption(String text, Mode mode) {
    boolean encryption = OptionText.onOrOff(text);
    if (!encryption && mode == Mode.STRICT) {
      throw new IllegalArgumentException(
          "contradicts --mode strict, which would refuse all traffic of this node");
    }
    return encryption;
  }

  private static int fabricMtu(String text) {
    int mtu = OptionText.number(0, 65535).parse(text);
    // Constructing a configuration is what knows the bounds.
    return new MeshConfig(true, Mode.PERMISSIVE, List.of(), mtu).fabricMtu();
  }

  private static int mtu(String text) {
    int mtu = OptionText.number(0, 65535).parse(text);
    return new MeshConfig(true, Mode.PERMISSIVE, List.of(), List.of(), 0, mtu).mtu();
  }

  private static Optional<Path> ipamPool(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  private static Optional<InetSocketAddress> metricsListen(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Endpoint.parse(text)
            .map(endpoint -> new InetSocketAddress(endpoint.address(), endpoint.port()))
            .orElseThrow(
                () -> new IllegalArgumentException("is not ADDRESS:PORT or [ADDRESS]:PORT")));
  }

  private static Duration resync(String text) {
    Duration resync = OptionText.duration(text);
    if (resync.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("is shorter than a second");
    }
    return resync;
  }
}
