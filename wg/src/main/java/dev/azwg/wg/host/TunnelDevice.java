package dev.azwg.wg.host;

import static dev.azwg.netlink.route.RouteConstants.IFF_UP;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.route.Address;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.WireGuardClient;
import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.key.PrivateKey;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Drift;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The WireGuard device: found and adopted, or made by the kernel, or else by a userspace
 * implementation; then kept in its settings. A device that exists is never made anew, since that
 * would cut every peer off.
 */
public final class TunnelDevice implements AutoCloseable {
  /** Who provides the device. */
  public enum Backend {
    KERNEL,
    USERSPACE
  }

  /** The device as it was found or made. */
  public record Attached(Link link, Backend backend) {}

  /**
   * The settings of the device that do not come from the mesh.
   *
   * @param key the node's private key
   * @param listenPort the UDP port
   * @param fwmark what encrypted packets are marked with
   */
  public record Settings(PrivateKey key, PublicKey publicKey, int listenPort, int fwmark) {}

  /**
   * The device with its settings as they should be.
   *
   * @param keyKept whether it had the node's key before
   * @param corrected the settings that were different
   */
  public record Configured(Device device, boolean keyKept, List<Drift> corrected) {
    public Configured {
      corrected = List.copyOf(corrected);
    }
  }

  /**
   * The device's link as it should be.
   *
   * @param link as it is now
   * @param corrected what was different
   */
  public record Settled(Link link, List<Drift> corrected) {
    public Settled {
      corrected = List.copyOf(corrected);
    }
  }

  /** Opens the client of the kernel's WireGuard, which only answers where the kernel has it. */
  @FunctionalInterface
  public interface KernelClients {
    /** Opens the client. */
    WireGuardClient open() throws WireGuardException;
  }

  private static final String KERNEL_KIND = "wireguard";

  // What userspace implementations provide the device with: drivers/net/tun.c
  private static final String USERSPACE_KIND = "tun";

  private final String name;
  private final RouteNetlink netlink;
  private final UserspaceWireGuard userspace;
  private final KernelClients kernelClients;
  private final WireGuardClient userspaceClient;
  private @Nullable WireGuardClient kernelClient;

  public TunnelDevice(
      String name,
      RouteNetlink netlink,
      UserspaceWireGuard userspace,
      KernelClients kernelClients,
      WireGuardClient userspaceClient) {
    this.name = Objects.requireNonNull(name);
    this.netlink = netlink;
    this.userspace = userspace;
    this.kernelClients = kernelClients;
    this.userspaceClient = userspaceClient;
  }

  /** The client that speaks to a device's provider. */
  public synchronized WireGuardClient client(Backend backend) throws WireGuardException {
    if (backend == Backend.USERSPACE) {
      return userspaceClient;
    }
    WireGuardClient client = kernelClient;
    if (client == null) {
      client = kernelClients.open();
      kernelClient = client;
    }
    return client;
  }

  @Override
  public synchronized void close() {
    WireGuardClient client = kernelClient;
    if (client != null) {
      client.close();
    }
  }

  /**
   * Finds the device, or makes it.
   *
   * @throws HostException with reason {@code NAME_TAKEN} or {@code NO_WIREGUARD}
   */
  public Attached attach() throws IOException {
    Optional<Attached> existing = find();
    if (existing.isPresent()) {
      return existing.get();
    }
    Backend made = make();
    Link link =
        netlink
            .link(name)
            .orElseThrow(() ->
                new HostException(
                    HostException.Reason.NO_WIREGUARD,
                    name,
                    "the device was made and is not there"));
    return new Attached(link, made);
  }

  /**
   * Gives the device its name back, if it has been given another one.
   *
   * @param formerIndex the device's interface index when it last had its name
   * @return the name it had, empty if it had not been renamed or is gone
   */
  public Optional<String> restoreName(int formerIndex) throws IOException {
    if (netlink.link(name).isPresent()) {
      return Optional.empty();
    }
    Optional<Link> renamed = netlink.link(formerIndex);
    if (renamed.isPresent()) {
      backendOf(renamed.get());
      try {
        netlink.renameLink(formerIndex, name);
      } catch (NetlinkException e) {
        if (!e.isRejectedWith(Errno.EBUSY)) {
          throw e;
        }
        netlink.setLinkUp(formerIndex, false);
        netlink.renameLink(formerIndex, name);
      }
    }
    return renamed.map(Link::name);
  }

  /**
   * Finds the device.
   *
   * @throws HostException with reason {@code NAME_TAKEN}
   */
  public Optional<Attached> find() throws IOException {
    Optional<Link> existing = netlink.link(name);
    return existing.isPresent()
        ? Optional.of(new Attached(existing.get(), backendOf(existing.get())))
        : Optional.empty();
  }

  /** Removes the device; with a userspace implementation that ends the implementation too. */
  public void remove(Attached attached) throws IOException {
    netlink.deleteLink(attached.link().index());
  }

  private static Backend backendOf(Link link) throws HostException {
    return switch (link.kind()) {
      case KERNEL_KIND -> Backend.KERNEL;
      case USERSPACE_KIND -> Backend.USERSPACE;
      default ->
          throw new HostException(
              HostException.Reason.NAME_TAKEN,
              link.name(),
              "is a network interface of kind '" + link.kind() + "', not a WireGuard device");
    };
  }

  private Backend make() throws IOException {
    try {
      netlink.createLink(name, KERNEL_KIND);
      return Backend.KERNEL;
    } catch (NetlinkException e) {
      // rtnetlink's answer to a kind it has no driver for.
      if (!e.isRejectedWith(Errno.EOPNOTSUPP)) {
        throw e;
      }
    }
    userspace.start(name);
    return Backend.USERSPACE;
  }

  /**
   * Brings key, port and mark to what they should be, each only if it differs.
   *
   * @return the device as it is then
   */
  public Configured configure(Attached attached, Settings settings) throws IOException {
    WireGuardClient client = client(attached.backend());
    Device device = client.device(name);
    DeviceConfig.Builder change = DeviceConfig.builder();
    boolean keyKept = device.publicKey().equals(Optional.of(settings.publicKey()));
    List<Drift> corrected = new ArrayList<>();
    if (!keyKept) {
      change.privateKey(settings.key());
      corrected.add(
          new Drift(
              Drift.Kind.KEY,
              "public key was " + device.publicKey().map(PublicKey::toString).orElse("none")));
    }
    if (device.listenPort() != settings.listenPort()) {
      change.listenPort(settings.listenPort());
      corrected.add(new Drift(Drift.Kind.LISTEN_PORT, "port was " + device.listenPort()));
    }
    if (device.fwmark() != settings.fwmark()) {
      change.fwmark(settings.fwmark());
      corrected.add(
          new Drift(Drift.Kind.FWMARK, "mark was 0x" + Integer.toHexString(device.fwmark())));
    }
    if (corrected.isEmpty()) {
      return new Configured(device, true, corrected);
    }
    client.configure(name, change.build());
    return new Configured(client.device(name), keyKept, corrected);
  }

  /** Brings MTU, addresses and the up flag to what they should be. */
  public Settled settle(Attached attached, int mtu, List<InetAddress> addresses)
      throws IOException {
    Link link = attached.link();
    List<Drift> corrected = new ArrayList<>();
    if (link.mtu() != mtu) {
      netlink.setLinkMtu(link.index(), mtu);
      corrected.add(new Drift(Drift.Kind.DEVICE_MTU, "MTU was " + link.mtu()));
    }
    List<InetAddress> missing = new ArrayList<>(addresses);
    List<Address> surplus = new ArrayList<>();
    for (Address address : netlink.addresses(link.index())) {
      boolean wanted = missing.remove(address.address());
      if (!wanted && !address.address().isLinkLocalAddress()) {
        surplus.add(address);
      }
    }
    for (InetAddress address : missing) {
      IpPrefix host = IpPrefix.hostOf(address);
      netlink.addAddress(Address.of(link.index(), address, host.length()));
      corrected.add(address(address, "was missing"));
    }
    // Only now: with a link's last IPv4 address the kernel removes all its IPv4 routes.
    for (Address address : surplus) {
      netlink.deleteAddress(address);
      corrected.add(address(address.address(), "was surplus"));
    }
    if (!link.isUp()) {
      netlink.setLinkUp(link.index(), true);
      corrected.add(new Drift(Drift.Kind.DEVICE_DOWN, "was down"));
    }
    return new Settled(link.withMtu(mtu).withFlags(link.flags() | IFF_UP), corrected);
  }

  private static Drift address(InetAddress address, String what) {
    return new Drift(Drift.Kind.DEVICE_ADDRESS, address.getHostAddress() + " " + what);
  }
}
