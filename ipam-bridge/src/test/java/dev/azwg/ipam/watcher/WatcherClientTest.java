package dev.azwg.ipam.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.watcher.PublishOutcome.NotPublished;
import dev.azwg.ipam.watcher.PublishOutcome.Published;
import dev.azwg.ipam.watcher.PublishOutcome.Unreachable;
import dev.azwg.ipam.watcher.WatcherException.Reason;
import dev.azwg.ipam.watcher.WatcherRequest.Changed;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class WatcherClientTest {
  private static final AttachmentKey KEY = new AttachmentKey("3f81", "eth0");
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(80);

  private final Path stateDir;
  private final List<SocketChannel> accepted = new ArrayList<>();
  private final ServerSocketChannel server;

  WatcherClientTest(@TempDir Path stateDir) throws IOException {
    this.stateDir = stateDir;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(WatcherClient.socket(stateDir)), 1);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    for (SocketChannel channel : accepted) {
      channel.close();
    }
  }

  @Test
  void saysWhatTheWatcherAnswers() throws Exception {
    CompletableFuture<Void> served =
        serve(channel -> {
          assertEquals(new Changed(KEY, 8750), WatcherCodec.decodeRequest(line(channel)));
          channel.write(ByteBuffer.wrap(WatcherCodec.encodePublished()));
        });
    assertEquals(new Published(), new WatcherClient(stateDir).changed(KEY, LONG));
    served.get();
    answer("{\"published\":false,\"reason\":\"no datastore\"}\n");
    assertEquals(new NotPublished("no datastore"), new WatcherClient(stateDir).changed(KEY, LONG));
  }

  @Test
  void aLongAnswerInPiecesIsReadToItsEnd() throws Exception {
    String status = "{\"x\":\"" + "y".repeat(WatcherCodec.MAX_LINE_BYTES - 8) + "\"}";
    CompletableFuture<Void> served =
        serve(channel -> {
          line(channel);
          byte[] bytes = (status + "\nrest").getBytes(StandardCharsets.UTF_8);
          for (int at = 0; at < bytes.length; at += 1000) {
            ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(1000, bytes.length - at));
            while (piece.hasRemaining()) {
              channel.write(piece);
            }
          }
        });
    assertEquals(status, new WatcherClient(stateDir).status(LONG).toString());
    served.get();
  }

  @Test
  void anAnswerWithoutEndIsCutOff() {
    var _ =
        serve(channel -> {
          ByteBuffer endless = ByteBuffer.allocate(4096);
          int written;
          do {
            written = channel.write(endless.clear());
          } while (written > 0);
        });
    assertEquals(Reason.INVALID_ANSWER, statusRefusal(LONG));
  }

  @Test
  void badAnswersAreNoAnswers() {
    for (String bad : new String[] {"\n", "{}\n", "{\"published\":true}", ""}) {
      answer(bad);
      assertInstanceOf(Unreachable.class, new WatcherClient(stateDir).changed(KEY, LONG), bad);
    }
  }

  @Test
  void aWatcherThatNeverAnswersCostsTheTimeoutOnly() {
    // The kernel completes the connection; nobody accepts it.
    long start = System.nanoTime();
    assertInstanceOf(Unreachable.class, new WatcherClient(stateDir).changed(KEY, SHORT));
    assertTook(start);
  }

  @Test
  void aWatcherThatDripsCostsTheTimeoutOnly() {
    var _ =
        serve(channel -> {
          while (true) {
            channel.write(ByteBuffer.wrap(new byte[] {' '}));
            Thread.sleep(5);
          }
        });
    long start = System.nanoTime();
    assertEquals(Reason.TIMED_OUT, statusRefusal(SHORT));
    assertTook(start);
  }

  @Test
  void aFullBacklogIsUnreachable() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(WatcherClient.socket(stateDir));
    boolean full = false;
    while (!full && accepted.size() < 64) {
      SocketChannel waiting = SocketChannel.open(StandardProtocolFamily.UNIX);
      accepted.add(waiting);
      waiting.configureBlocking(false);
      try {
        waiting.connect(address);
      } catch (SocketException wouldBlock) {
        full = true;
      }
    }
    assertTrue(full, "the backlog takes everyone");
    long start = System.nanoTime();
    assertInstanceOf(Unreachable.class, new WatcherClient(stateDir).changed(KEY, SHORT));
    assertTrue(System.nanoTime() - start < LONG.toNanos());
  }

  @Test
  void noWatcherIsUnreachable() throws Exception {
    server.close();
    assertInstanceOf(Unreachable.class, new WatcherClient(stateDir).changed(KEY, LONG));
    Path absent = stateDir.resolve("absent");
    assertInstanceOf(Unreachable.class, new WatcherClient(absent).changed(KEY, LONG));
    Path tooLong = stateDir.resolve("x".repeat(120));
    assertInstanceOf(Unreachable.class, new WatcherClient(tooLong).changed(KEY, LONG));
  }

  private Reason statusRefusal(Duration timeout) {
    return assertThrows(WatcherException.class, () -> new WatcherClient(stateDir).status(timeout))
        .reason();
  }

  private static void assertTook(long start) {
    long took = System.nanoTime() - start;
    assertTrue(took >= SHORT.toNanos(), "ended early: " + took);
    assertTrue(took < LONG.toNanos(), "ended late: " + took);
  }

  private void answer(String text) {
    var _ =
        serve(channel -> {
          line(channel);
          channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        });
  }

  private CompletableFuture<Void> serve(Exchange exchange) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (SocketChannel channel = server.accept()) {
            exchange.with(channel);
            done.complete(null);
          } catch (Exception | AssertionError e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  private static byte[] line(SocketChannel channel) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(1024);
    while (in.position() == 0 || in.get(in.position() - 1) != '\n') {
      if (channel.read(in) < 0) {
        throw new IOException("closed");
      }
    }
    return Arrays.copyOf(in.array(), in.position());
  }

  /** The watcher's side of one connection. */
  private interface Exchange {
    void with(SocketChannel channel) throws Exception;
  }
}
