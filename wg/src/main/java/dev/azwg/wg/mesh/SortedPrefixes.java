package dev.azwg.wg.mesh;

import dev.azwg.ipam.address.IpPrefix;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Prefixes in their order. Immutable, and without an object per element: a large mesh has as many
 * prefixes as pods, and there are several sets of them.
 */
// Nobody needs what a NavigableSet can do besides.
@SuppressWarnings("JdkObsolete")
public final class SortedPrefixes extends AbstractSet<IpPrefix> implements SortedSet<IpPrefix> {
  private final IpPrefix[] prefixes;
  private final int from;
  private final int to;

  private SortedPrefixes(IpPrefix[] prefixes, int from, int to) {
    this.prefixes = prefixes;
    this.from = from;
    this.to = to;
  }

  /** The set of these prefixes; itself if it is one already. */
  public static SortedPrefixes copyOf(Collection<IpPrefix> prefixes) {
    if (prefixes instanceof SortedPrefixes sorted) {
      return sorted;
    }
    IpPrefix[] copy = prefixes.toArray(new IpPrefix[0]);
    Arrays.sort(copy);
    int size = 0;
    for (IpPrefix prefix : copy) {
      if (size == 0 || !copy[size - 1].equals(prefix)) {
        copy[size++] = prefix;
      }
    }
    return new SortedPrefixes(size == copy.length ? copy : Arrays.copyOf(copy, size), 0, size);
  }

  /** The element of that index, from 0. */
  IpPrefix get(int index) {
    return prefixes[from + index];
  }

  /** The index of an element; negative if it is none. */
  int indexOf(Object element) {
    return element instanceof IpPrefix prefix ? position(prefix) : -1;
  }

  /** Like the result of {@link Arrays#binarySearch}, but from the beginning of the set. */
  private int position(IpPrefix prefix) {
    int found = Arrays.binarySearch(prefixes, from, to, prefix);
    return found < 0 ? found + from : found - from;
  }

  /** How many elements are before that one. */
  int countBefore(IpPrefix prefix) {
    int position = position(prefix);
    return position < 0 ? -position - 1 : position;
  }

  @Override
  public int size() {
    return to - from;
  }

  @Override
  public boolean contains(Object element) {
    return indexOf(element) >= 0;
  }

  @Override
  public Iterator<IpPrefix> iterator() {
    return Arrays.asList(prefixes).subList(from, to).iterator();
  }

  @Override
  public @Nullable Comparator<? super IpPrefix> comparator() {
    return null;
  }

  @Override
  public IpPrefix first() {
    return edge(0);
  }

  @Override
  public IpPrefix last() {
    return edge(size() - 1);
  }

  private IpPrefix edge(int index) {
    if (isEmpty()) {
      throw new NoSuchElementException("an empty set");
    }
    return get(index);
  }

  @Override
  public SortedPrefixes subSet(IpPrefix fromElement, IpPrefix toElement) {
    return slice(countBefore(fromElement), countBefore(toElement));
  }

  @Override
  public SortedPrefixes headSet(IpPrefix toElement) {
    return slice(0, countBefore(toElement));
  }

  @Override
  public SortedPrefixes tailSet(IpPrefix fromElement) {
    return slice(countBefore(fromElement), size());
  }

  private SortedPrefixes slice(int first, int end) {
    if (first > end) {
      throw new IllegalArgumentException("the end is before the beginning");
    }
    return new SortedPrefixes(prefixes, from + first, from + end);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SortedPrefixes set
        ? Arrays.equals(prefixes, from, to, set.prefixes, set.from, set.to)
        : super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
