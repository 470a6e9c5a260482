package dev.azwg.wg.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Answers {@code GET /metrics} with plain HTTP. Whoever reaches the address may ask, so everything
 * is bounded: connections, threads, how long a request may take to come and an answer to go.
 */
public final class MetricsServer implements AutoCloseable {
  private static final String PATH = "/metrics";

  private static final int MAXIMUM_CONNECTIONS = 32;

  /**
   * The limits of the JDK's server, which it reads from system properties when it is first used
   * (module jdk.httpserver; in the executable, that takes a build option); times in seconds but for
   * the clock's, which is in milliseconds.
   */
  private static final Map<String, String> LIMITS =
      Map.of(
          "jdk.httpserver.maxConnections", Integer.toString(MAXIMUM_CONNECTIONS),
          "sun.net.httpserver.maxReqTime", "5",
          "sun.net.httpserver.maxRspTime", "10",
          "sun.net.httpserver.idleInterval", "10",
          "sun.net.httpserver.clockTick", "1000",
          "sun.net.httpserver.timerMillis", "1000",
          "sun.net.httpserver.maxReqHeaders", "50",
          "sun.net.httpserver.maxReqHeaderSize", "16384",
          "sun.net.httpserver.drainAmount", "4096",
          "sun.net.httpserver.nodelay", "true");

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  /** What stands for "no body" in the length of an answer. */
  private static final int NO_BODY = -1;

  private final HttpServer server;
  private final ExecutorService threads;
  private final MetricsPage page;

  private MetricsServer(HttpServer server, ExecutorService threads, MetricsPage page) {
    this.server = server;
    this.threads = threads;
    this.page = page;
  }

  /**
   * Starts to answer.
   *
   * @param address where; port 0 for any that is free
   * @param source makes the page, at most once a second
   * @throws IOException if the address cannot be listened on
   */
  public static MetricsServer start(InetSocketAddress address, Supplier<Exposition> source)
      throws IOException {
    LIMITS.forEach(System::setProperty);
    HttpServer http = HttpServer.create(address, MAXIMUM_CONNECTIONS);
    // Twice the connections: the last of an old one may overlap with the first of a new one.
    ExecutorService threads =
        new ThreadPoolExecutor(
            0,
            2 * MAXIMUM_CONNECTIONS,
            Duration.ofSeconds(10).toSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> Thread.ofPlatform().daemon().name("metrics").unstarted(task));
    MetricsServer server = new MetricsServer(http, threads, new MetricsPage(source));
    http.setExecutor(threads);
    http.createContext("/", server::answer);
    http.start();
    return server;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        exchange.sendResponseHeaders(NOT_FOUND, NO_BODY);
        return;
      }
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (!head && !exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, NO_BODY);
        return;
      }
      answer(exchange, head);
    }
  }

  private void answer(HttpExchange exchange, boolean head) throws IOException {
    Optional<byte[]> text = Optional.empty();
    try {
      text = page.text();
    } catch (InterruptedException e) {
      // The server ends.
      Thread.currentThread().interrupt();
    }
    if (text.isEmpty()) {
      exchange.sendResponseHeaders(UNAVAILABLE, NO_BODY);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", Exposition.CONTENT_TYPE);
    if (head) {
      exchange.sendResponseHeaders(OK, NO_BODY);
      return;
    }
    exchange.sendResponseHeaders(OK, text.get().length);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(text.get());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
