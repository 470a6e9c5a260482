package dev.azwg.netlink.libc;

/**
 * The system calls that the JDK has no API for. Each method makes exactly one call to the C
 * library.
 *
 * <p>There are two implementations: {@code JnaLibc} on a JVM, and one made of native-image's
 * {@code @CFunction} in the executables, where JNA would cost 5 to 10 ms at every start. Both pass
 * the same contract suite, {@code LibcContract}.
 *
 * <p>Every method returns what the call returned when that is not negative, and {@code -errno} when
 * the call failed. No method throws for a failed call and none retries on {@code EINTR}: that is
 * for the caller, who knows whether a retry makes sense. Constants are in {@link LinuxConstants}.
 *
 * <p>A call runs on the thread of the kernel's that carries the Java thread. A virtual thread is
 * pinned to its carrier meanwhile, so calls that may wait ({@link #poll} above all) belong on
 * platform threads; {@link #setns} on a virtual thread would move the carrier and is forbidden.
 */
public interface Libc {
  /** {@code socket(2)}: a new file descriptor. */
  int socket(int domain, int type, int protocol);

  /** {@code bind(2)} to a {@code struct sockaddr} in native layout. */
  int bind(int fd, byte[] address);

  /** {@code getsockname(2)}: fills {@code address} and returns the length the kernel reported. */
  int getsockname(int fd, byte[] address);

  /** {@code setsockopt(2)} with the option's value in native byte order. */
  int setsockopt(int fd, int level, int option, byte[] value);

  /**
   * {@code send(2)} of the first {@code length} bytes of {@code message}: the number of bytes sent.
   *
   * @throws IndexOutOfBoundsException if {@code length} is negative or longer than the message
   */
  int send(int fd, byte[] message, int length, int flags);

  /**
   * {@code recv(2)} into {@code buffer}: the number of bytes received, or with {@code MSG_TRUNC}
   * the real length of the datagram, which may be greater than the buffer.
   */
  int recv(int fd, byte[] buffer, int flags);

  /**
   * {@code poll(2)} of one descriptor.
   *
   * @param timeoutMillis as in poll(2): negative waits for ever, 0 does not wait
   * @return the returned events, 0 if the time ran out
   */
  int poll(int fd, int events, int timeoutMillis);

  /** {@code open(2)} without a mode: for paths that exist. */
  int open(String path, int flags);

  /** {@code close(2)}. */
  int close(int fd);

  /**
   * {@code setns(2)}: moves the calling thread, and only that thread, to another namespace. The
   * caller must be a platform thread of its own that ends afterwards.
   */
  int setns(int fd, int namespaceType);

  /** {@code flock(2)}. */
  int flock(int fd, int operation);

  /**
   * {@code getrandom(2)} without flags: the number of bytes filled from the start of {@code
   * buffer}.
   */
  int getrandom(byte[] buffer);
}
