package dev.azwg.wg.device.uapi;

import dev.azwg.netlink.libc.Errno;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PrivateKey;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads answers. Everything is checked; keys that are not known are left out, as the protocol asks.
 */
final class UapiReader {
  private static final long MAX_U32 = 0xffff_ffffL;

  /** MAX_ERRNO of linux/err.h. */
  private static final long MAX_ERRNO = 4095;

  private final String name;
  private final UapiLines lines;
  private final List<Peer> peers = new ArrayList<>();
  private final Set<PublicKey> seen = new HashSet<>();
  private Optional<PublicKey> publicKey = Optional.empty();
  private Optional<UapiPeer> current = Optional.empty();
  private int listenPort;
  private int fwmark;

  UapiReader(String name, UapiLines lines) {
    this.name = name;
    this.lines = lines;
  }

  /** The answer to {@code get}: a device, or the error number that the other side gives. */
  UapiAnswer<Device> device() throws IOException {
    Errno errno = readToErrno(true);
    finishPeer();
    return new UapiAnswer<>(errno, new Device(name, publicKey, listenPort, fwmark, peers));
  }

  /** The answer to {@code set}: an error number, {@link Errno#NONE} if all is well. */
  Errno result() throws IOException {
    return readToErrno(false);
  }

  private Errno readToErrno(boolean device) throws IOException {
    Errno errno = null;
    while (lines.next()) {
      String key = lines.key();
      if (errno != null) {
        throw lines.malformed("comes after errno");
      } else if (key.equals("errno")) {
        // wireguard-go answers with negative numbers, the protocol's text speaks of positive ones.
        errno = new Errno((int) lines.magnitude(MAX_ERRNO));
      } else if (device) {
        deviceLine(key);
      }
    }
    if (errno == null) {
      throw lines.malformed("the answer has no errno");
    }
    return errno;
  }

  private void deviceLine(String key) throws IOException {
    switch (key) {
      case "private_key" -> publicKey = publicKeyOfPrivate();
      case "listen_port" -> listenPort = (int) lines.number(0xffff);
      case "fwmark" -> fwmark = (int) lines.number(MAX_U32);
      case "public_key" -> startPeer();
      default -> {
        if (current.isPresent()) {
          current.get().line(key, lines);
        } else if (UapiPeer.KEYS.contains(key)) {
          throw lines.malformed("belongs to a peer, and none has been started");
        }
      }
    }
  }

  private Optional<PublicKey> publicKeyOfPrivate() throws IOException {
    try {
      Optional<PrivateKey> key =
          PrivateKey.parseHex(lines.bytes(), lines.valueOffset(), lines.valueLength());
      Optional<PublicKey> result = key.map(PrivateKey::publicKey);
      key.ifPresent(PrivateKey::close);
      return result;
    } catch (KeyFormatException e) {
      throw lines.malformed(e.reason().toString());
    }
  }

  private void startPeer() throws IOException {
    finishPeer();
    try {
      PublicKey key = PublicKey.parseHex(lines.bytes(), lines.valueOffset(), lines.valueLength());
      if (!seen.add(key)) {
        throw lines.malformed("the peer " + key + " comes twice");
      }
      current = Optional.of(new UapiPeer(key));
    } catch (KeyFormatException e) {
      throw lines.malformed(e.reason().toString());
    }
  }

  private void finishPeer() {
    current.ifPresent(peer -> peers.add(peer.toPeer()));
    current = Optional.empty();
  }
}
