package dev.azwg.wg.device;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PresharedKey;
import dev.azwg.wg.key.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Changes to one peer; what is absent stays as it is.
 *
 * @param publicKey which peer; it is created if the device does not have it
 * @param remove remove the peer; nothing else may then be asked for
 * @param updateOnly do nothing if the device does not have the peer
 * @param presharedKey the new preshared key; {@link PresharedKey#none} takes it away
 * @param endpoint the new endpoint
 * @param persistentKeepalive seconds between keepalives, 0 turns them off
 * @param replaceAllowedIps drop the present allowed IPs first. Between the two the peer has none,
 *     and packets are lost: only for a peer that carries no traffic yet
 * @param allowedIps addresses the peer gets; each is taken from the peer that has it
 * @param removedAllowedIps addresses the peer loses, see {@link WireGuardClient#configure}
 */
public record PeerConfig(
    PublicKey publicKey,
    boolean remove,
    boolean updateOnly,
    Optional<PresharedKey> presharedKey,
    Optional<Endpoint> endpoint,
    OptionalInt persistentKeepalive,
    boolean replaceAllowedIps,
    List<IpPrefix> allowedIps,
    List<IpPrefix> removedAllowedIps) {
  private static final int MAX_KEEPALIVE = 0xffff;

  public PeerConfig {
    allowedIps = List.copyOf(allowedIps);
    removedAllowedIps = List.copyOf(removedAllowedIps);
    if (publicKey.isZero()) {
      throw new IllegalArgumentException("a peer needs a public key that is not all zero");
    }
    if (persistentKeepalive.isPresent()
        && (persistentKeepalive.getAsInt() < 0 || persistentKeepalive.getAsInt() > MAX_KEEPALIVE)) {
      throw new IllegalArgumentException("persistent keepalive is 0 to 65535 seconds");
    }
    if (remove
        && (updateOnly
            || presharedKey.isPresent()
            || endpoint.isPresent()
            || persistentKeepalive.isPresent()
            || replaceAllowedIps
            || !allowedIps.isEmpty()
            || !removedAllowedIps.isEmpty())) {
      throw new IllegalArgumentException("a peer that is removed cannot be changed as well");
    }
  }

  /** The removal of a peer. Removing a peer that the device does not have is no error. */
  public static PeerConfig removal(PublicKey publicKey) {
    return new PeerConfig(
        publicKey,
        true,
        false,
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        false,
        List.of(),
        List.of());
  }

  /** Starts a change of the peer with that key. */
  public static Builder builder(PublicKey publicKey) {
    return new Builder(publicKey);
  }

  /** Collects the changes to a peer. */
  public static final class Builder {
    private final PublicKey publicKey;
    private final List<IpPrefix> allowedIps = new ArrayList<>();
    private final List<IpPrefix> removedAllowedIps = new ArrayList<>();
    private boolean updateOnly;
    private boolean replaceAllowedIps;
    private Optional<PresharedKey> presharedKey = Optional.empty();
    private Optional<Endpoint> endpoint = Optional.empty();
    private OptionalInt persistentKeepalive = OptionalInt.empty();

    private Builder(PublicKey publicKey) {
      this.publicKey = publicKey;
    }

    /** Do nothing if the device does not have the peer. */
    public Builder updateOnly() {
      updateOnly = true;
      return this;
    }

    /** Sets the preshared key. The caller keeps it and wipes it after the configuration. */
    public Builder presharedKey(PresharedKey key) {
      presharedKey = Optional.of(key);
      return this;
    }

    /** Sets where encrypted packets are sent to. */
    public Builder endpoint(Endpoint value) {
      endpoint = Optional.of(value);
      return this;
    }

    /** Sets the seconds between keepalives; 0 turns them off. */
    public Builder persistentKeepalive(int seconds) {
      persistentKeepalive = OptionalInt.of(seconds);
      return this;
    }

    /** Drops the present allowed IPs first: only for a peer that carries no traffic yet. */
    public Builder replaceAllowedIps() {
      replaceAllowedIps = true;
      return this;
    }

    /** Gives the peer an address, taking it from the peer that has it. */
    public Builder allowedIp(IpPrefix prefix) {
      allowedIps.add(prefix);
      return this;
    }

    /** Gives the peer addresses, taking them from the peers that have them. */
    public Builder allowedIps(Collection<IpPrefix> prefixes) {
      allowedIps.addAll(prefixes);
      return this;
    }

    /** Takes an address away from the peer. */
    public Builder removeAllowedIp(IpPrefix prefix) {
      removedAllowedIps.add(prefix);
      return this;
    }

    /** Takes addresses away from the peer. */
    public Builder removeAllowedIps(Collection<IpPrefix> prefixes) {
      removedAllowedIps.addAll(prefixes);
      return this;
    }

    /** The change. */
    public PeerConfig build() {
      return new PeerConfig(
          publicKey,
          false,
          updateOnly,
          presharedKey,
          endpoint,
          persistentKeepalive,
          replaceAllowedIps,
          allowedIps,
          removedAllowedIps);
    }
  }
}
