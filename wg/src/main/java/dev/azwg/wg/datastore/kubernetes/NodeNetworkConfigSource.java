package dev.azwg.wg.datastore.kubernetes;

import dev.azwg.ipam.pool.AddressPool;
import dev.azwg.ipam.pool.NodeNetworkConfigDocument;
import dev.azwg.ipam.pool.PoolException;
import dev.azwg.ipam.pool.PoolException.Reason;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.pool.PoolSource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * This node's pool as Azure's control plane keeps it: the NodeNetworkConfig in kube-system that has
 * the node's name. A cluster whose API server does not know such objects, because its nodes get
 * their addresses another way, is asked again now and then.
 */
public final class NodeNetworkConfigSource implements PoolSource {
  /** Whether the API server knows of such objects changes when a cluster is upgraded. */
  private static final Duration LOOK = Duration.ofMinutes(5);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);
  private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

  private final ApiClient client;
  private final BoundedCalls calls = new BoundedCalls(LONGEST_CALL);
  private final String node;
  private final String path;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Semaphore wake = new Semaphore(0);
  private volatile Runnable changed = () -> {};
  private volatile byte @Nullable [] document;
  private volatile String problem = "the API server has not been asked yet";
  private volatile @Nullable SharedIndexInformer<NodeNetworkConfig> informer;
  private long doubtfulFrom;

  private NodeNetworkConfigSource(ApiServer server, String node) {
    this.client = ApiClient.of(server, KubernetesDatastore.FIELD_MANAGER);
    this.node = node;
    this.path = NodeNetworkConfig.PATH + "/" + node;
  }

  /**
   * Begins to follow the object; does not wait for the server.
   *
   * @throws PoolException if the credentials cannot be read
   */
  public static NodeNetworkConfigSource start(ApiServer server, String node) throws PoolException {
    try {
      NodeNetworkConfigSource source = new NodeNetworkConfigSource(server, node);
      Thread.ofPlatform().daemon().name("node-network-config").start(source::follow);
      return source;
    } catch (KubernetesClientException e) {
      throw new PoolException(
          Reason.UNAVAILABLE, server.credentials().toString(), KubernetesDatastore.describe(e), e);
    }
  }

  @Override
  public String name() {
    return NodeNetworkConfig.NAMESPACE + "/" + NodeNetworkConfig.PLURAL + "/" + node;
  }

  /** An API server without such objects gives an empty pool. */
  @Override
  public AddressPool read(List<InetAddress> nodeAddresses) throws PoolException {
    byte[] known = document;
    if (known != null) {
      return NodeNetworkConfigDocument.parse(known, name(), node, nodeAddresses);
    }
    if (problem.isEmpty()) {
      return AddressPool.EMPTY;
    }
    throw new PoolException(Reason.UNAVAILABLE, name(), problem, null);
  }

  @Override
  public void watch(Runnable listener) {
    changed = listener;
    listener.run();
  }

  @Override
  public boolean answersLater() {
    return true;
  }

  @Override
  public void close() {
    closed.countDown();
    wake.release();
    SharedIndexInformer<NodeNetworkConfig> open = informer;
    if (open != null) {
      open.stop();
    }
    calls.close();
    client.close();
  }

  /**
   * Looks now and then beside the watch: one that has ended without a word is noticed that way. The
   * first look is what {@link #read} waits for.
   */
  private void follow() {
    try {
      while (closed.getCount() != 0) {
        look();
        var _ = wake.tryAcquire(pause().toMillis(), TimeUnit.MILLISECONDS);
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause() {
    long millis = (problem.isEmpty() ? LOOK : AFTER_FAILURE).toMillis();
    return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis));
  }

  private void look() {
    try {
      boolean known =
          calls.call(NodeNetworkConfig.API_PATH, () -> client.raw(NodeNetworkConfig.API_PATH))
              != null;
      SharedIndexInformer<NodeNetworkConfig> current = informer;
      if (known) {
        if (current == null || (!current.isWatching() && System.nanoTime() - doubtfulFrom >= 0)) {
          begin(current);
        }
        String found = calls.call(path, () -> client.raw(path));
        if (found != null) {
          document = found.getBytes(StandardCharsets.UTF_8);
        }
      }
      problem = "";
      changed.run();
    } catch (DatastoreException e) {
      problem = String.valueOf(e.getMessage());
    }
  }

  private void begin(@Nullable SharedIndexInformer<NodeNetworkConfig> before) {
    if (before != null) {
      before.stop();
    }
    // It needs some time, and tries again by itself.
    doubtfulFrom = System.nanoTime() + LONGEST_CALL.toNanos();
    SharedIndexInformer<NodeNetworkConfig> next =
        client
            .resources(NodeNetworkConfig.class)
            .inNamespace(NodeNetworkConfig.NAMESPACE)
            .withName(node)
            .runnableInformer(0)
            .exceptionHandler((started, failure) -> true);
    informer = next.addEventHandler(new Take());
    var _ = next.start();
    if (closed.getCount() == 0) {
      next.stop();
    }
  }

  /**
   * Events say that there is something to look at. An object that was deleted takes nothing away:
   * its node goes, or it comes back.
   */
  private final class Take implements ResourceEventHandler<NodeNetworkConfig> {
    @Override
    public void onAdd(NodeNetworkConfig config) {
      wake.release();
    }

    @Override
    public void onUpdate(NodeNetworkConfig before, NodeNetworkConfig config) {
      wake.release();
    }

    @Override
    public void onDelete(NodeNetworkConfig config, boolean stateUnknown) {
      // See above.
    }
  }
}
