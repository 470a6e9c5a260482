package dev.azwg.wg.watcher;

import com.google.gson.JsonObject;
import dev.azwg.ipam.watcher.WatcherCodec;
import dev.azwg.ipam.watcher.WatcherException;
import dev.azwg.ipam.watcher.WatcherHealth;
import dev.azwg.ipam.watcher.WatcherRequest;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers the requests of the local API; none of them keeps its thread. */
final class ApiHandler implements ApiServer.Handler, AutoCloseable {
  private final Options options;
  private final PublicKey publicKey;
  private final Signals signals;
  private final StatusBoard board;
  private final DeviceReader device;
  private final Protection protection;
  private final Supplier<String> datastoreProblem;
  private final IntSupplier unprovenClaims;
  private final Log log;
  private final StatusThread statusThread;

  /** Reads the device for a status; called on a thread that may wait. */
  interface DeviceReader {
    /** The device, or null while there is none. */
    @Nullable Device read() throws IOException;

    /** Who provides it. */
    TunnelDevice.@Nullable Backend backend();
  }

  ApiHandler(
      Options options,
      PublicKey publicKey,
      Signals signals,
      StatusBoard board,
      DeviceReader device,
      Protection protection,
      Supplier<String> datastoreProblem,
      IntSupplier unprovenClaims,
      Log log) {
    this.options = options;
    this.publicKey = publicKey;
    this.signals = signals;
    this.board = board;
    this.device = device;
    this.protection = protection;
    this.datastoreProblem = datastoreProblem;
    this.unprovenClaims = unprovenClaims;
    this.log = log;
    this.statusThread = StatusThread.start(this::status, log);
  }

  @Override
  public void close() {
    statusThread.close();
  }

  @Override
  public void handle(byte[] request, ApiServer.Reply reply) {
    WatcherRequest parsed;
    try {
      parsed = WatcherCodec.decodeRequest(request);
    } catch (WatcherException e) {
      log.warn("bad request on the local API", "error", e.getMessage());
      reply.send(WatcherCodec.encodeNotPublished("bad request: " + e.getMessage()));
      return;
    }
    switch (parsed) {
      case WatcherRequest.Changed changed -> changed(changed, reply);
      case WatcherRequest.Health query -> reply.send(health());
      case WatcherRequest.Status query -> statusThread.answer(reply);
    }
  }

  private byte[] health() {
    StatusBoard.Status status = board.status();
    return WatcherCodec.encodeHealth(new WatcherHealth(status.ready(), status.problem()));
  }

  private void changed(WatcherRequest.Changed changed, ApiServer.Reply reply) {
    if (changed.timeoutMillis() == 0) {
      signals.mark(Dirty.LEDGER);
      reply.send(WatcherCodec.encodeNotPublished("not waited for"));
      return;
    }
    signals.await(problem ->
        reply.send(
            problem.isEmpty()
                ? WatcherCodec.encodePublished()
                : WatcherCodec.encodeNotPublished(problem)));
  }

  private byte[] status() {
    Device observed = null;
    try {
      observed = device.read();
    } catch (IOException e) {
      log.warn("cannot read the device for a status", "error", e.getMessage());
    }
    JsonObject document =
        StatusDocument.of(
            options,
            publicKey,
            board.status(),
            board.paths(),
            board.encryption(),
            board.conflist(),
            observed,
            Objects.toString(device.backend(), "NONE"));
    document.addProperty("datastoreProblem", datastoreProblem.get());
    document.addProperty("unprovenClaims", unprovenClaims.getAsInt());
    board.pool().ifPresent(pool -> document.add("pool", pool.toJson()));
    document.add("packetFilter", packetFilter());
    document.add("drift", board.drift().toJson());
    document.add("foreignPeers", StatusDocument.foreignPeers(board.foreignPeers()));
    return WatcherCodec.encodeStatus(document);
  }

  private JsonObject packetFilter() {
    try {
      return ProtectionDocument.of(options.hostScope(), protection, protection.counters());
    } catch (IOException e) {
      log.warn("cannot read the packet filter for a status", "error", e.getMessage());
      return ProtectionDocument.of(options.hostScope(), protection, Map.of());
    }
  }
}
