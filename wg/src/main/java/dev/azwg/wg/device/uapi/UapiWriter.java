package dev.azwg.wg.device.uapi;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.key.SecretKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes requests, in pieces of bounded size however many peers there are. The buffer is wiped when
 * the writer is closed, because a private key may have passed through it.
 */
final class UapiWriter implements AutoCloseable {
  /** More than the longest line: {@code preshared_key=} and 64 digits. */
  private static final int LONGEST_LINE = 128;

  private static final int BUFFER = 64 << 10;
  private static final int KEY_HEX_LENGTH = 2 * PublicKey.BYTES;

  private final UapiOutput output;
  private final byte[] buffer = new byte[BUFFER];
  private int length;

  UapiWriter(UapiOutput output) {
    this.output = output;
  }

  /** Asks for the device. */
  void get() throws IOException {
    line("get=", "1");
    end();
  }

  /** Asks for a change. Removals must be possible in place on that device. */
  void set(DeviceConfig config) throws IOException {
    line("set=", "1");
    if (config.privateKey().isPresent()) {
      secret("private_key=", config.privateKey().get());
    }
    if (config.listenPort().isPresent()) {
      line("listen_port=", Integer.toString(config.listenPort().getAsInt()));
    }
    if (config.fwmark().isPresent()) {
      line("fwmark=", Integer.toUnsignedString(config.fwmark().getAsInt()));
    }
    if (config.replacePeers()) {
      line("replace_peers=", "true");
    }
    for (PeerConfig peer : config.peers()) {
      peer(peer);
    }
    end();
  }

  private void peer(PeerConfig peer) throws IOException {
    // This line starts the peer; all that follows is about it.
    text("public_key=");
    reserve(KEY_HEX_LENGTH);
    peer.publicKey().writeHex(buffer, length);
    length += KEY_HEX_LENGTH;
    text("\n");
    if (peer.remove()) {
      line("remove=", "true");
    }
    if (peer.updateOnly()) {
      line("update_only=", "true");
    }
    if (peer.presharedKey().isPresent()) {
      secret("preshared_key=", peer.presharedKey().get());
    }
    if (peer.endpoint().isPresent()) {
      line("endpoint=", peer.endpoint().get().toString());
    }
    if (peer.persistentKeepalive().isPresent()) {
      line(
          "persistent_keepalive_interval=",
          Integer.toString(peer.persistentKeepalive().getAsInt()));
    }
    if (peer.replaceAllowedIps()) {
      line("replace_allowed_ips=", "true");
    }
    for (IpPrefix prefix : peer.allowedIps()) {
      line("allowed_ip=", prefix.toString());
    }
    for (IpPrefix prefix : peer.removedAllowedIps()) {
      line("allowed_ip=-", prefix.toString());
    }
  }

  private void secret(String key, SecretKey value) throws IOException {
    text(key);
    reserve(KEY_HEX_LENGTH);
    value.writeHex(buffer, length);
    length += KEY_HEX_LENGTH;
    text("\n");
  }

  private void line(String key, String value) throws IOException {
    text(key);
    text(value);
    text("\n");
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    reserve(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  private void end() throws IOException {
    text("\n");
    flush();
  }

  private void reserve(int more) throws IOException {
    if (more > LONGEST_LINE) {
      throw new IllegalArgumentException("a value of " + more + " characters");
    }
    if (length + more > buffer.length) {
      flush();
    }
  }

  private void flush() throws IOException {
    output.write(buffer, length);
    length = 0;
  }

  @Override
  public void close() {
    Arrays.fill(buffer, (byte) 0);
  }
}
