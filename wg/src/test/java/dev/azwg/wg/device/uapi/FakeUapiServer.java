package dev.azwg.wg.device.uapi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** The other side of a userspace device, with faults. Serves one connection after the other. */
final class FakeUapiServer implements AutoCloseable {
  private static final String DEVICE = "azwg7";

  private final ServerSocketChannel server;
  private final Thread thread;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<SocketChannel> open = new ArrayList<>();
  private volatile boolean keepOpen;

  private FakeUapiServer(Path directory, Behaviour behaviour) throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve(DEVICE + ".sock")));
    thread = Thread.ofPlatform().start(() -> serve(behaviour));
  }

  /** Accepts and says nothing. */
  static FakeUapiServer silent(Path directory) throws IOException {
    return new FakeUapiServer(directory, (self, channel) -> self.keepingOpen());
  }

  /** Reads each request to its end, answers, and hangs up. */
  static FakeUapiServer answering(Path directory, UnaryOperator<String> answer) throws IOException {
    return new FakeUapiServer(
        directory,
        (self, channel) -> {
          String request = readRequest(channel);
          self.requests.add(request);
          write(channel, answer.apply(request));
        });
  }

  /** Reads a little, answers EINVAL and hangs up with the rest unread. */
  static FakeUapiServer refusingEarly(Path directory) throws IOException {
    return new FakeUapiServer(
        directory,
        (self, channel) -> {
          channel.read(ByteBuffer.allocate(4096));
          write(channel, "errno=-22\n\n");
        });
  }

  /** From now on connections stay open after the answer. */
  FakeUapiServer keepingOpen() {
    keepOpen = true;
    return this;
  }

  String device() {
    return DEVICE;
  }

  List<String> requests() {
    return requests;
  }

  private void serve(Behaviour behaviour) {
    while (server.isOpen()) {
      try {
        SocketChannel channel = server.accept();
        open.add(channel);
        behaviour.serve(this, channel);
        if (!keepOpen) {
          channel.close();
        }
      } catch (IOException e) {
        // The client hung up, or the test is over.
      }
    }
  }

  private static String readRequest(SocketChannel channel) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    while (!request.toString(StandardCharsets.US_ASCII).endsWith("\n\n")
        && channel.read(buffer) >= 0) {
      request.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    return request.toString(StandardCharsets.US_ASCII);
  }

  private static void write(SocketChannel channel, String answer) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII));
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (SocketChannel channel : open) {
      channel.close();
    }
  }

  @FunctionalInterface
  private interface Behaviour {
    void serve(FakeUapiServer self, SocketChannel channel) throws IOException;
  }
}
