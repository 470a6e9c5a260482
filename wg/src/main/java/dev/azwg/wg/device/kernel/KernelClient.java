package dev.azwg.wg.device.kernel;

import static dev.azwg.wg.device.kernel.WireGuardFamily.*;

import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.generic.GenericFamily;
import dev.azwg.netlink.generic.GenericNetlink;
import dev.azwg.netlink.generic.GenericRequest;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.DeviceName;
import dev.azwg.wg.device.ParkedPeer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.device.WireGuardClient;
import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.device.WireGuardException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The client of the kernel's WireGuard, for the devices of the network namespace in which it was
 * opened.
 *
 * <p>The kernel applies a message peer by peer and stops at the first error; a change that needs
 * several messages may end between two of them.
 */
public final class KernelClient implements WireGuardClient {
  /** Room for about a thousand allowed IPs; the kernel holds its locks for one message. */
  static final int MESSAGE_LIMIT = 32 << 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final GenericNetlink netlink;
  private final int messageLimit;
  private Optional<GenericFamily> family = Optional.empty();
  private Optional<Boolean> removesInPlace = Optional.empty();

  private KernelClient(GenericNetlink netlink, int messageLimit) {
    this.netlink = netlink;
    this.messageLimit = messageLimit;
  }

  /**
   * Opens a client in the calling thread's network namespace. The kernel loads the module if it has
   * it.
   *
   * @param device the device that this is for, for the error's text
   * @throws WireGuardException with {@code UNSUPPORTED} if the kernel has no WireGuard
   */
  public static KernelClient open(Libc libc, String device) throws WireGuardException {
    return open(libc, device, MESSAGE_LIMIT);
  }

  /** The same with another limit for the attributes of one message. */
  static KernelClient open(Libc libc, String device, int messageLimit) throws WireGuardException {
    try {
      KernelClient client = new KernelClient(GenericNetlink.open(libc), messageLimit);
      try {
        client.family(device);
        return client;
      } catch (IOException e) {
        client.close();
        throw e;
      }
    } catch (NetlinkException e) {
      throw translate(device, e);
    } catch (WireGuardException e) {
      throw e;
    } catch (IOException e) {
      throw new WireGuardException(device, Reason.IO, Errno.NONE, e.toString(), e);
    }
  }

  @Override
  public Device device(String name) throws WireGuardException {
    DeviceName.require(name);
    lock.lock();
    try {
      return GetDeviceDecoder.assemble(
          name,
          withFamily(
              name,
              known ->
                  netlink.dump(
                      new GenericRequest(
                          "WG_CMD_GET_DEVICE",
                          known,
                          WG_CMD_GET_DEVICE,
                          new AttributeWriter().string(WGDEVICE_A_IFNAME, name)),
                      (message, parts) ->
                          parts.accept(GetDeviceDecoder.decode(message.attributes())))));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void configure(String name, DeviceConfig config) throws WireGuardException {
    DeviceName.require(name);
    lock.lock();
    try {
      set(name, ParkedPeer.asDeviceTakesIt(this, name, config));
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Tried with the parked peer, which then exists for a moment: for a peer that does not exist
   * the kernel would not look at the flag. A kernel that does not know the flag's attribute refuses
   * it with EINVAL.
   */
  @Override
  public boolean canRemoveAllowedIp(String name) throws WireGuardException {
    DeviceName.require(name);
    lock.lock();
    try {
      if (removesInPlace.isEmpty()) {
        removesInPlace = Optional.of(probe(name));
      }
      return removesInPlace.get();
    } finally {
      lock.unlock();
    }
  }

  private boolean probe(String name) throws WireGuardException {
    PeerConfig removal =
        PeerConfig.builder(ParkedPeer.KEY).removeAllowedIp(ParkedPeer.PROBE).build();
    try {
      set(name, DeviceConfig.ofPeers(List.of(removal)));
      return true;
    } catch (WireGuardException e) {
      if (e.errno().equals(Errno.EINVAL) || e.errno().equals(Errno.EOPNOTSUPP)) {
        return false;
      }
      throw e;
    } finally {
      set(name, DeviceConfig.ofPeers(List.of(PeerConfig.removal(ParkedPeer.KEY))));
    }
  }

  private void set(String name, DeviceConfig config) throws WireGuardException {
    withFamily(
        name,
        known -> {
          new SetDeviceEncoder(
                  name,
                  messageLimit,
                  attributes ->
                      netlink.request(
                          new GenericRequest(
                              "WG_CMD_SET_DEVICE", known, WG_CMD_SET_DEVICE, attributes)))
              .encode(config);
          return true;
        });
  }

  private <T> T withFamily(String name, Exchange<T> exchange) throws WireGuardException {
    try {
      try {
        return exchange.run(family(name));
      } catch (NetlinkException e) {
        if (!e.isRejectedWith(Errno.ENOENT)) {
          throw e;
        }
        // The module was unloaded, and the number with it; it may be back under another one.
        family = Optional.empty();
        return exchange.run(family(name));
      }
    } catch (NetlinkException e) {
      throw translate(name, e);
    } catch (WireGuardException e) {
      throw e;
    } catch (IOException e) {
      throw new WireGuardException(name, Reason.IO, Errno.NONE, e.toString(), e);
    }
  }

  private GenericFamily family(String name) throws IOException {
    if (family.isEmpty()) {
      family = netlink.family(WG_GENL_NAME);
    }
    return family.orElseThrow(() ->
        new WireGuardException(
            name, Reason.UNSUPPORTED, "this kernel has no WireGuard: no module wireguard"));
  }

  private static WireGuardException translate(String name, NetlinkException e) {
    if (e.reason() == NetlinkException.Reason.REJECTED) {
      return WireGuardException.refused(
          name, e.operation(), e.errno(), e.kernelText().orElse(""), e);
    }
    Reason reason =
        switch (e.reason()) {
          case MALFORMED, UNEXPECTED_REPLY -> Reason.PROTOCOL;
          case TIMEOUT -> Reason.TIMEOUT;
          case REJECTED, SYSTEM_CALL, DUMP_INTERRUPTED, OVERRUN, CLOSED -> Reason.IO;
        };
    return new WireGuardException(name, reason, e.errno(), String.valueOf(e.getMessage()), e);
  }

  /** Closes the socket. Devices stay as they are. */
  @Override
  public void close() {
    netlink.close();
  }

  @FunctionalInterface
  private interface Exchange<T> {
    T run(GenericFamily family) throws IOException;
  }
}
