package dev.azwg.ipam.watcher;

import com.google.gson.JsonObject;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.watcher.PublishOutcome.Unreachable;
import dev.azwg.ipam.watcher.WatcherException.Reason;
import dev.azwg.ipam.watcher.WatcherRequest.Changed;
import dev.azwg.ipam.watcher.WatcherRequest.Health;
import dev.azwg.ipam.watcher.WatcherRequest.Status;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * Asks the watcher of this node, over {@code <stateDir>/watcher.sock}. Each call is one connection
 * and ends within its timeout, also when the watcher accepts and never answers, or answers a byte
 * now and then: the plugin is in the way of a pod's start.
 *
 * <p>A selector does that without a second thread; the request fits the socket's buffer, so that in
 * the usual case it is made only to wait for the answer.
 */
public final class WatcherClient {
  private static final String SOCKET = "watcher.sock";
  private static final int FIRST_BUFFER = 512;

  private final Path socket;

  /** A client of the watcher with this state directory; nothing is opened before it is used. */
  public WatcherClient(Path stateDir) {
    this.socket = stateDir.resolve(SOCKET);
  }

  /** The watcher's socket under a state directory. */
  public static Path socket(Path stateDir) {
    return stateDir.resolve(SOCKET);
  }

  /**
   * Says that an attachment has changed and waits until it is published.
   *
   * @param timeout for everything: connecting, the watcher's work, the answer; up to {@link
   *     Changed#MAX_TIMEOUT_MILLIS}. The watcher is given seven eighths of it.
   */
  public PublishOutcome changed(AttachmentKey key, Duration timeout) {
    long millis = Math.clamp(timeout.toMillis(), 0, Changed.MAX_TIMEOUT_MILLIS);
    Changed request = new Changed(key, Math.toIntExact(millis - millis / 8));
    try {
      return WatcherCodec.decodePublishAnswer(
          exchange(
              WatcherCodec.encodeRequest(request),
              Duration.ofMillis(millis),
              WatcherCodec.MAX_LINE_BYTES));
    } catch (WatcherException e) {
      return new Unreachable(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Whether the watcher is well.
   *
   * @throws WatcherException if there is no valid answer within the timeout
   */
  public WatcherHealth health(Duration timeout) throws WatcherException {
    return WatcherCodec.decodeHealth(
        exchange(WatcherCodec.encodeRequest(new Health()), timeout, WatcherCodec.MAX_LINE_BYTES));
  }

  /**
   * The watcher's status document.
   *
   * @throws WatcherException if there is no valid answer within the timeout
   */
  public JsonObject status(Duration timeout) throws WatcherException {
    return WatcherCodec.decodeStatus(
        exchange(WatcherCodec.encodeRequest(new Status()), timeout, WatcherCodec.MAX_STATUS_BYTES));
  }

  private byte[] exchange(byte[] request, Duration timeout, int maxBytes) throws WatcherException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false);
      // A unix socket connects at once or not at all: EAGAIN, when its backlog is full, is an
      // error.
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        throw new WatcherException(Reason.UNREACHABLE, socket + ": not connected", null);
      }
      try (Selector selector = Selector.open()) {
        SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
        ByteBuffer out = ByteBuffer.wrap(request);
        channel.write(out);
        while (out.hasRemaining()) {
          await(selector, deadline);
          channel.write(out);
        }
        key.interestOps(SelectionKey.OP_READ);
        return readLine(channel, selector, deadline, maxBytes);
      }
    } catch (WatcherException e) {
      throw e;
    } catch (IOException e) {
      throw new WatcherException(Reason.UNREACHABLE, socket + ": " + e.getMessage(), e);
    }
  }

  private byte[] readLine(SocketChannel channel, Selector selector, long deadline, int maxBytes)
      throws IOException {
    ByteBuffer in = ByteBuffer.allocate(FIRST_BUFFER);
    while (true) {
      int before = in.position();
      int count = channel.read(in);
      if (count < 0) {
        throw new WatcherException(Reason.INVALID_ANSWER, socket + ": closed without answer", null);
      }
      for (int i = before; i < in.position(); i++) {
        if (in.get(i) == '\n') {
          return Arrays.copyOf(in.array(), i);
        }
      }
      if (in.position() > maxBytes) {
        throw new WatcherException(Reason.INVALID_ANSWER, socket + ": too long an answer", null);
      }
      if (!in.hasRemaining()) {
        in = ByteBuffer.allocate(4 * in.capacity()).put(in.flip());
      }
      if (count == 0) {
        await(selector, deadline);
      }
    }
  }

  private void await(Selector selector, long deadline) throws IOException {
    long left = deadline - System.nanoTime();
    if (left > 0) {
      // Rounded up: select(0) would wait for ever.
      selector.select(1 + left / 1_000_000);
      selector.selectedKeys().clear();
    }
    if (deadline - System.nanoTime() <= 0) {
      throw new WatcherException(Reason.TIMED_OUT, socket + ": no answer in time", null);
    }
  }
}
