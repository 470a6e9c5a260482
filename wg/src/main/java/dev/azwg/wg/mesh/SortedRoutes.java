package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where prefixes lead, in their order. Immutable, and without an object per element, for the reason
 * that {@link SortedPrefixes} has.
 */
// Nobody needs what a NavigableMap can do besides.
@SuppressWarnings("JdkObsolete")
public final class SortedRoutes extends AbstractMap<IpPrefix, RouteTarget>
    implements SortedMap<IpPrefix, RouteTarget> {
  private static final RouteTarget[] TARGETS = RouteTarget.values();

  /** No routes. */
  public static final SortedRoutes EMPTY = copyOf(Map.of());

  private final SortedPrefixes prefixes;
  private final byte[] ordinals;

  private SortedRoutes(SortedPrefixes prefixes, byte[] ordinals) {
    this.prefixes = prefixes;
    this.ordinals = ordinals;
  }

  /** These routes; itself if it is such a map already. */
  public static SortedRoutes copyOf(Map<IpPrefix, RouteTarget> routes) {
    if (routes instanceof SortedRoutes sorted) {
      return sorted;
    }
    SortedPrefixes prefixes = SortedPrefixes.copyOf(routes.keySet());
    byte[] ordinals = new byte[prefixes.size()];
    routes.forEach((prefix, target) -> ordinals[prefixes.indexOf(prefix)] = ordinal(target));
    return new SortedRoutes(prefixes, ordinals);
  }

  /**
   * Routes for these prefixes.
   *
   * @param target where a prefix leads; asked once for each, in their order
   */
  static SortedRoutes of(SortedPrefixes prefixes, Function<IpPrefix, RouteTarget> target) {
    byte[] ordinals = new byte[prefixes.size()];
    for (int i = 0; i < ordinals.length; i++) {
      ordinals[i] = ordinal(target.apply(prefixes.get(i)));
    }
    return new SortedRoutes(prefixes, ordinals);
  }

  /**
   * These routes with some changed.
   *
   * @param changes where these prefixes lead; empty for one that is not to be there
   */
  public SortedRoutes with(Map<IpPrefix, Optional<RouteTarget>> changes) {
    if (changes.isEmpty()) {
      return this;
    }
    Map<IpPrefix, Optional<RouteTarget>> sorted = new TreeMap<>(changes);
    List<IpPrefix> changed = new ArrayList<>(size() + changes.size());
    byte[] targets = new byte[size() + changes.size()];
    int next = 0;
    for (Map.Entry<IpPrefix, Optional<RouteTarget>> change : sorted.entrySet()) {
      int end = prefixes.countBefore(change.getKey());
      next = take(next, end, changed, targets);
      if (next < size() && prefixes.get(next).equals(change.getKey())) {
        next++;
      }
      if (change.getValue().isPresent()) {
        targets[changed.size()] = ordinal(change.getValue().get());
        changed.add(change.getKey());
      }
    }
    take(next, size(), changed, targets);
    return new SortedRoutes(SortedPrefixes.copyOf(changed), Arrays.copyOf(targets, changed.size()));
  }

  private int take(int from, int end, List<IpPrefix> to, byte[] targets) {
    for (int i = from; i < end; i++) {
      targets[to.size()] = ordinals[i];
      to.add(prefixes.get(i));
    }
    return Math.max(from, end);
  }

  @Override
  public @Nullable RouteTarget get(@Nullable Object key) {
    int index = key == null ? -1 : prefixes.indexOf(key);
    return index < 0 ? null : target(index);
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return key != null && prefixes.contains(key);
  }

  @Override
  public int size() {
    return prefixes.size();
  }

  /** The prefixes. Not modifiable. */
  @Override
  public SortedPrefixes keySet() {
    return prefixes;
  }

  @Override
  public Set<Map.Entry<IpPrefix, RouteTarget>> entrySet() {
    return new Entries();
  }

  @Override
  public void forEach(BiConsumer<? super IpPrefix, ? super RouteTarget> action) {
    for (int i = 0; i < size(); i++) {
      action.accept(prefixes.get(i), target(i));
    }
  }

  @Override
  public @Nullable Comparator<? super IpPrefix> comparator() {
    return null;
  }

  @Override
  public IpPrefix firstKey() {
    return prefixes.first();
  }

  @Override
  public IpPrefix lastKey() {
    return prefixes.last();
  }

  @Override
  public SortedRoutes subMap(IpPrefix fromKey, IpPrefix toKey) {
    int from = prefixes.countBefore(fromKey);
    return slice(prefixes.subSet(fromKey, toKey), from);
  }

  @Override
  public SortedRoutes headMap(IpPrefix toKey) {
    return slice(prefixes.headSet(toKey), 0);
  }

  @Override
  public SortedRoutes tailMap(IpPrefix fromKey) {
    return slice(prefixes.tailSet(fromKey), prefixes.countBefore(fromKey));
  }

  private SortedRoutes slice(SortedPrefixes part, int from) {
    return new SortedRoutes(part, Arrays.copyOfRange(ordinals, from, from + part.size()));
  }

  private RouteTarget target(int index) {
    return TARGETS[ordinals[index]];
  }

  // Never leaves this object, and a byte is an eighth of a reference.
  @SuppressWarnings("EnumOrdinal")
  private static byte ordinal(RouteTarget target) {
    return (byte) target.ordinal();
  }

  private final class Entries extends AbstractSet<Map.Entry<IpPrefix, RouteTarget>> {
    @Override
    public int size() {
      return prefixes.size();
    }

    @Override
    public Iterator<Map.Entry<IpPrefix, RouteTarget>> iterator() {
      Iterator<IpPrefix> keys = prefixes.iterator();
      return new Iterator<>() {
        private int next;

        @Override
        public boolean hasNext() {
          return keys.hasNext();
        }

        @Override
        public Map.Entry<IpPrefix, RouteTarget> next() {
          return Map.entry(keys.next(), target(next++));
        }
      };
    }
  }
}
