package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.device.kernel.KernelClient;
import dev.azwg.wg.device.uapi.UapiClient;
import dev.azwg.wg.host.HostException;
import dev.azwg.wg.host.PolicyRules;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.host.UserspaceWireGuard;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.host.nft.Firewall;
import dev.azwg.wg.host.nft.Nft;
import dev.azwg.wg.mesh.TunnelDrain;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Removes what the daemon put into the kernel, in parts, so that a caller can tell the other nodes
 * in between: {@link #bypass}, {@link #awaitSilence}, {@link #remove}.
 */
final class TunnelRemoval implements AutoCloseable {
  private final RouteNetlink netlink;
  private final TunnelDevice device;
  private final String name;
  private final RoutingPolicy routing;
  private final Nft nft;
  private final Path ownPeers;
  private final PrintStream out;

  TunnelRemoval(
      Libc libc, String name, RoutingPolicy routing, Nft nft, Path ownPeers, PrintStream out)
      throws IOException {
    this.netlink = RouteNetlink.open(libc);
    this.device =
        new TunnelDevice(
            name,
            netlink,
            new UserspaceWireGuard("no device is made here", Path.of("/dev/null")),
            () -> KernelClient.open(libc, name),
            new UapiClient());
    this.name = name;
    this.routing = routing;
    this.nft = nft;
    this.ownPeers = ownPeers;
    this.out = out;
  }

  /** From now on nothing that this node sends goes into the tunnel, and what did has arrived. */
  void bypass() throws IOException, InterruptedException {
    new PolicyRules(netlink, routing).remove();
    out.println("rules removed");
    removePacketFilter();
    if (device.find().isPresent()) {
      TimeUnit.NANOSECONDS.sleep(TunnelDrain.IN_FLIGHT.toNanos());
    }
  }

  /** It would refuse what goes around the tunnel now. Without nft nothing can have made it. */
  private void removePacketFilter() {
    try {
      Firewall.remove(nft);
      out.println("packet filter removed");
    } catch (HostException e) {
      out.println("no packet filter removed: " + e.getMessage());
    }
  }

  /**
   * Waits until no peer uses the tunnel any more. What cannot be found out is not waited for.
   *
   * @param bound how long at most
   */
  void awaitSilence(Duration bound) throws IOException, InterruptedException {
    if (bound.isZero() || device.find().isEmpty()) {
      return;
    }
    TunnelDrain drain = new TunnelDrain(peers(), System.nanoTime(), bound);
    if (drain.isOver()) {
      return;
    }
    out.println(
        "waiting until no other node uses the tunnel any more, at most "
            + bound.toSeconds()
            + " s; nodes that may use it: "
            + drain.using());
    do {
      // A device tells nobody that it has received something.
      TimeUnit.NANOSECONDS.sleep(drain.nextIn(System.nanoTime()).toNanos());
    } while (!drain.look(peers(), System.nanoTime()));
    if (drain.using() > 0) {
      out.println("nodes that still use the tunnel and are cut off: " + drain.using());
    }
  }

  private Collection<Peer> peers() throws IOException {
    Optional<TunnelDevice.Attached> found = device.find();
    return found.isPresent()
        ? device.client(found.get().backend()).device(name).peers()
        : List.of();
  }

  /** Removes the routes and the device. */
  void remove() throws IOException {
    Optional<TunnelDevice.Attached> found = device.find();
    int routes = new WireGuardTable(netlink, routing.table()).clear();
    out.println(routes + " routes removed");
    if (found.isPresent()) {
      device.remove(found.get());
      out.println("device " + name + " removed");
    }
    Files.deleteIfExists(ownPeers);
  }

  @Override
  public void close() {
    device.close();
    netlink.close();
  }
}
