package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ApiServerTest {
  @TempDir private Path directory = Path.of("");
  private final BlockingQueue<ApiServer.Reply> held = new LinkedBlockingQueue<>();
  private final Log log =
      new Log(
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
          InstantSource.system(),
          Log.Level.ERROR);
  private @Nullable ApiServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        ApiServer.start(
            directory.resolve("s"),
            (request, reply) -> {
              String text = new String(request, StandardCharsets.UTF_8);
              if (text.equals("hold")) {
                held.add(reply);
              } else {
                reply.send(line("echo " + text));
              }
            },
            log);
  }

  @AfterEach
  void stop() {
    Objects.requireNonNull(server).close();
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private SocketChannel send(String text) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(directory.resolve("s")));
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return channel;
  }

  private static String receive(SocketChannel channel) throws IOException {
    return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void oneLineInIsOneLineOut() throws IOException {
    try (SocketChannel channel = send("hello\n")) {
      assertEquals("echo hello\n", receive(channel));
    }
  }

  @Test
  void aLineMayComeInPieces() throws IOException {
    try (SocketChannel channel = send("he")) {
      channel.write(ByteBuffer.wrap("llo\n".getBytes(StandardCharsets.UTF_8)));
      assertEquals("echo hello\n", receive(channel));
    }
  }

  @Test
  void whoeverWaitsDelaysNobodyElse() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      waiting.add(send("hold\n"));
    }
    SocketChannel silent = send("no end of line");
    try (SocketChannel channel = send("hello\n")) {
      assertEquals("echo hello\n", receive(channel));
    }
    for (SocketChannel ignored : waiting) {
      held.take().send(line("done"));
    }
    for (SocketChannel channel : waiting) {
      assertEquals("done\n", receive(channel));
      channel.close();
    }
    silent.close();
  }

  @Test
  void aLongAnswerArrivesWhole() throws Exception {
    String large = "x".repeat(3_000_000);
    try (SocketChannel channel = send("hold\n")) {
      held.take().send(line(large));
      assertEquals(large + "\n", receive(channel));
    }
  }

  @Test
  void aRequestWithoutBoundIsDropped() throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(directory.resolve("s")));
      byte[] flood = new byte[1 << 20];
      try {
        channel.write(ByteBuffer.wrap(flood));
        assertEquals("", receive(channel));
      } catch (IOException e) {
        // Dropped while we were still sending: a reset or a broken pipe.
      }
    }
    try (SocketChannel channel = send("hello\n")) {
      assertEquals("echo hello\n", receive(channel));
    }
  }

  @Test
  void aClientThatGoesAwayIsForgotten() throws Exception {
    send("hold\n").close();
    held.take().send(line("nobody hears this"));
    try (SocketChannel channel = send("hello\n")) {
      assertEquals("echo hello\n", receive(channel));
    }
  }

  @Test
  void onlyRootMayUseTheSocketAndItGoesWithTheServer() throws IOException {
    assertEquals(
        PosixFilePermissions.fromString("rw-------"),
        Files.getPosixFilePermissions(directory.resolve("s")));
    Objects.requireNonNull(server).close();
    assertFalse(Files.exists(directory.resolve("s")));
  }

  @Test
  void aSocketLeftBehindIsReplaced() throws IOException {
    Path stale = directory.resolve("stale");
    Files.writeString(stale, "");
    try (ApiServer second =
            ApiServer.start(stale, (request, reply) -> reply.send(line("ok")), log);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(stale));
      channel.write(ByteBuffer.wrap("?\n".getBytes(StandardCharsets.UTF_8)));
      assertEquals("ok\n", receive(channel), second::toString);
    }
  }
}
