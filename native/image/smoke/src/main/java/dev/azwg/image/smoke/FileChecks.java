package dev.azwg.image.smoke;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Files, locks, folder notifications and unix sockets below a directory of the run's own. */
final class FileChecks {
  private static final long TIMEOUT_SECONDS = 10;

  private FileChecks() {}

  static List<Check> all(Path directory) {
    return List.of(
        new Check("file: 0600, fsync, rename, fsync of the folder", () -> replace(directory)),
        new Check("file lock", () -> lock(directory)),
        new Check("folder notifications", () -> watch(directory)),
        new Check("unix socket", () -> unixSocket(directory)));
  }

  private static void replace(Path directory) throws IOException {
    Path temporary = directory.resolve("replace.tmp");
    Path target = directory.resolve("replace");
    Files.createFile(
        temporary,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("content".getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
    Check.same("content", Files.readString(target));
    Check.same("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
  }

  private static void lock(Path directory) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      Check.same(true, lock.isValid());
    }
  }

  private static void watch(Path directory) throws IOException, InterruptedException {
    Path watched = Files.createDirectory(directory.resolve("watched"));
    try (WatchService service = watched.getFileSystem().newWatchService()) {
      watched.register(service, StandardWatchEventKinds.ENTRY_CREATE);
      Files.createFile(watched.resolve("new"));
      WatchKey key = service.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (key == null) {
        throw new AssertionError("no notification");
      }
      Check.same(Path.of("new"), key.pollEvents().getFirst().context());
    }
  }

  private static void unixSocket(Path directory) throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    byte[] message = "through the socket".getBytes(StandardCharsets.UTF_8);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (SocketChannel client = SocketChannel.open(address);
          SocketChannel accepted = server.accept()) {
        client.write(ByteBuffer.wrap(message));
        client.shutdownOutput();
        ByteBuffer received = ByteBuffer.allocate(message.length + 1);
        while (accepted.read(received) >= 0) {
          // until the end of the stream; the buffer has a byte to spare, so it never fills
        }
        Check.same(ByteBuffer.wrap(message), received.flip());
      }
    }
  }
}
