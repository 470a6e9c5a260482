package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.watcher.PublishOutcome;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.ipam.watcher.WatcherException;
import dev.azwg.ipam.watcher.WatcherHealth;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.Peer;
import dev.azwg.wg.host.NapiThreading;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.host.Sysctls;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.host.nft.Firewall;
import dev.azwg.wg.host.nft.FirewallPolicy;
import dev.azwg.wg.host.nft.Nft;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.DesiredPeer;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
import dev.azwg.wg.mesh.PeerPaths;
import dev.azwg.wg.mesh.RouteTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The local API as its clients see it. */
@Timeout(30)
class ApiHandlerTest {
  private static final AttachmentKey POD = new AttachmentKey("c0ffee", "eth0");
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path directory = Path.of("");
  private final Log log =
      new Log(
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
          InstantSource.system(),
          Log.Level.ERROR);
  private final StatusBoard board = new StatusBoard(InstantSource.fixed(EPOCH), log);
  private final Signals signals = new Signals();

  private Options options() {
    return new Options(
        "self",
        new DatastoreChoice.Directory(directory),
        new StatePaths(directory),
        "eth0",
        "azwg0",
        51820,
        RoutingPolicy.STANDARD,
        "wireguard-go",
        true,
        true,
        Mode.PERMISSIVE,
        PathPolicy.standard(false),
        List.of(),
        List.of(),
        "nft",
        Path.of("/proc/sys"),
        1400,
        0,
        NapiThreading.Wish.LEAVE,
        Duration.ofMinutes(1),
        new RuntimeDirectories(directory, directory),
        false,
        Optional.empty(),
        Optional.empty(),
        Log.Level.INFO);
  }

  private interface Reader {
    @Nullable Device read() throws IOException;
  }

  private ApiHandler handler(Reader reader) {
    return new ApiHandler(
        options(),
        key(1),
        signals,
        board,
        new ApiHandler.DeviceReader() {
          @Override
          public @Nullable Device read() throws IOException {
            return reader.read();
          }

          @Override
          public TunnelDevice.Backend backend() {
            return TunnelDevice.Backend.KERNEL;
          }
        },
        // Nothing has been applied: there is nothing to count.
        new Protection(
            new Firewall(
                new Nft("false", directory),
                new FirewallPolicy(
                    "azwg0", 51820, 0x100000, true, Mode.PERMISSIVE, List.of(), List.of())),
            new Sysctls(directory),
            false,
            log),
        () -> "",
        () -> 0,
        log);
  }

  private WatcherClient client() {
    return new WatcherClient(directory);
  }

  /** A mesh of so many peers, and the device as it would be read. */
  private Device mesh(int size) {
    Map<PublicKey, DesiredPeer> peers = new HashMap<>();
    List<Peer> live = new ArrayList<>();
    TreeMap<String, DesiredState.NodeRoutes> nodes = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      Endpoint endpoint = new Endpoint(address("10.1." + i / 256 + "." + i % 256), 51820);
      String node = "aks-nodepool1-12345678-vmss%06x".formatted(i);
      PublicKey key = key(2 + i);
      peers.put(
          key,
          new DesiredPeer(node, key, endpoint, new TreeSet<>(List.of(prefix("10.2.0.1"))), 25));
      live.add(
          new Peer(
              key,
              Optional.of(endpoint),
              List.of(),
              Optional.of(EPOCH.plusNanos(123_456_789)),
              Long.MAX_VALUE,
              Long.MAX_VALUE,
              25,
              false));
      nodes.put(node, new DesiredState.NodeRoutes(RouteTarget.DEVICE, 1));
    }
    PeerPaths paths = new PeerPaths(key(1), PathPolicy.standard(false));
    paths.planned(peers.values(), EPOCH, 0);
    board.paths(paths.snapshot());
    board.succeeded(
        new DesiredState(
            peers,
            new TreeMap<>(),
            nodes,
            new TreeSet<>(),
            new TreeSet<>(),
            List.of(),
            1340,
            new TreeSet<>()),
        null,
        null,
        "",
        1,
        true);
    return new Device("azwg0", Optional.of(key(1)), 51820, 0, live);
  }

  @Test
  void aDeviceThatTakesLongDelaysNobodyButWhoAsksForIt() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    Device device = mesh(1);
    try (ApiHandler handler =
            handler(() -> {
              reading.countDown();
              await(answer);
              return device;
            });
        ApiServer _ = ApiServer.start(WatcherClient.socket(directory), handler, log)) {
      CompletableFuture<JsonObject> status = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              status.complete(client().status(LONG));
            } catch (WatcherException e) {
              status.completeExceptionally(e);
            }
          });
      await(reading);
      assertEquals(new WatcherHealth(true, ""), client().health(LONG));
      Thread.ofVirtual().start(this::publishOnce);
      assertInstanceOf(PublishOutcome.Published.class, client().changed(POD, LONG));
      assertTrue(!status.isDone());
      answer.countDown();
      assertEquals(1, status.get().getAsJsonArray("peers").size());
    }
  }

  private void publishOnce() {
    try {
      signals.take(LONG).waiters().forEach(waiter -> waiter.published(""));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aMeshOfFiveThousandPeersIsToldWholeAndItsHealthInOneShortLine() throws Exception {
    Device device = mesh(5000);
    try (ApiHandler handler = handler(() -> device);
        ApiServer _ = ApiServer.start(WatcherClient.socket(directory), handler, log)) {
      assertEquals(new WatcherHealth(true, ""), client().health(LONG));
      JsonObject status = client().status(LONG);
      assertEquals(5000, status.getAsJsonArray("peers").size());
      assertEquals(
          5000,
          status.getAsJsonObject("nodes").getAsJsonObject("encrypted").get("nodes").getAsInt());
      assertTrue(status.toString().length() < 4 << 20, "characters: " + status.toString().length());
      board.failed("the datastore is away");
      assertEquals(new WatcherHealth(false, "the datastore is away"), client().health(LONG));
    }
  }

  @Test
  void aMistakeInOneAnswerDoesNotEndTheLaterOnes() throws Exception {
    Device device = mesh(1);
    CompletableFuture<Boolean> failed = new CompletableFuture<>();
    try (ApiHandler handler =
            handler(() -> {
              if (failed.complete(true)) {
                throw new IllegalStateException("a mistake");
              }
              return device;
            });
        ApiServer _ = ApiServer.start(WatcherClient.socket(directory), handler, log)) {
      assertThrows(WatcherException.class, () -> client().status(Duration.ofMillis(300)));
      assertEquals(1, client().status(LONG).getAsJsonArray("peers").size());
    }
  }
}
