package dev.azwg.wg.watcher;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The local API: one line of JSON in, one line out, then the connection ends. A single thread
 * serves all connections; one that dawdles is dropped, and no client can delay another or the
 * reconciler.
 */
public final class ApiServer implements AutoCloseable {
  /** Turns a request into an answer, now or later. */
  interface Handler {
    /**
     * Answers one request.
     *
     * @param request one line without its end
     * @param reply takes the answer, from any thread, once
     */
    void handle(byte[] request, Reply reply);
  }

  /** Takes the answer to one request. */
  interface Reply {
    /** Sends the answer: one line with its end. */
    void send(byte[] line);
  }

  /** Enough for every pod that a node can start at once, and a bound on what a client can cost. */
  private static final int MAXIMUM_CONNECTIONS = 512;

  /** Longer than any client waits for "published". */
  private static final Duration MAXIMUM_AGE = Duration.ofSeconds(30);

  private final Path socket;
  private final ServerSocketChannel server;
  private final Selector selector;
  private final Handler handler;
  private final Log log;
  private final Queue<Runnable> fromOtherThreads = new ConcurrentLinkedQueue<>();
  private volatile boolean closing;

  private ApiServer(
      Path socket, ServerSocketChannel server, Selector selector, Handler handler, Log log) {
    this.socket = socket;
    this.server = server;
    this.selector = selector;
    this.handler = handler;
    this.log = log;
  }

  /**
   * Listens on {@code socket}, which only root may use, and serves it on a daemon thread. A socket
   * file that an earlier process left behind is replaced: the caller holds the lock that makes sure
   * that nobody listens on it.
   *
   * @throws IOException if the socket cannot be made
   */
  static ApiServer start(Path socket, Handler handler, Log log) throws IOException {
    Files.deleteIfExists(socket);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    Selector selector = Selector.open();
    try {
      // The folder is 0700: between bind and chmod nobody else can reach the socket.
      server.bind(UnixDomainSocketAddress.of(socket), MAXIMUM_CONNECTIONS);
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException e) {
      selector.close();
      server.close();
      throw e;
    }
    ApiServer api = new ApiServer(socket, server, selector, handler, log);
    Thread.ofPlatform().daemon().name("api").start(api::run);
    return api;
  }

  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      log.warn("cannot remove the socket", "path", socket, "error", e);
    }
  }

  private void run() {
    try {
      while (!closing) {
        selector.select(MAXIMUM_AGE.toMillis() / 4);
        for (Runnable task = fromOtherThreads.poll();
            task != null;
            task = fromOtherThreads.poll()) {
          task.run();
        }
        serveReady();
        dropOld(System.nanoTime());
      }
      List<SelectionKey> open = new ArrayList<>(selector.keys());
      for (SelectionKey key : open) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException | ClosedSelectorException e) {
      log.error("the local API has ended", "error", e);
    }
  }

  private void serveReady() {
    var ready = selector.selectedKeys().iterator();
    while (ready.hasNext()) {
      SelectionKey key = ready.next();
      ready.remove();
      if (key.attachment() instanceof ApiConnection connection) {
        connection.ready();
      } else {
        accept();
      }
    }
  }

  private void accept() {
    try {
      SocketChannel channel = server.accept();
      if (channel == null) {
        return;
      }
      if (selector.keys().size() > MAXIMUM_CONNECTIONS) {
        channel.close();
        log.warn("too many connections to the local API", "maximum", MAXIMUM_CONNECTIONS);
        return;
      }
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      key.attach(new ApiConnection(channel, key, System.nanoTime(), this::handle));
    } catch (IOException e) {
      log.warn("cannot accept on the local API", "error", e);
    }
  }

  private void handle(byte[] request, ApiConnection connection) {
    handler.handle(
        request,
        line -> {
          fromOtherThreads.add(() -> connection.answer(line));
          selector.wakeup();
        });
  }

  private void dropOld(long now) {
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof ApiConnection connection
          && now - connection.since() > MAXIMUM_AGE.toNanos()) {
        connection.drop();
      }
    }
  }
}
