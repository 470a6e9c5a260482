package dev.azwg.image.libc;

import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.SignedWord;
import org.graalvm.word.UnsignedWord;

/**
 * The functions of the C library, linked by name when an executable is built. On a JVM a call is an
 * {@link UnsatisfiedLinkError}.
 *
 * <p>The calls that may block make the transition to native state, so that a garbage collection
 * need not wait for them. {@code size_t} and {@code ssize_t} are words.
 */
final class LibcFunctions {
  private LibcFunctions() {}

  @CFunction("socket")
  static native int socket(int domain, int type, int protocol);

  @CFunction("bind")
  static native int bind(int fd, PointerBase address, int length);

  @CFunction("getsockname")
  static native int getsockname(int fd, PointerBase address, CIntPointer length);

  @CFunction("setsockopt")
  static native int setsockopt(int fd, int level, int option, PointerBase value, int length);

  @CFunction("send")
  static native SignedWord send(int fd, PointerBase message, UnsignedWord length, int flags);

  @CFunction("recv")
  static native SignedWord recv(int fd, PointerBase buffer, UnsignedWord length, int flags);

  @CFunction("poll")
  static native int poll(PointerBase descriptors, UnsignedWord count, int timeoutMillis);

  /**
   * Variadic in C: the third argument is read only with {@code O_CREAT} or {@code O_TMPFILE}. On
   * x86-64 and on arm64 Linux the fixed arguments of a variadic function are passed like others.
   */
  @CFunction("open")
  static native int open(PointerBase path, int flags);

  /** What the handler was before; {@code SIG_ERR} is -1. */
  @CFunction("signal")
  static native PointerBase signal(int signal, PointerBase handler);

  @CFunction("close")
  static native int close(int fd);

  @CFunction("setns")
  static native int setns(int fd, int namespaceType);

  @CFunction("flock")
  static native int flock(int fd, int operation);

  @CFunction("getrandom")
  static native SignedWord getrandom(PointerBase buffer, UnsignedWord length, int flags);

  /** Where the calling thread's {@code errno} is: what the macro of {@code errno.h} expands to. */
  @CFunction(value = "__errno_location", transition = Transition.NO_TRANSITION)
  static native CIntPointer errnoLocation();
}
