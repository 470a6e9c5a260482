package dev.azwg.wg.host.nft;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.host.HostException;
import dev.azwg.wg.mesh.DesiredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps our nftables table equal to what it should be. A change costs its own size: single elements
 * are added and removed, and only what is not as it was left is made anew, in one transaction, so
 * that no packet meets half of it. Not for use by several threads but for {@link #counters}.
 *
 * <p>Where nft cannot be used, nothing is thrown: {@link #problem} says why, and the caller has
 * other means for a part of it.
 */
public final class Firewall {
  /** The name of our table, of family "inet". */
  public static final String TABLE = "azwg";

  private final Nft nft;
  private final FirewallPolicy policy;
  private @Nullable FirewallState applied;
  // The rules as nft has printed them when they were written.
  private @Nullable String left;
  private String problem = "";

  public Firewall(Nft nft, FirewallPolicy policy) {
    this.nft = Objects.requireNonNull(nft);
    this.policy = Objects.requireNonNull(policy);
  }

  /** Why the table is not in use; empty if it is. */
  public String problem() {
    return problem;
  }

  /**
   * Brings the table to what the desired state asks for.
   *
   * @return whether anything was changed
   */
  public boolean ensure(DesiredState desired) {
    FirewallState wanted = FirewallState.of(policy, desired);
    if (wanted.equals(applied)) {
      return false;
    }
    try {
      if (applied == null || !change(applied, wanted)) {
        replace(wanted);
      }
      applied = wanted;
      problem = "";
      return true;
    } catch (HostException e) {
      applied = null;
      left = null;
      problem = String.valueOf(e.getMessage());
      return false;
    }
  }

  /**
   * Compares the table with what was left; what differs is made anew by the next {@link #ensure}.
   *
   * @return what differs; empty if nothing does, or nothing has been applied yet
   */
  public String verify() {
    FirewallState state = applied;
    if (state == null) {
      return "";
    }
    String difference;
    try {
      Listing found = listing();
      if (left == null) {
        left = found.structure();
      }
      difference = found.difference(left, state);
    } catch (HostException e) {
      // What cannot be read may be as it was left.
      difference =
          e.reason() == HostException.Reason.FIREWALL ? "" : String.valueOf(e.getMessage());
    }
    if (!difference.isEmpty()) {
      applied = null;
    }
    return difference;
  }

  /** The counters of the table, as they are now. */
  public Map<Counter, Counter.Count> counters() throws HostException {
    return Listing.counters(nft.list("counters", "table", "inet", TABLE));
  }

  /**
   * Removes the table; {@link #ensure} makes it anew.
   *
   * @throws HostException with reason {@code FIREWALL} if nft cannot be used
   */
  public void remove() throws HostException {
    applied = null;
    left = null;
    remove(nft);
  }

  /**
   * Removes the table.
   *
   * @throws HostException with reason {@code FIREWALL} if nft cannot be used
   */
  public static void remove(Nft nft) throws HostException {
    Transaction transaction = new Transaction(TABLE);
    transaction.deleteTable();
    nft.apply(transaction);
  }

  private void replace(FirewallState wanted) throws HostException {
    Transaction transaction = new Transaction(TABLE);
    transaction.replaceTable();
    for (Counter counter : Counter.values()) {
      transaction.addCounter(counter);
    }
    for (AddressGroup group : AddressGroup.values()) {
      for (boolean ipv4 : new boolean[] {true, false}) {
        group.sets(ipv4).forEach(transaction::addSet);
      }
    }
    new Ruleset(transaction, policy).add(wanted.tunnelMtu());
    wanted.sets().forEach(transaction::addElements);
    nft.apply(transaction);
    left = listing().structure();
  }

  /** Returns false if it was refused: then the table is not what we believed. */
  private boolean change(FirewallState from, FirewallState to) throws HostException {
    Transaction transaction = new Transaction(TABLE);
    boolean ranges = false;
    for (Map.Entry<String, SortedSet<IpPrefix>> entry : to.sets().entrySet()) {
      SortedSet<IpPrefix> before = from.sets().getOrDefault(entry.getKey(), new TreeSet<>());
      List<IpPrefix> surplus = without(before, entry.getValue());
      List<IpPrefix> missing = without(entry.getValue(), before);
      transaction.deleteElements(entry.getKey(), surplus);
      transaction.addElements(entry.getKey(), missing);
      ranges |=
          AddressGroup.isInterval(entry.getKey()) && !(surplus.isEmpty() && missing.isEmpty());
    }
    boolean mtu = from.tunnelMtu() != to.tunnelMtu();
    if (mtu) {
      transaction.flushChain(Ruleset.CLAMP_CHAIN);
      new Ruleset(transaction, policy).clamp(to.tunnelMtu());
    }
    try {
      nft.apply(transaction);
    } catch (HostException e) {
      return false;
    }
    if (mtu || ranges) {
      try {
        left = listing().structure();
      } catch (HostException e) {
        // The table is there all the same; the next look at it is believed.
        left = null;
      }
    }
    return true;
  }

  private static List<IpPrefix> without(SortedSet<IpPrefix> all, SortedSet<IpPrefix> those) {
    List<IpPrefix> rest = new ArrayList<>();
    for (IpPrefix each : all) {
      if (!those.contains(each)) {
        rest.add(each);
      }
    }
    return rest;
  }

  /**
   * How nft prints rules and ranges is nft's matter: what it prints now is what it should print.
   */
  private Listing listing() throws HostException {
    return Listing.of(nft.list("table", "inet", TABLE));
  }
}
