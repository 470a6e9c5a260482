package dev.azwg.wg.watcher;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.libc.Libc;
import java.util.function.IntSupplier;

/** The real calls, each of which a test may replace by what it wants to be returned. */
abstract class LibcFilter implements Libc {
  private final Libc real = new JnaLibc();

  /**
   * Carries a call out, or does not.
   *
   * @param name the function's
   * @return what it returned, or {@code -errno}
   */
  abstract int call(String name, IntSupplier function);

  @Override
  public int socket(int domain, int type, int protocol) {
    return call("socket", () -> real.socket(domain, type, protocol));
  }

  @Override
  public int bind(int fd, byte[] address) {
    return call("bind", () -> real.bind(fd, address));
  }

  @Override
  public int getsockname(int fd, byte[] address) {
    return call("getsockname", () -> real.getsockname(fd, address));
  }

  @Override
  public int setsockopt(int fd, int level, int option, byte[] value) {
    return call("setsockopt", () -> real.setsockopt(fd, level, option, value));
  }

  @Override
  public int send(int fd, byte[] message, int length, int flags) {
    return call("send", () -> real.send(fd, message, length, flags));
  }

  @Override
  public int recv(int fd, byte[] buffer, int flags) {
    return call("recv", () -> real.recv(fd, buffer, flags));
  }

  @Override
  public int poll(int fd, int events, int timeoutMillis) {
    return call("poll", () -> real.poll(fd, events, timeoutMillis));
  }

  @Override
  public int open(String path, int flags) {
    return call("open", () -> real.open(path, flags));
  }

  @Override
  public int close(int fd) {
    return real.close(fd);
  }

  @Override
  public int setns(int fd, int namespaceType) {
    return real.setns(fd, namespaceType);
  }

  @Override
  public int flock(int fd, int operation) {
    return call("flock", () -> real.flock(fd, operation));
  }

  @Override
  public int getrandom(byte[] buffer) {
    return call("getrandom", () -> real.getrandom(buffer));
  }
}
