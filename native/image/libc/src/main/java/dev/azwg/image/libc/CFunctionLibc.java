package dev.azwg.image.libc;

import dev.azwg.netlink.libc.Libc;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.Pointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.SignedWord;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;

/**
 * {@link Libc} in an executable.
 *
 * <p>Arrays are pinned for the duration of a call and handed over without a copy.
 *
 * <h2>Why errno is still the call's own when it is read</h2>
 *
 * <p>{@link #result} runs directly after the call, on the same platform thread: nothing of ours is
 * between them, no allocation, no lock, no loop. What the runtime itself puts between them is the
 * transition from native to Java state. If a garbage collection is under way this waits on the
 * runtime's mutex ({@code SafepointSlowpath.freezeAtSafepoint} in svm 25.0.2), that is in {@code
 * pthread_mutex_lock} and {@code pthread_cond_wait}, which return their error instead of setting
 * {@code errno} (POSIX). A collection that this thread itself runs needs an allocation. Signal
 * handlers put {@code errno} back. The runtime relies on the same order for its own calls: {@code
 * PosixUtils} calls {@code LibC.errno()}, which is {@code __errno_location} without a transition,
 * after functions that were called with one. The smoke executable tries it with collections and
 * failing calls in parallel.
 */
public final class CFunctionLibc implements Libc {
  private static final int SIZEOF_POLLFD = 8;
  private static final int OFFSETOF_EVENTS = 4;
  private static final int OFFSETOF_REVENTS = 6;

  @Override
  public int socket(int domain, int type, int protocol) {
    return result(LibcFunctions.socket(domain, type, protocol));
  }

  @Override
  public int bind(int fd, byte[] address) {
    try (PinnedObject pinned = PinnedObject.create(address)) {
      return result(LibcFunctions.bind(fd, start(pinned, address), address.length));
    }
  }

  @Override
  public int getsockname(int fd, byte[] address) {
    CIntPointer length = StackValue.get(CIntPointer.class);
    length.write(address.length);
    try (PinnedObject pinned = PinnedObject.create(address)) {
      int result = result(LibcFunctions.getsockname(fd, start(pinned, address), length));
      return result < 0 ? result : length.read();
    }
  }

  @Override
  public int setsockopt(int fd, int level, int option, byte[] value) {
    try (PinnedObject pinned = PinnedObject.create(value)) {
      return result(
          LibcFunctions.setsockopt(fd, level, option, start(pinned, value), value.length));
    }
  }

  @Override
  public int send(int fd, byte[] message, int length, int flags) {
    Objects.checkFromIndexSize(0, length, message.length);
    UnsignedWord size = WordFactory.unsigned(length);
    try (PinnedObject pinned = PinnedObject.create(message)) {
      return result(LibcFunctions.send(fd, start(pinned, message), size, flags));
    }
  }

  @Override
  public int recv(int fd, byte[] buffer, int flags) {
    UnsignedWord size = WordFactory.unsigned(buffer.length);
    try (PinnedObject pinned = PinnedObject.create(buffer)) {
      return result(LibcFunctions.recv(fd, start(pinned, buffer), size, flags));
    }
  }

  @Override
  public int poll(int fd, int events, int timeoutMillis) {
    Pointer pollfd = StackValue.get(SIZEOF_POLLFD);
    pollfd.writeInt(0, fd);
    pollfd.writeShort(OFFSETOF_EVENTS, (short) events);
    pollfd.writeShort(OFFSETOF_REVENTS, (short) 0);
    int result = result(LibcFunctions.poll(pollfd, WordFactory.unsigned(1), timeoutMillis));
    return result <= 0 ? result : Short.toUnsignedInt(pollfd.readShort(OFFSETOF_REVENTS));
  }

  @Override
  public int open(String path, int flags) {
    byte[] terminated = nulTerminated(path);
    try (PinnedObject pinned = PinnedObject.create(terminated)) {
      return result(LibcFunctions.open(start(pinned, terminated), flags));
    }
  }

  @Override
  public int close(int fd) {
    return result(LibcFunctions.close(fd));
  }

  @Override
  public int setns(int fd, int namespaceType) {
    return result(LibcFunctions.setns(fd, namespaceType));
  }

  @Override
  public int flock(int fd, int operation) {
    return result(LibcFunctions.flock(fd, operation));
  }

  @Override
  public int getrandom(byte[] buffer) {
    UnsignedWord size = WordFactory.unsigned(buffer.length);
    try (PinnedObject pinned = PinnedObject.create(buffer)) {
      return result(LibcFunctions.getrandom(start(pinned, buffer), size, 0));
    }
  }

  private static byte[] nulTerminated(String path) {
    if (path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a path cannot contain NUL");
    }
    return (path + '\0').getBytes(StandardCharsets.UTF_8);
  }

  /** The first byte of a pinned array; an empty array has none, and C takes a null for it. */
  private static PointerBase start(PinnedObject pinned, byte[] array) {
    return array.length == 0 ? WordFactory.nullPointer() : pinned.addressOfArrayElement(0);
  }

  /** To be called with the call itself as its argument, see the class comment. */
  private static int result(int returned) {
    return returned >= 0 ? returned : -LibcFunctions.errnoLocation().read();
  }

  /** As {@link #result(int)}, for {@code ssize_t}. Sizes are those of Java arrays, so they fit. */
  private static int result(SignedWord returned) {
    long value = returned.rawValue();
    return value >= 0 ? (int) value : -LibcFunctions.errnoLocation().read();
  }
}
