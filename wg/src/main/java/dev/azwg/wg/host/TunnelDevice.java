package dev.azwg.wg.host;

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
   */
  public record Configured(Device device, boolean keyKept) {}

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
    boolean differs = false;
    if (!keyKept) {
      change.privateKey(settings.key());
      differs = true;
    }
    if (device.listenPort() != settings.listenPort()) {
      change.listenPort(settings.listenPort());
      differs = true;
    }
    if (device.fwmark() != settings.fwmark()) {
      change.fwmark(settings.fwmark());
      differs = true;
    }
    if (!differs) {
      return new Configured(device, true);
    }
    client.configure(name, change.build());
    return new Configured(client.device(name), keyKept);
  }

  /** Brings MTU, addresses and the up flag to what they should be. */
  public void settle(Attached attached, int mtu, List<InetAddress> addresses) throws IOException {
    Link link = attached.link();
    if (link.mtu() != mtu) {
      netlink.setLinkMtu(link.index(), mtu);
    }
    List<InetAddress> missing = new ArrayList<>(addresses);
    for (Address address : netlink.addresses(link.index())) {
      boolean wanted = missing.remove(address.address());
      if (!wanted && !address.address().isLinkLocalAddress()) {
        netlink.deleteAddress(address);
      }
    }
    for (InetAddress address : missing) {
      IpPrefix host = IpPrefix.hostOf(address);
      netlink.addAddress(Address.of(link.index(), address, host.length()));
    }
    if (!link.isUp()) {
      netlink.setLinkUp(link.index(), true);
    }
  }
}
