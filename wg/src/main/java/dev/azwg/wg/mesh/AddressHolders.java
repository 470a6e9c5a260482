package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.TunnelPolicy;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Which node holds which address. The newest claim holds; of claims of the same instant the one of
 * the node whose name sorts first, so that every node decides alike. A node's own addresses are not
 * to be had by a claim at all, nor those of a peer whose tunnel works by a node that has none.
 *
 * <p>This is about claims of the same prefix. A range and an address in it may have different
 * holders: routing and allowed IPs take the longer prefix, so that the claim of a single address
 * holds against that of any range it lies in.
 */
final class AddressHolders {
  private record Holder(String node, boolean live, Instant since) {
    /** Whether this holder keeps what {@code other} claims too. */
    boolean outranks(Holder other) {
      int order = live == other.live ? since.compareTo(other.since) : live ? 1 : -1;
      return order > 0 || (order == 0 && node.compareTo(other.node) < 0);
    }
  }

  private final MeshConfig config;
  private final LocalNode self;
  private final Instant latest;
  private final SortedSet<Finding> findings;
  private final Set<IpPrefix> ownPods = new HashSet<>();
  private final TreeMap<IpPrefix, Holder> nodeAddresses = new TreeMap<>();
  private final Map<IpPrefix, Holder> claims = new HashMap<>();

  /**
   * Begins with what this node knows from its own kernel and ledger, which no record outranks.
   *
   * @param latest instants after this one are not believed
   */
  AddressHolders(MeshConfig config, LocalNode self, Instant latest, SortedSet<Finding> findings) {
    this.config = config;
    this.self = self;
    this.latest = latest;
    this.findings = findings;
    for (Claim claim : self.claims()) {
      ownPods.add(claim.prefix());
    }
  }

  /**
   * All node addresses come before the first claim.
   *
   * @param live whether a tunnel to the node works
   */
  void nodeAddresses(String node, boolean live, Instant since, List<InetAddress> addresses) {
    for (InetAddress address : addresses) {
      IpPrefix host = IpPrefix.hostOf(address);
      if (!node.equals(self.name()) && ownPods.contains(host)) {
        findings.add(
            new Finding(
                Finding.Kind.NODE_ADDRESS_OF_OWN_POD, node, host.toString(), "held by this node"));
      } else if (admissible(node, host)) {
        hold(nodeAddresses, host, new Holder(node, live, since));
      }
    }
  }

  void claims(String node, List<Claim> ofNode) {
    Holder last = new Holder(node, false, Instant.MIN);
    for (Claim claim : ofNode) {
      if (claim.since().isAfter(latest)) {
        findings.add(
            new Finding(
                Finding.Kind.FUTURE_INSTANT,
                node,
                claim.prefix().toString(),
                claim.since().toString()));
      } else if (admissible(node, claim.prefix()) && !coversNodeAddress(node, claim.prefix())) {
        if (!last.since().equals(claim.since())) {
          last = new Holder(node, false, claim.since());
        }
        hold(claims, claim.prefix(), last);
      }
    }
  }

  boolean holdsNodeAddress(String node, InetAddress address) {
    Holder holder = nodeAddresses.get(IpPrefix.hostOf(address));
    return holder != null && holder.node().equals(node);
  }

  /** The addresses of a node that it names and holds. */
  List<IpPrefix> nodeAddressesOf(PeerRecord record) {
    List<IpPrefix> held = new ArrayList<>();
    for (InetAddress address : record.nodeAddresses()) {
      if (holdsNodeAddress(record.node(), address)) {
        held.add(IpPrefix.hostOf(address));
      }
    }
    return held;
  }

  /** Every claimed prefix that somebody holds. Not modifiable. */
  Set<IpPrefix> claimed() {
    return Collections.unmodifiableSet(claims.keySet());
  }

  /** The node that holds one of them. */
  String claimant(IpPrefix claimed) {
    return Objects.requireNonNull(claims.get(claimed)).node();
  }

  private void hold(Map<IpPrefix, Holder> held, IpPrefix prefix, Holder contender) {
    Holder current = held.get(prefix);
    boolean taken = current == null || contender.outranks(current);
    if (current != null && !current.node().equals(contender.node())) {
      Holder loser = taken ? current : contender;
      Holder winner = taken ? contender : current;
      findings.add(
          new Finding(
              Finding.Kind.SUPERSEDED_CLAIM,
              loser.node(),
              prefix.toString(),
              "held by " + winner.node()));
    }
    if (taken) {
      held.put(prefix, contender);
    }
  }

  private boolean admissible(String node, IpPrefix prefix) {
    String rule = forbiddingRule(prefix);
    if (rule.isEmpty()) {
      return true;
    }
    findings.add(new Finding(Finding.Kind.FORBIDDEN_ADDRESS, node, prefix.toString(), rule));
    return false;
  }

  private String forbiddingRule(IpPrefix prefix) {
    TunnelPolicy.Rule policy = TunnelPolicy.forbidding(prefix);
    if (policy != null) {
      return policy.name();
    }
    for (IpPrefix excluded : config.neverTunnelled()) {
      if (excluded.overlaps(prefix)) {
        return "configured " + excluded;
      }
    }
    return "";
  }

  private boolean coversNodeAddress(String node, IpPrefix prefix) {
    // Hosts sort directly after the network address of a prefix that contains them.
    IpPrefix first = nodeAddresses.ceilingKey(IpPrefix.hostOf(prefix.address()));
    if (first == null || !prefix.contains(first)) {
      return false;
    }
    findings.add(
        new Finding(
            Finding.Kind.CLAIM_OF_NODE_ADDRESS, node, prefix.toString(), "covers " + first));
    return true;
  }
}
