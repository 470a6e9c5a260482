package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.ipam.pool.NodeNetworkConfigDocument;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreException.Reason;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the API server what it knows of a node, one request after another and never faster than it
 * was told. A failure, {@link Reason#UNAVAILABLE}, says nothing of the node. Used by one thread.
 */
final class PlatformReader {
  /** What the server knows and allows changes when a cluster is upgraded or configured. */
  private static final long REMEMBER_NANOS = Duration.ofMinutes(5).toNanos();

  private static final int PODS_OF_A_PAGE = 50;
  private static final int NODES_OF_A_PAGE = 50;
  private static final int POOLS_OF_A_PAGE = 20;
  private static final int MAXIMUM_PAGES = 500;

  private final KubernetesClient client;
  private final BoundedCalls calls;
  private final long paceNanos;
  private long lastRequest;
  private boolean podsForbidden;
  private long podsAsked;
  private long kindAsked;
  private volatile @Nullable Boolean kindKnown;

  PlatformReader(KubernetesClient client, BoundedCalls calls, Duration pace) {
    this.client = client;
    this.calls = calls;
    this.paceNanos = pace.toNanos();
    this.lastRequest = System.nanoTime() - paceNanos;
  }

  /** Whether the API server is known not to have any NodeNetworkConfig. */
  boolean hasNoPools() {
    return Boolean.FALSE.equals(kindKnown);
  }

  /**
   * The Node.
   *
   * @return empty if there is none, or if it cannot be followed: its kubelet writes it, and what it
   *     writes there must not keep other nodes from being checked
   */
  Optional<PlatformNode> node(String name) throws DatastoreException, InterruptedException {
    String path = "/api/v1/nodes/" + name;
    String document = get(path);
    if (document == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(PlatformJson.node(document, path, name));
    } catch (DatastoreException e) {
      return Optional.empty();
    }
  }

  /**
   * What the node's NodeNetworkConfig says that Azure has given to it.
   *
   * @return empty if there is none, or if it does not say anything that can be followed
   */
  Optional<PrefixSet> pool(String name, Set<InetAddress> addresses)
      throws DatastoreException, InterruptedException {
    if (!asksForPools()) {
      return Optional.empty();
    }
    String path = NodeNetworkConfig.PATH + "/" + name;
    String document = get(path);
    if (document == null) {
      return Optional.empty();
    }
    return granted(document.getBytes(StandardCharsets.UTF_8), path, name, addresses);
  }

  private static Optional<PrefixSet> granted(
      byte[] document, String where, String name, Set<InetAddress> addresses) {
    try {
      return NodeNetworkConfigDocument.granted(document, where, name, addresses);
    } catch (PoolException e) {
      return Optional.empty();
    }
  }

  /** The addresses of the node's pods; none where they may not be read. */
  PrefixSet pods(String name) throws DatastoreException, InterruptedException {
    if (podsForbidden && System.nanoTime() - podsAsked < REMEMBER_NANOS) {
      return PrefixSet.EMPTY;
    }
    String path =
        "/api/v1/pods?limit=%d&fieldSelector=spec.nodeName%%3D%s".formatted(PODS_OF_A_PAGE, name);
    List<IpPrefix> addresses = new ArrayList<>();
    try {
      pages(path, document -> PlatformJson.pods(document, path, addresses));
    } catch (DatastoreException e) {
      if (e.getCause() instanceof KubernetesClientException refused
          && refused.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        podsForbidden = true;
        podsAsked = System.nanoTime();
        return PrefixSet.EMPTY;
      }
      if (e.reason() == Reason.UNAVAILABLE) {
        throw e;
      }
      // What has been read before a list that cannot be followed is true all the same.
    }
    return PrefixSet.of(addresses);
  }

  /**
   * All nodes, with their pools: a few dozen requests, where one by one it would be thousands.
   *
   * @param taker called once for each Node that can be followed
   * @throws DatastoreException if they cannot all be listed; those that were handed over are right
   *     all the same
   */
  void survey(BiConsumer<String, PlatformNode> taker)
      throws DatastoreException, InterruptedException {
    Map<String, PlatformNode> nodes = new HashMap<>();
    String path = "/api/v1/nodes?limit=" + NODES_OF_A_PAGE;
    pages(path, document -> PlatformJson.nodes(document, path, nodes));
    if (asksForPools()) {
      String pools = NodeNetworkConfig.PATH + "?limit=" + POOLS_OF_A_PAGE;
      pages(
          pools,
          document ->
              PlatformJson.page(
                  document,
                  pools,
                  (name, item) -> {
                    PlatformNode node = nodes.remove(name);
                    if (node != null) {
                      byte[] config = item.toString().getBytes(StandardCharsets.UTF_8);
                      taker.accept(
                          name, node.withPool(granted(config, pools, name, node.addresses())));
                    }
                  }));
    }
    nodes.forEach(taker);
  }

  private interface Page {
    /** Reads a page and says what asks for the next; empty if this is the last. */
    String read(String document) throws DatastoreException;
  }

  private void pages(String path, Page reader) throws DatastoreException, InterruptedException {
    String next = "";
    for (int page = 0; page < MAXIMUM_PAGES; page++) {
      String document =
          get(
              next.isEmpty()
                  ? path
                  : path + "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
      if (document == null) {
        throw new DatastoreException(Reason.UNAVAILABLE, path, "is not there");
      }
      next = reader.read(document);
      if (next.isEmpty()) {
        return;
      }
    }
    throw new DatastoreException(
        Reason.TOO_LARGE, path, "has more than " + MAXIMUM_PAGES + " pages");
  }

  private boolean asksForPools() throws DatastoreException, InterruptedException {
    Boolean known = kindKnown;
    if (known == null || (!known && System.nanoTime() - kindAsked >= REMEMBER_NANOS)) {
      known = get(NodeNetworkConfig.API_PATH) != null;
      kindAsked = System.nanoTime();
      kindKnown = known;
    }
    return known;
  }

  private @Nullable String get(String path) throws DatastoreException, InterruptedException {
    long wait = lastRequest + paceNanos - System.nanoTime();
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
    try {
      return calls.call(path, () -> client.raw(path));
    } catch (DatastoreException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw e;
    } finally {
      lastRequest = System.nanoTime();
    }
  }
}
