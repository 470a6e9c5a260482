package dev.azwg.netlink.libc;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * {@link Libc} for a JVM, by JNA's direct mapping with primitives and byte arrays only.
 *
 * <p>JNA saves {@code errno} per thread at the return of each call, so that {@link
 * Native#getLastError()} is exact whatever the JVM does in between. The C types {@code size_t} and
 * {@code ssize_t} are {@code long}: on the supported machines (x86-64, arm64) both have 64 bits.
 */
public final class JnaLibc implements Libc {
  /** struct pollfd of poll.h: {@code int fd; short events; short revents}. */
  private static final int POLLFD_LENGTH = 8;

  private static final int POLLFD_EVENTS_OFFSET = 4;
  private static final int POLLFD_REVENTS_OFFSET = 6;

  @Override
  public int socket(int domain, int type, int protocol) {
    return result(C.socket(domain, type, protocol));
  }

  @Override
  public int bind(int fd, byte[] address) {
    return result(C.bind(fd, address, address.length));
  }

  @Override
  public int getsockname(int fd, byte[] address) {
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
    length.putInt(0, address.length);
    int result = result(C.getsockname(fd, address, length.array()));
    return result < 0 ? result : length.getInt(0);
  }

  @Override
  public int setsockopt(int fd, int level, int option, byte[] value) {
    return result(C.setsockopt(fd, level, option, value, value.length));
  }

  @Override
  public int send(int fd, byte[] message, int length, int flags) {
    Objects.checkFromIndexSize(0, length, message.length);
    return result(C.send(fd, message, length, flags));
  }

  @Override
  public int recv(int fd, byte[] buffer, int flags) {
    return result(C.recv(fd, buffer, buffer.length, flags));
  }

  @Override
  public int poll(int fd, int events, int timeoutMillis) {
    ByteBuffer pollfd = ByteBuffer.allocate(POLLFD_LENGTH).order(ByteOrder.nativeOrder());
    pollfd.putInt(0, fd).putShort(POLLFD_EVENTS_OFFSET, (short) events);
    int result = result(C.poll(pollfd.array(), 1, timeoutMillis));
    return result <= 0 ? result : Short.toUnsignedInt(pollfd.getShort(POLLFD_REVENTS_OFFSET));
  }

  @Override
  public int open(String path, int flags) {
    return result(C.open(nulTerminated(path), flags));
  }

  @Override
  public int close(int fd) {
    return result(C.close(fd));
  }

  @Override
  public int setns(int fd, int namespaceType) {
    return result(C.setns(fd, namespaceType));
  }

  @Override
  public int flock(int fd, int operation) {
    return result(C.flock(fd, operation));
  }

  @Override
  public int getrandom(byte[] buffer) {
    return result(C.getrandom(buffer, buffer.length, 0));
  }

  private static int result(long result) {
    return result < 0 ? -Native.getLastError() : Math.toIntExact(result);
  }

  private static byte[] nulTerminated(String path) {
    if (path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a path cannot contain NUL");
    }
    return (path + '\0').getBytes(StandardCharsets.UTF_8);
  }

  /** The C functions. Of its own so that the class is linked only when a call is made. */
  private static final class C {
    static {
      Native.register(C.class, NativeLibrary.getProcess());
    }

    private C() {}

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, byte[] address, int length);

    static native int getsockname(int fd, byte[] address, byte[] length);

    static native int setsockopt(int fd, int level, int option, byte[] value, int length);

    static native long send(int fd, byte[] message, long length, int flags);

    static native long recv(int fd, byte[] buffer, long length, int flags);

    static native int poll(byte[] pollfds, long count, int timeoutMillis);

    // Variadic in C. Without a third argument both ABIs pass the two fixed ones like any other
    // call.
    static native int open(byte[] path, int flags);

    static native int close(int fd);

    static native int setns(int fd, int namespaceType);

    static native int flock(int fd, int operation);

    static native long getrandom(byte[] buffer, long length, int flags);
  }
}
