package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.host.NapiThreading;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the daemon was told to do, checked.
 *
 * @param node this node's name
 * @param datastore where the peer records are
 * @param paths where state is kept
 * @param underlay the NIC that carries the encrypted packets
 * @param device the WireGuard device
 * @param listenPort the device's UDP port
 * @param routing the numbers of the table, the rule and the mark
 * @param userspace the program that provides the device where the kernel does not
 * @param encryption whether this node uses a tunnel at all; always in strict mode
 * @param hostScope whether the node's own traffic belongs into the tunnel
 * @param mode what happens to traffic without a tunnel
 * @param pathPolicy when a pair of nodes counts as working; fallback only in permissive mode
 * @param neverTunnelled prefixes that no peer may claim
 * @param clusterRanges what is refused in strict mode even if nobody claims it
 * @param nft the program that configures the packet filter
 * @param sysctls the kernel's parameters, {@code /proc/sys} or another mount of it
 * @param fabricMtu what the network between the nodes carries unfragmented, 0 for the underlay's
 *     MTU
 * @param mtu the tunnel's MTU, 0 to follow the underlay's
 * @param threadedNapi whether the kernel's device receives in threads
 * @param resync how often everything is read and compared even if nothing said it changed
 * @param runtime where the container runtime looks
 * @param keepConflist whether the plugin's entry is kept in the runtime's list
 * @param ipamPool the state file of azure-vnet-ipam, if this node's pool is read there
 * @param metricsListen where metrics are shown, if anywhere
 * @param logLevel what is logged
 */
record Options(
    String node,
    DatastoreChoice datastore,
    StatePaths paths,
    String underlay,
    String device,
    int listenPort,
    RoutingPolicy routing,
    String userspace,
    boolean encryption,
    boolean hostScope,
    Mode mode,
    PathPolicy pathPolicy,
    List<IpPrefix> neverTunnelled,
    List<IpPrefix> clusterRanges,
    String nft,
    Path sysctls,
    int fabricMtu,
    int mtu,
    NapiThreading.Wish threadedNapi,
    Duration resync,
    RuntimeDirectories runtime,
    boolean keepConflist,
    Optional<Path> ipamPool,
    Optional<InetSocketAddress> metricsListen,
    Log.Level logLevel) {
  Options {
    Objects.requireNonNull(node);
    Objects.requireNonNull(datastore);
    Objects.requireNonNull(paths);
    Objects.requireNonNull(underlay);
    Objects.requireNonNull(device);
    Objects.requireNonNull(routing);
    Objects.requireNonNull(userspace);
    Objects.requireNonNull(mode);
    if (pathPolicy.fallback() && mode == Mode.STRICT) {
      throw new IllegalArgumentException("there is nothing to fall back to in strict mode");
    }
    if (!encryption && mode == Mode.STRICT) {
      throw new IllegalArgumentException("without encryption strict mode refuses all traffic");
    }
    neverTunnelled = List.copyOf(neverTunnelled);
    clusterRanges = List.copyOf(clusterRanges);
    if (mode != Mode.STRICT && !clusterRanges.isEmpty()) {
      throw new IllegalArgumentException("cluster ranges are refused in strict mode only");
    }
    Objects.requireNonNull(nft);
    Objects.requireNonNull(sysctls);
    Objects.requireNonNull(threadedNapi);
    Objects.requireNonNull(resync);
    Objects.requireNonNull(runtime);
    Objects.requireNonNull(ipamPool);
    Objects.requireNonNull(metricsListen);
    Objects.requireNonNull(logLevel);
  }
}
