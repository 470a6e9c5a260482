package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.AddressPool;
import dev.azwg.wg.datastore.kubernetes.Verdict.Reason;
import dev.azwg.wg.datastore.kubernetes.Verdict.Refusal;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares what a node says of itself with what the platform says of it.
 *
 * <p>Pure: what the platform says is given.
 */
final class RecordCheck {
  private RecordCheck() {}

  /**
   * Judges a record.
   *
   * @param node empty if there is no such Node
   */
  static Verdict check(PeerRecord record, Optional<PlatformNode> node) {
    List<Refusal> refusals = new ArrayList<>();
    if (node.isEmpty()) {
      refusals.add(new Refusal(record.node(), record.node(), Reason.NO_NODE));
      return new Verdict(Optional.empty(), refusals, List.of());
    }
    PlatformNode platform = node.get();
    List<Endpoint> endpoints = endpoints(record, platform, refusals);
    if (endpoints.isEmpty() && !record.endpoints().isEmpty() && record.publicKey().isPresent()) {
      refusals.add(new Refusal(record.node(), record.node(), Reason.NO_ENDPOINT));
      return new Verdict(Optional.empty(), refusals, List.of());
    }
    List<InetAddress> addresses = addresses(record, platform, refusals);
    List<Claim> unproven = new ArrayList<>();
    List<Claim> claims = claims(record, platform, refusals, unproven);
    PeerRecord followed =
        refusals.isEmpty()
            ? record
            : new PeerRecord(
                record.node(),
                record.publicKey(),
                record.keySince(),
                endpoints,
                addresses,
                record.hostScope(),
                claims);
    return new Verdict(Optional.of(followed), refusals, unproven);
  }

  /** Whether an address of a pod could still prove something. */
  static boolean asksForPods(Verdict verdict) {
    return verdict.refusals().stream()
        .anyMatch(refusal -> refusal.reason().equals(Reason.NOT_GIVEN));
  }

  /**
   * Judges a record by the verdict on an earlier one of the same node, if it says nothing that the
   * platform would have to be asked about: every address was there before, and every claim lies in
   * one that was.
   *
   * @param proofHolds whether the earlier verdict is recent enough to prove a claim that has been
   *     made since
   */
  static Optional<Verdict> carry(PeerRecord record, Verdict before, boolean proofHolds) {
    if (!before.isClean()) {
      return Optional.empty();
    }
    PeerRecord known = before.followed().orElseThrow();
    if (namesNewAddress(record, known)) {
      return Optional.empty();
    }
    Map<IpPrefix, Instant> same = new HashMap<>();
    known.claims().forEach(claim -> same.put(claim.prefix(), claim.since()));
    PrefixSet proven = prefixes(known.claims());
    for (Claim claim : record.claims()) {
      boolean unchanged = claim.since().equals(same.get(claim.prefix()));
      if (!unchanged && !(proofHolds && proven.covers(claim.prefix()))) {
        return Optional.empty();
      }
    }
    PrefixSet doubtful = prefixes(before.unproven());
    List<Claim> unproven =
        record.claims().stream().filter(claim -> doubtful.covers(claim.prefix())).toList();
    return Optional.of(new Verdict(Optional.of(record), List.of(), unproven));
  }

  /** Whether {@code record} names an address as the node's that {@code known} did not. */
  static boolean namesNewAddress(PeerRecord record, PeerRecord known) {
    Set<InetAddress> endpoints = new HashSet<>();
    known.endpoints().forEach(endpoint -> endpoints.add(endpoint.address()));
    return !new HashSet<>(known.nodeAddresses()).containsAll(record.nodeAddresses())
        || !record.endpoints().stream().map(Endpoint::address).allMatch(endpoints::contains);
  }

  private static List<Endpoint> endpoints(
      PeerRecord record, PlatformNode platform, List<Refusal> refusals) {
    List<Endpoint> kept = new ArrayList<>();
    for (Endpoint endpoint : record.endpoints()) {
      if (platform.addresses().contains(endpoint.address())) {
        kept.add(endpoint);
      } else {
        refusals.add(new Refusal(record.node(), endpoint.toString(), Reason.ENDPOINT));
      }
    }
    return kept;
  }

  private static List<InetAddress> addresses(
      PeerRecord record, PlatformNode platform, List<Refusal> refusals) {
    List<InetAddress> kept = new ArrayList<>();
    for (InetAddress address : record.nodeAddresses()) {
      if (platform.addresses().contains(address)) {
        kept.add(address);
      } else {
        refusals.add(
            new Refusal(
                record.node(), IpPrefix.hostOf(address).addressText(), Reason.NODE_ADDRESS));
      }
    }
    return kept;
  }

  private static List<Claim> claims(
      PeerRecord record, PlatformNode platform, List<Refusal> refusals, List<Claim> unproven) {
    // Where Azure says what it gave, podCIDRs prove nothing: a kubelet may set its own once.
    PrefixSet given = platform.pool().orElse(platform.podCidrs());
    List<Claim> kept = new ArrayList<>();
    for (Claim claim : record.claims()) {
      IpPrefix prefix = claim.prefix();
      boolean proven = given.covers(prefix) || platform.pods().covers(prefix);
      if (AddressPool.isTooWide(prefix)) {
        refusals.add(new Refusal(record.node(), prefix.toString(), Reason.TOO_WIDE));
      } else if (proven || platform.pool().isEmpty()) {
        kept.add(claim);
        if (!proven) {
          unproven.add(claim);
        }
      } else {
        refusals.add(new Refusal(record.node(), prefix.toString(), Reason.NOT_GIVEN));
      }
    }
    return kept;
  }

  private static PrefixSet prefixes(Collection<Claim> claims) {
    return PrefixSet.of(claims.stream().map(Claim::prefix).toList());
  }
}
