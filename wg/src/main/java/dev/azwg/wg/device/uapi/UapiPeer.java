package dev.azwg.wg.device.uapi;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PresharedKey;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Collects the lines of one peer. */
final class UapiPeer {
  /** The keys that only make sense after {@code public_key}. */
  static final Set<String> KEYS =
      Set.of(
          "preshared_key",
          "endpoint",
          "persistent_keepalive_interval",
          "last_handshake_time_sec",
          "last_handshake_time_nsec",
          "rx_bytes",
          "tx_bytes",
          "allowed_ip");

  private final PublicKey publicKey;
  private final List<IpPrefix> allowedIps = new ArrayList<>();
  private Optional<Endpoint> endpoint = Optional.empty();
  private int persistentKeepalive;
  private long handshakeSeconds;
  private int handshakeNanos;
  private long rxBytes;
  private long txBytes;
  private boolean hasPresharedKey;

  UapiPeer(PublicKey publicKey) {
    this.publicKey = publicKey;
  }

  void line(String key, UapiLines lines) throws IOException {
    switch (key) {
      case "preshared_key" -> hasPresharedKey = isSecretSet(lines);
      case "endpoint" -> endpoint = endpoint(lines);
      case "persistent_keepalive_interval" -> persistentKeepalive = (int) lines.number(0xffff);
      case "last_handshake_time_sec" ->
          handshakeSeconds = lines.number(Instant.MAX.getEpochSecond());
      case "last_handshake_time_nsec" -> handshakeNanos = (int) lines.number(999_999_999);
      case "rx_bytes" -> rxBytes = lines.number(Long.MAX_VALUE);
      case "tx_bytes" -> txBytes = lines.number(Long.MAX_VALUE);
      case "allowed_ip" -> allowedIp(lines).ifPresent(allowedIps::add);
      default -> {
        // A newer implementation may tell more.
      }
    }
  }

  Peer toPeer() {
    boolean never = handshakeSeconds == 0 && handshakeNanos == 0;
    return new Peer(
        publicKey,
        endpoint,
        allowedIps,
        never
            ? Optional.empty()
            : Optional.of(Instant.ofEpochSecond(handshakeSeconds, handshakeNanos)),
        rxBytes,
        txBytes,
        persistentKeepalive,
        hasPresharedKey);
  }

  private static boolean isSecretSet(UapiLines lines) throws IOException {
    try (PresharedKey key =
        PresharedKey.parseHex(lines.bytes(), lines.valueOffset(), lines.valueLength())) {
      return !key.isNone();
    } catch (KeyFormatException e) {
      throw lines.malformed(e.reason().toString());
    }
  }

  /**
   * A peer may have roamed to an address or port that is none for us, for instance a link-local
   * one: then there is no endpoint, but reading the device must not fail for it.
   */
  private static Optional<Endpoint> endpoint(UapiLines lines) {
    return Endpoint.parse(lines.value());
  }

  /**
   * An IPv4-mapped IPv6 prefix, which only a foreign tool can have set, never matches a packet and
   * is left out.
   */
  private static Optional<IpPrefix> allowedIp(UapiLines lines) throws IOException {
    String text = lines.value();
    try {
      IpPrefix prefix = IpPrefix.parse(text);
      return prefix.isIpv4() && text.indexOf(':') >= 0 ? Optional.empty() : Optional.of(prefix);
    } catch (AddressException e) {
      throw lines.malformed(e.reason().toString());
    }
  }
}
