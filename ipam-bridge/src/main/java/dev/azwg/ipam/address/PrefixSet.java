package dev.azwg.ipam.address;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A set of addresses, as prefixes of which no two overlap. Neighbours are not merged: each prefix
 * is one that was given, or what is left of one. Immutable.
 */
public final class PrefixSet {
  /** No address at all. */
  public static final PrefixSet EMPTY = new PrefixSet(new TreeSet<>());

  // Without overlaps the only prefix that can contain another one is the last that is not after it.
  private final NavigableSet<IpPrefix> prefixes;

  private PrefixSet(NavigableSet<IpPrefix> prefixes) {
    this.prefixes = Collections.unmodifiableNavigableSet(prefixes);
  }

  /** The addresses of all these prefixes; one that lies in another is left out. */
  public static PrefixSet of(Collection<IpPrefix> prefixes) {
    TreeSet<IpPrefix> kept = new TreeSet<>();
    for (IpPrefix prefix : new TreeSet<>(prefixes)) {
      if (kept.isEmpty() || !kept.last().contains(prefix)) {
        kept.add(prefix);
      }
    }
    return new PrefixSet(kept);
  }

  /** The prefixes in their order. Not modifiable. */
  public NavigableSet<IpPrefix> prefixes() {
    return prefixes;
  }

  /** Whether no address is in the set. */
  public boolean isEmpty() {
    return prefixes.isEmpty();
  }

  /** Whether one prefix of the set has every address of {@code prefix}. */
  public boolean covers(IpPrefix prefix) {
    IpPrefix candidate = prefixes.floor(prefix);
    return candidate != null && candidate.contains(prefix);
  }

  /** Whether some address of {@code prefix} is in the set. */
  public boolean overlaps(IpPrefix prefix) {
    IpPrefix next = prefixes.ceiling(prefix);
    return covers(prefix) || (next != null && prefix.contains(next));
  }

  /**
   * The addresses of this set that are not in {@code others}, in the fewest prefixes: a range with
   * a hole becomes one prefix for each bit that it is shorter than the hole.
   */
  public PrefixSet minus(PrefixSet others) {
    List<IpPrefix> rest = new ArrayList<>();
    prefixes.forEach(prefix -> split(prefix, others, rest));
    return of(rest);
  }

  private static void split(IpPrefix prefix, PrefixSet holes, List<IpPrefix> rest) {
    if (!holes.overlaps(prefix)) {
      rest.add(prefix);
    } else if (!holes.covers(prefix)) {
      prefix.halves().forEach(half -> split(half, holes, rest));
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PrefixSet set && prefixes.equals(set.prefixes);
  }

  @Override
  public int hashCode() {
    return prefixes.hashCode();
  }

  @Override
  public String toString() {
    return prefixes.toString();
  }
}
