package dev.azwg.wg.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsServerTest {
  private final AtomicInteger made = new AtomicInteger();
  private MetricsServer server = start(this::page);

  private static MetricsServer start(Supplier<Exposition> source) {
    try {
      return MetricsServer.start(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Exposition page() {
    Exposition metrics = new Exposition();
    metrics.gauge("made", "How often.", made.incrementAndGet());
    return metrics;
  }

  @BeforeEach
  void count() {
    made.set(0);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(20_000);
    socket.connect(server.address(), 5000);
    return socket;
  }

  private String ask(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String request(String line) {
    return line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  }

  @Test
  void onlyThePageIsThere() throws IOException {
    String page = ask(request("GET /metrics"));
    assertTrue(page.startsWith("HTTP/1.1 200 "), page);
    assertTrue(page.contains("text/plain; version=0.0.4"), page);
    assertTrue(
        page.endsWith("\r\n\r\n# HELP made How often.\n# TYPE made gauge\nmade 1.0\n"), page);
    assertTrue(ask(request("HEAD /metrics")).startsWith("HTTP/1.1 200 "));
    assertTrue(ask(request("POST /metrics")).startsWith("HTTP/1.1 405 "));
    assertTrue(ask(request("GET /metrics/../metrics")).startsWith("HTTP/1.1 404 "));
    assertTrue(ask(request("GET /")).startsWith("HTTP/1.1 404 "));
    assertTrue(ask("nonsense\r\n\r\n").startsWith("HTTP/1.1 400 "));
    assertEquals(1, made.get(), "one page a second");
  }

  @Test
  void aRequestThatDoesNotComeIsNotWaitedForAndOthersAreAnsweredMeanwhile() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Socket socket = connect();
        socket.getOutputStream().write("GET /metrics HT".getBytes(StandardCharsets.US_ASCII));
        slow.add(socket);
      }
      long begin = System.nanoTime();
      assertTrue(ask(request("GET /metrics")).startsWith("HTTP/1.1 200 "));
      for (Socket socket : slow) {
        assertTrue(ended(socket));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(took.compareTo(Duration.ofSeconds(12)) < 0, "it took " + took);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void moreConnectionsThanAllowedAreClosedAndTheServerRecovers() throws IOException {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        idle.add(connect());
      }
      int closed = 0;
      for (Socket socket : idle.subList(40, 100)) {
        closed += ended(socket) ? 1 : 0;
      }
      assertEquals(60, closed);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!answers() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertTrue(answers());
  }

  private boolean answers() {
    try {
      return ask(request("GET /metrics")).startsWith("HTTP/1.1 200 ");
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the server has closed the connection, without an answer or with an error. */
  private static boolean ended(Socket socket) throws IOException {
    try {
      InputStream in = socket.getInputStream();
      return !new String(in.readAllBytes(), StandardCharsets.UTF_8).startsWith("HTTP/1.1 200");
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void aDeviceThatHangsIsSaidSo() throws Exception {
    server.close();
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    server =
        start(() -> {
          hangs.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return page();
        });
    try (Socket first = connect()) {
      first.getOutputStream().write(request("GET /metrics").getBytes(StandardCharsets.US_ASCII));
      hangs.await();
      assertTrue(ask(request("GET /metrics")).startsWith("HTTP/1.1 503 "));
      release.countDown();
      String answer = new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }
  }
}
