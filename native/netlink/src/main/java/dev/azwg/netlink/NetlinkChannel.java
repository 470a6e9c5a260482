package dev.azwg.netlink;

import static dev.azwg.netlink.libc.LinuxConstants.AF_NETLINK;
import static dev.azwg.netlink.libc.LinuxConstants.MSG_DONTWAIT;
import static dev.azwg.netlink.libc.LinuxConstants.MSG_PEEK;
import static dev.azwg.netlink.libc.LinuxConstants.MSG_TRUNC;
import static dev.azwg.netlink.libc.LinuxConstants.POLLIN;
import static dev.azwg.netlink.libc.LinuxConstants.SOCK_CLOEXEC;
import static dev.azwg.netlink.libc.LinuxConstants.SOCK_RAW;
import static dev.azwg.netlink.libc.LinuxConstants.SOL_NETLINK;
import static dev.azwg.netlink.libc.LinuxConstants.SOL_SOCKET;
import static dev.azwg.netlink.libc.LinuxConstants.SO_RCVBUF;
import static dev.azwg.netlink.libc.LinuxConstants.SO_RCVBUFFORCE;

import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A bound netlink socket as datagrams: opens, sends, waits with a deadline and receives whole
 * datagrams. Knows system calls and their errors, nothing of what the datagrams mean.
 *
 * <p>Who sent a datagram is not looked at: the kernel lets only a process with CAP_NET_ADMIN in the
 * namespace send to another process's socket of these protocols (NL_CFG_F_NONROOT_SEND is not set
 * for them), and the sequence and port numbers are checked above.
 */
final class NetlinkChannel {
  /** struct sockaddr_nl: family 16 bits, padding 16 bits, port 32 bits, groups 32 bits. */
  private static final int SOCKADDR_NL_LENGTH = 12;

  private static final int SOCKADDR_NL_PORT_OFFSET = 4;

  /**
   * Far above what a kernel sends in one datagram (32 KB in dumps, some more for one object): a
   * greater one is a fault, not a reason to take memory.
   */
  private static final int MAX_DATAGRAM = 4 << 20;

  private static final byte[] NOTHING = new byte[1];

  private final Libc libc;
  private final int fd;
  private final int portId;

  private NetlinkChannel(Libc libc, int fd, int portId) {
    this.libc = libc;
    this.fd = fd;
    this.portId = portId;
  }

  /**
   * Opens a socket in the calling thread's network namespace, with extended acknowledgements,
   * capped error replies and strict checking of dump requests where the kernel has them (4.20).
   */
  static NetlinkChannel open(Libc libc, int protocol) throws NetlinkException {
    int fd =
        check("socket(AF_NETLINK)", libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    try {
      byte[] address = new byte[SOCKADDR_NL_LENGTH];
      ByteBuffer sockaddr = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
      sockaddr.putShort(0, (short) AF_NETLINK);
      check("bind(AF_NETLINK)", libc.bind(fd, address));
      check("getsockname(AF_NETLINK)", libc.getsockname(fd, address));
      enable(libc, fd, NetlinkConstants.NETLINK_EXT_ACK);
      enable(libc, fd, NetlinkConstants.NETLINK_CAP_ACK);
      enable(libc, fd, NetlinkConstants.NETLINK_GET_STRICT_CHK);
      return new NetlinkChannel(libc, fd, sockaddr.getInt(SOCKADDR_NL_PORT_OFFSET));
    } catch (NetlinkException | RuntimeException e) {
      libc.close(fd);
      throw e;
    }
  }

  /** The number that the kernel gave this socket; replies carry it. */
  int portId() {
    return portId;
  }

  /** Subscribes to a multicast group by its number. */
  void join(int group) throws NetlinkException {
    check(
        "setsockopt(NETLINK_ADD_MEMBERSHIP " + group + ")",
        libc.setsockopt(
            fd, SOL_NETLINK, NetlinkConstants.NETLINK_ADD_MEMBERSHIP, nativeInt(group)));
  }

  /**
   * Asks for a receive buffer beyond the system's limit, which needs CAP_NET_ADMIN.
   *
   * @return whether the kernel granted it; else the buffer is as great as the limit allows
   */
  boolean growReceiveBuffer(int bytes) {
    if (libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, nativeInt(bytes)) >= 0) {
      return true;
    }
    // Best effort: a smaller buffer is correct, only slower or sooner overrun.
    libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, nativeInt(bytes));
    return false;
  }

  void send(String operation, byte[] datagram, int length) throws NetlinkException {
    int sent;
    do {
      sent = libc.send(fd, datagram, length, 0);
    } while (Errno.EINTR.isResult(sent));
    if (sent < 0) {
      throw NetlinkException.systemCall("send " + operation, Errno.ofResult(sent));
    }
    if (sent != length) {
      throw NetlinkException.of(
          Reason.SYSTEM_CALL, "send " + operation, sent + " of " + length + " bytes were sent");
    }
  }

  /**
   * Waits for a datagram.
   *
   * @param deadline a {@link System#nanoTime()}
   * @return the datagram, or null if the deadline passed
   * @throws NetlinkException OVERRUN if the kernel dropped messages, SYSTEM_CALL for other errors
   */
  byte @Nullable [] receive(String operation, long deadline) throws NetlinkException {
    while (true) {
      byte[] datagram = receiveNow(operation);
      if (datagram != null) {
        return datagram;
      }
      long nanos = deadline - System.nanoTime();
      if (nanos <= 0) {
        return null;
      }
      // Rounded up, so that the last wait does not become a busy loop.
      int millis = (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
      int events = libc.poll(fd, POLLIN, millis);
      if (events == 0) {
        return null;
      }
      if (events < 0 && !Errno.EINTR.isResult(events)) {
        throw NetlinkException.systemCall("poll " + operation, Errno.ofResult(events));
      }
    }
  }

  /** A datagram that is there already, or null. */
  byte @Nullable [] receiveNow(String operation) throws NetlinkException {
    int length = receive(operation, NOTHING, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    if (length < 0) {
      return null;
    }
    if (length > MAX_DATAGRAM) {
      throw NetlinkException.malformed(operation, "a datagram of " + length + " bytes", 0);
    }
    byte[] datagram = new byte[length];
    int received = receive(operation, datagram, MSG_TRUNC | MSG_DONTWAIT);
    if (received != length) {
      throw NetlinkException.malformed(
          operation, "a datagram of " + length + " bytes came with " + received, 0);
    }
    return datagram;
  }

  void close() {
    // The descriptor is gone whatever close(2) returns.
    libc.close(fd);
  }

  private int receive(String operation, byte[] buffer, int flags) throws NetlinkException {
    int result;
    do {
      result = libc.recv(fd, buffer, flags);
    } while (Errno.EINTR.isResult(result));
    if (Errno.ENOBUFS.isResult(result)) {
      throw NetlinkException.overrun(operation);
    }
    if (result < 0 && !Errno.EAGAIN.isResult(result)) {
      throw NetlinkException.systemCall("recv " + operation, Errno.ofResult(result));
    }
    return result;
  }

  private static void enable(Libc libc, int fd, int option) throws NetlinkException {
    int result = libc.setsockopt(fd, SOL_NETLINK, option, nativeInt(1));
    if (!Errno.ENOPROTOOPT.isResult(result)) {
      check("setsockopt(SOL_NETLINK, " + option + ")", result);
    }
  }

  private static int check(String operation, int result) throws NetlinkException {
    if (result < 0) {
      throw NetlinkException.systemCall(operation, Errno.ofResult(result));
    }
    return result;
  }

  private static byte[] nativeInt(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
  }
}
