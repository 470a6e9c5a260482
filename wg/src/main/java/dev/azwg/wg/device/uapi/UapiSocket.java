package dev.azwg.wg.device.uapi;

import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.device.WireGuardException.Reason;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** A connection to a device's socket, with one deadline for all that happens on it. */
final class UapiSocket implements AutoCloseable, UapiInput, UapiOutput {
  private final String device;
  private final long deadlineNanos;
  private final Duration timeout;
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;

  private UapiSocket(
      String device, Duration timeout, SocketChannel channel, Selector selector, SelectionKey key) {
    this.device = device;
    this.timeout = timeout;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
    this.channel = channel;
    this.selector = selector;
    this.key = key;
  }

  /** Connects. Errors of the system come as they are. */
  static UapiSocket connect(String device, Path path, Duration timeout) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    UapiSocket socket;
    try {
      channel.configureBlocking(false);
      Selector selector = Selector.open();
      socket = new UapiSocket(device, timeout, channel, selector, channel.register(selector, 0));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    try {
      if (!channel.connect(UnixDomainSocketAddress.of(path))) {
        do {
          socket.await(SelectionKey.OP_CONNECT);
        } while (!channel.finishConnect());
      }
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public int read(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int count = channel.read(buffer);
    while (count == 0) {
      await(SelectionKey.OP_READ);
      count = channel.read(buffer);
    }
    return count;
  }

  @Override
  public void write(byte[] bytes, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      if (channel.write(buffer) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  private void await(int operation) throws IOException {
    long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
    key.interestOps(operation);
    if (millis <= 0 || selector.select(millis) == 0) {
      // An interrupt also ends the wait: the exchange is then given up like one that takes long.
      throw new WireGuardException(
          device, Reason.TIMEOUT, "no complete answer within " + timeout.toMillis() + " ms");
    }
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      selector.close();
    }
  }
}
