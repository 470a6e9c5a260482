package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A TCP connection from one namespace to another. */
record Conversation(ServerSocket server, Socket client, Socket accepted) implements AutoCloseable {
  /** Connects to an address of {@code to}, at a port that is free there. */
  static Conversation between(TestNamespace from, TestNamespace to, String address)
      throws Exception {
    return between(from, to, address, 0, address, 0);
  }

  /**
   * Connects to an address that is translated on the way.
   *
   * @param port where {@code to} listens, 0 for any
   * @param via the address to connect to
   * @param viaPort the port to connect to, 0 for the one that {@code to} listens at
   */
  static Conversation between(
      TestNamespace from, TestNamespace to, String address, int port, String via, int viaPort)
      throws Exception {
    ServerSocket server = to.call(() -> new ServerSocket(port, 1, InetAddress.ofLiteral(address)));
    CompletableFuture<Socket> accepted = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            accepted.complete(server.accept());
          } catch (IOException e) {
            accepted.completeExceptionally(e);
          }
        });
    try {
      Socket client =
          from.call(() -> {
            Socket socket = new Socket();
            socket.connect(
                new InetSocketAddress(
                    InetAddress.ofLiteral(via), viaPort == 0 ? server.getLocalPort() : viaPort),
                5000);
            return socket;
          });
      return new Conversation(server, client, accepted.get(5, TimeUnit.SECONDS));
    } catch (IOException | TimeoutException e) {
      server.close();
      throw e;
    }
  }

  /** More than a packet in both directions. */
  void exchange() throws IOException {
    exchange(client, accepted);
    exchange(accepted, client);
  }

  private static void exchange(Socket from, Socket to) throws IOException {
    byte[] sent = new byte[20_000];
    from.getOutputStream().write(sent);
    to.setSoTimeout(20_000);
    InputStream in = to.getInputStream();
    assertEquals(sent.length, in.readNBytes(sent.length).length);
  }

  @Override
  public void close() throws IOException {
    client.close();
    accepted.close();
    server.close();
  }
}
