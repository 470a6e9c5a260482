package dev.azwg.netlink.libc.contract;

import static dev.azwg.netlink.libc.LinuxConstants.CLONE_NEWNET;
import static dev.azwg.netlink.libc.LinuxConstants.LOCK_EX;
import static dev.azwg.netlink.libc.LinuxConstants.LOCK_NB;
import static dev.azwg.netlink.libc.LinuxConstants.LOCK_SH;
import static dev.azwg.netlink.libc.LinuxConstants.LOCK_UN;
import static dev.azwg.netlink.libc.LinuxConstants.O_CLOEXEC;
import static dev.azwg.netlink.libc.LinuxConstants.O_DIRECTORY;
import static dev.azwg.netlink.libc.LinuxConstants.O_RDONLY;
import static dev.azwg.netlink.libc.LinuxConstants.O_RDWR;

import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The calls on files, locks, namespaces and random bytes. */
final class FileChecks {
  private static final int NO_SUCH_FD = 1 << 20;
  private static final Path OWN_NAMESPACE = Path.of("/proc/self/ns/net");

  private final Libc libc;
  private final Path directory;

  FileChecks(Libc libc, Path directory) {
    this.libc = libc;
    this.directory = directory;
  }

  List<Check> checks() {
    return List.of(
        new Check("open and close a file, once", this::openAndClose),
        new Check("open passes the path in UTF-8", this::openUnicode),
        new Check("open fails with ENOENT", this::openMissing),
        new Check("open fails with ENOTDIR", this::openNoDirectory),
        new Check("open fails with EISDIR", this::openDirectoryToWrite),
        new Check("open refuses a path with NUL", this::openNul),
        new Check("close fails with EBADF", this::closeBadDescriptor),
        new Check("flock excludes another open description", this::lockExcludes),
        new Check("flock shared locks do not exclude each other", this::lockShares),
        new Check("flock is released by close", this::lockEndsWithClose),
        new Check("flock fails with EBADF", this::lockBadDescriptor),
        new Check("flock fails with EINVAL", this::lockUnknownOperation),
        new Check("setns enters the own namespace", this::setnsOwn),
        new Check("setns fails with EINVAL for another file", this::setnsOtherFile),
        new Check("setns fails with EBADF", this::setnsBadDescriptor),
        new Check("getrandom fills the buffer, differently each time", this::randomFills),
        new Check("getrandom of nothing", this::randomNothing));
  }

  private void openAndClose() throws IOException {
    int fd = open(file("plain"), O_RDONLY);
    Expect.equal(0, libc.close(fd), "close's result");
    Expect.fails(Errno.EBADF, libc.close(fd), "close once more");
  }

  /** A name may have 255 bytes: whether this one is too long tells how many bytes it became. */
  private void openUnicode() {
    String threeBytes = "\u4e16";
    String prefix = directory + "/";
    Expect.fails(Errno.ENOENT, libc.open(prefix + threeBytes.repeat(85), O_RDONLY), "open");
    Expect.fails(Errno.ENAMETOOLONG, libc.open(prefix + threeBytes.repeat(86), O_RDONLY), "open");
  }

  private void openMissing() {
    Expect.fails(
        Errno.ENOENT, libc.open(directory.resolve("missing").toString(), O_RDONLY), "open");
  }

  private void openNoDirectory() throws IOException {
    Expect.fails(
        Errno.ENOTDIR, libc.open(file("no-directory").toString(), O_RDONLY | O_DIRECTORY), "open");
  }

  private void openDirectoryToWrite() {
    Expect.fails(Errno.EISDIR, libc.open(directory.toString(), O_RDWR), "open");
  }

  private void openNul() {
    Expect.illegal(() -> libc.open("/dev/null\0x", O_RDONLY), "open");
  }

  private void closeBadDescriptor() {
    Expect.fails(Errno.EBADF, libc.close(NO_SUCH_FD), "close");
    Expect.fails(Errno.EBADF, libc.close(-1), "close(-1)");
  }

  private void lockExcludes() throws IOException {
    Path path = file("exclusive");
    int first = open(path, O_RDWR);
    int second = open(path, O_RDWR);
    Expect.equal(0, libc.flock(first, LOCK_EX | LOCK_NB), "the first lock");
    Expect.fails(Errno.EAGAIN, libc.flock(second, LOCK_EX | LOCK_NB), "the second lock");
    Expect.fails(Errno.EAGAIN, libc.flock(second, LOCK_SH | LOCK_NB), "a shared lock");
    Expect.equal(0, libc.flock(first, LOCK_UN), "the release");
    Expect.equal(0, libc.flock(second, LOCK_EX | LOCK_NB), "the second lock after the release");
    close(first);
    close(second);
  }

  private void lockShares() throws IOException {
    Path path = file("shared");
    int first = open(path, O_RDONLY);
    int second = open(path, O_RDONLY);
    Expect.equal(0, libc.flock(first, LOCK_SH | LOCK_NB), "the first lock");
    Expect.equal(0, libc.flock(second, LOCK_SH | LOCK_NB), "the second lock");
    close(first);
    close(second);
  }

  private void lockEndsWithClose() throws IOException {
    Path path = file("closed");
    int first = open(path, O_RDWR);
    int second = open(path, O_RDWR);
    Expect.equal(0, libc.flock(first, LOCK_EX | LOCK_NB), "the first lock");
    close(first);
    Expect.equal(0, libc.flock(second, LOCK_EX | LOCK_NB), "the second lock after close");
    close(second);
  }

  private void lockBadDescriptor() {
    Expect.fails(Errno.EBADF, libc.flock(NO_SUCH_FD, LOCK_EX | LOCK_NB), "flock");
  }

  private void lockUnknownOperation() throws IOException {
    int fd = open(file("operation"), O_RDWR);
    Expect.fails(Errno.EINVAL, libc.flock(fd, 0), "flock");
    close(fd);
  }

  private void setnsOwn() {
    int fd = open(OWN_NAMESPACE, O_RDONLY);
    int result = inOwnThread(fd);
    close(fd);
    Expect.that(
        result == 0 || Errno.EPERM.isResult(result),
        "setns: " + Errno.ofResult(result) + ", not success, nor EPERM of the unprivileged");
  }

  private void setnsOtherFile() throws IOException {
    int fd = open(file("no-namespace"), O_RDONLY);
    int result = inOwnThread(fd);
    close(fd);
    Expect.fails(Errno.EINVAL, result, "setns");
  }

  private void setnsBadDescriptor() {
    Expect.fails(Errno.EBADF, inOwnThread(NO_SUCH_FD), "setns");
  }

  private void randomFills() {
    byte[] first = new byte[64];
    byte[] second = new byte[64];
    Expect.equal(64, libc.getrandom(first), "getrandom's result");
    Expect.equal(64, libc.getrandom(second), "getrandom's result");
    // Each is false once in 2 to the 512.
    Expect.that(!Arrays.equals(first, new byte[64]), "the bytes are all zero");
    Expect.that(!Arrays.equals(first, second), "twice the same bytes");
    Expect.that(!Arrays.equals(tail(first), new byte[32]), "the second half is all zero");
  }

  private void randomNothing() {
    Expect.equal(0, libc.getrandom(new byte[0]), "getrandom's result");
  }

  /** On a thread that ends afterwards, as the interface demands. */
  private int inOwnThread(int fd) {
    AtomicInteger result = new AtomicInteger(Integer.MIN_VALUE);
    Thread thread = Thread.ofPlatform().start(() -> result.set(libc.setns(fd, CLONE_NEWNET)));
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    return result.get();
  }

  private Path file(String name) throws IOException {
    return Files.write(directory.resolve(name), new byte[0]);
  }

  private int open(Path path, int flags) {
    return Expect.succeeds(libc.open(path.toString(), flags | O_CLOEXEC), "open " + path);
  }

  private void close(int fd) {
    Expect.equal(0, libc.close(fd), "close's result");
  }

  private static byte[] tail(byte[] bytes) {
    return Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length);
  }
}
