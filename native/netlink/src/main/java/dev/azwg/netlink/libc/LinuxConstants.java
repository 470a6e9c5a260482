package dev.azwg.netlink.libc;

/**
 * Numbers of the Linux ABI on x86-64 and arm64 that {@link Libc} is called with, named as in the
 * headers that define them.
 */
public final class LinuxConstants {
  private LinuxConstants() {}

  // sys/socket.h, bits/socket.h
  public static final int AF_UNSPEC = 0;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int AF_NETLINK = 16;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_CLOEXEC = 0x80000;
  public static final int SOL_NETLINK = 270;
  public static final int SOL_SOCKET = 1;
  public static final int SO_RCVBUF = 8;
  public static final int SO_RCVBUFFORCE = 33;
  public static final int MSG_PEEK = 0x2;
  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;

  // poll.h
  public static final int POLLIN = 0x1;
  public static final int POLLERR = 0x8;

  // fcntl.h
  public static final int O_RDONLY = 0;
  public static final int O_RDWR = 2;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_DIRECTORY = 0x10000;

  // sched.h
  public static final int CLONE_NEWNET = 0x40000000;

  // sys/file.h
  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;
  public static final int LOCK_UN = 8;
}
