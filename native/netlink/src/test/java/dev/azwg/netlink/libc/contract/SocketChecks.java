package dev.azwg.netlink.libc.contract;

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

import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** The calls on sockets, tried on netlink's, whose kernel side answers at once. */
final class SocketChecks {
  private static final int NETLINK_ROUTE = 0;
  private static final int NO_SUCH_FD = 1 << 20;
  private static final int SOCKADDR_NL_LENGTH = 12;
  private static final int MESSAGE_LENGTH = 16;

  /** NLMSG_ERROR: header, error number, the request's header. */
  private static final int ACK_LENGTH = 36;

  private final Libc libc;

  SocketChecks(Libc libc) {
    this.libc = libc;
  }

  List<Check> checks() {
    return List.of(
        new Check("socket opens distinct descriptors", this::socketOpens),
        new Check("socket fails with EAFNOSUPPORT", this::socketUnknownDomain),
        new Check("socket fails with EPROTONOSUPPORT", this::socketUnknownProtocol),
        new Check("bind gives a port that getsockname tells", this::bindAndName),
        new Check("bind fails with EINVAL for a short address", this::bindShort),
        new Check("bind fails with EBADF", this::bindBadDescriptor),
        new Check("getsockname reports the length where the address is cut", this::nameCut),
        new Check("getsockname fails with EBADF", this::nameBadDescriptor),
        new Check("setsockopt sets an option", this::optionSets),
        new Check("setsockopt fails with ENOPROTOOPT", this::optionUnknown),
        new Check("setsockopt fails with EINVAL for a short value", this::optionShort),
        new Check("setsockopt fails with EBADF", this::optionBadDescriptor),
        new Check("send and recv carry a message and its answer", this::sendAndReceive),
        new Check("send sends no more than the length", this::sendLength),
        new Check("send refuses lengths outside of the array", this::sendBounds),
        new Check("send fails with EBADF", this::sendBadDescriptor),
        new Check("recv fails with EAGAIN where nothing is there", this::receiveNothing),
        new Check("recv fails with EBADF", this::receiveBadDescriptor),
        new Check("recv with MSG_PEEK and MSG_TRUNC tells the length", this::receivePeek),
        new Check("recv with MSG_TRUNC fills a short buffer only", this::receiveTruncated),
        new Check("poll returns 0 when the time is over", this::pollTimeout),
        new Check("poll tells that something is there", this::pollReady),
        new Check("poll tells POLLNVAL for a bad descriptor", this::pollBadDescriptor),
        new Check("errno is each thread's own", this::errnoPerThread));
  }

  private void socketOpens() {
    withSocket(first ->
        withSocket(
            second -> Expect.that(first != second, "the same descriptor was returned twice")));
  }

  private void socketUnknownDomain() {
    Expect.fails(Errno.EAFNOSUPPORT, libc.socket(200, SOCK_RAW, 0), "socket");
  }

  private void socketUnknownProtocol() {
    Expect.fails(
        Errno.EPROTONOSUPPORT, libc.socket(AF_NETLINK, SOCK_RAW, 1000), "socket(protocol 1000)");
  }

  private void bindAndName() {
    withSocket(fd -> {
      byte[] address = new byte[SOCKADDR_NL_LENGTH];
      Expect.equal(SOCKADDR_NL_LENGTH, libc.getsockname(fd, address), "getsockname's result");
      ByteBuffer name = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
      Expect.equal(AF_NETLINK, name.getShort(0), "the family");
      Expect.that(name.getInt(4) != 0, "the port is 0");
    });
  }

  private void bindShort() {
    withSocket(fd -> {
      byte[] address = Arrays.copyOf(sockaddrNl(), 2);
      Expect.fails(Errno.EINVAL, libc.bind(fd, address), "bind");
    });
  }

  private void bindBadDescriptor() {
    Expect.fails(Errno.EBADF, libc.bind(NO_SUCH_FD, sockaddrNl()), "bind");
  }

  private void nameCut() {
    withSocket(fd -> {
      byte[] address = new byte[2];
      Expect.equal(SOCKADDR_NL_LENGTH, libc.getsockname(fd, address), "getsockname's result");
      Expect.equal(
          AF_NETLINK,
          ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getShort(0),
          "the family");
    });
  }

  private void nameBadDescriptor() {
    Expect.fails(
        Errno.EBADF, libc.getsockname(NO_SUCH_FD, new byte[SOCKADDR_NL_LENGTH]), "getsockname");
  }

  private void optionSets() {
    withSocket(fd ->
        Expect.equal(
            0,
            libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, nativeInt(1 << 15)),
            "setsockopt's result"));
  }

  private void optionUnknown() {
    withSocket(fd ->
        Expect.fails(
            Errno.ENOPROTOOPT, libc.setsockopt(fd, SOL_NETLINK, 9999, nativeInt(1)), "setsockopt"));
  }

  private void optionShort() {
    withSocket(fd ->
        Expect.fails(
            Errno.EINVAL, libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, new byte[1]), "setsockopt"));
  }

  private void optionBadDescriptor() {
    Expect.fails(
        Errno.EBADF,
        libc.setsockopt(NO_SUCH_FD, SOL_SOCKET, SO_RCVBUF, nativeInt(1)),
        "setsockopt");
  }

  private void sendAndReceive() {
    withSocket(fd -> {
      Expect.equal(MESSAGE_LENGTH, sendNoop(fd, 7), "send's result");
      byte[] buffer = new byte[256];
      Expect.equal(ACK_LENGTH, libc.recv(fd, buffer, 0), "recv's result");
      ByteBuffer ack = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
      Expect.equal(ACK_LENGTH, ack.getInt(0), "the answer's length");
      Expect.equal(7, ack.getInt(8), "the answer's sequence number");
      Expect.equal(0, ack.getInt(16), "the answer's error number");
      Expect.equal(
          new byte[256 - ACK_LENGTH],
          Arrays.copyOfRange(buffer, ACK_LENGTH, 256),
          "the rest of the buffer");
    });
  }

  private void sendLength() {
    withSocket(fd -> {
      // Two messages in the array, of which one is sent: one answer and no more.
      byte[] two = new byte[2 * MESSAGE_LENGTH];
      System.arraycopy(noop(1), 0, two, 0, MESSAGE_LENGTH);
      System.arraycopy(noop(2), 0, two, MESSAGE_LENGTH, MESSAGE_LENGTH);
      Expect.equal(MESSAGE_LENGTH, libc.send(fd, two, MESSAGE_LENGTH, 0), "send's result");
      Expect.equal(ACK_LENGTH, libc.recv(fd, new byte[256], MSG_DONTWAIT), "recv's result");
      Expect.fails(Errno.EAGAIN, libc.recv(fd, new byte[256], MSG_DONTWAIT), "second recv");
    });
  }

  private void sendBounds() {
    withSocket(fd -> {
      byte[] message = noop(1);
      Expect.outOfBounds(() -> libc.send(fd, message, MESSAGE_LENGTH + 1, 0), "too long");
      Expect.outOfBounds(() -> libc.send(fd, message, -1, 0), "negative");
      Expect.outOfBounds(() -> libc.send(fd, message, Integer.MAX_VALUE, 0), "far too long");
    });
  }

  private void sendBadDescriptor() {
    Expect.fails(Errno.EBADF, libc.send(NO_SUCH_FD, noop(1), MESSAGE_LENGTH, 0), "send");
  }

  private void receiveNothing() {
    withSocket(fd -> {
      byte[] buffer = new byte[64];
      Expect.fails(Errno.EAGAIN, libc.recv(fd, buffer, MSG_DONTWAIT), "recv");
      Expect.equal(new byte[64], buffer, "the buffer");
    });
  }

  private void receiveBadDescriptor() {
    Expect.fails(Errno.EBADF, libc.recv(NO_SUCH_FD, new byte[16], MSG_DONTWAIT), "recv");
  }

  private void receivePeek() {
    withSocket(fd -> {
      Expect.succeeds(sendNoop(fd, 1), "send");
      int flags = MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT;
      Expect.equal(ACK_LENGTH, libc.recv(fd, new byte[1], flags), "first look");
      Expect.equal(ACK_LENGTH, libc.recv(fd, new byte[1], flags), "second look");
      Expect.equal(ACK_LENGTH, libc.recv(fd, new byte[64], MSG_DONTWAIT), "recv's result");
    });
  }

  private void receiveTruncated() {
    withSocket(fd -> {
      Expect.succeeds(sendNoop(fd, 1), "send");
      byte[] buffer = new byte[4];
      Expect.equal(ACK_LENGTH, libc.recv(fd, buffer, MSG_TRUNC), "recv's result");
      Expect.equal(nativeInt(ACK_LENGTH), buffer, "the start of the answer");
      Expect.fails(Errno.EAGAIN, libc.recv(fd, buffer, MSG_DONTWAIT), "the rest");
    });
  }

  private void pollTimeout() {
    withSocket(fd -> {
      Expect.equal(0, libc.poll(fd, POLLIN, 0), "poll's result without waiting");
      long before = System.nanoTime();
      Expect.equal(0, libc.poll(fd, POLLIN, 30), "poll's result");
      long millis = (System.nanoTime() - before) / 1_000_000;
      Expect.that(millis >= 29, "poll returned after " + millis + " ms, not 30");
    });
  }

  private void pollReady() {
    withSocket(fd -> {
      Expect.succeeds(sendNoop(fd, 1), "send");
      Expect.equal(POLLIN, libc.poll(fd, POLLIN, 10_000), "poll's result");
    });
  }

  private void pollBadDescriptor() {
    int pollnval = 0x20;
    Expect.equal(pollnval, libc.poll(NO_SUCH_FD, POLLIN, 0), "poll's result");
  }

  private void errnoPerThread() {
    withSocket(fd -> {
      // The other thread's failure is of another kind and comes before this one's is looked at.
      int[] other = new int[1];
      Thread thread = Thread.ofPlatform().start(() -> other[0] = libc.close(NO_SUCH_FD));
      int own = libc.recv(fd, new byte[1], MSG_DONTWAIT);
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
      Expect.fails(Errno.EAGAIN, own, "recv");
      Expect.fails(Errno.EBADF, other[0], "close in another thread");
    });
  }

  private void withSocket(IntConsumer body) {
    int fd =
        Expect.succeeds(libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket");
    try {
      Expect.succeeds(libc.bind(fd, sockaddrNl()), "bind");
      body.accept(fd);
    } finally {
      Expect.equal(0, libc.close(fd), "close's result");
    }
  }

  private int sendNoop(int fd, int sequence) {
    return libc.send(fd, noop(sequence), MESSAGE_LENGTH, 0);
  }

  /** A request that does nothing, to be acknowledged: NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK. */
  private static byte[] noop(int sequence) {
    return ByteBuffer.allocate(MESSAGE_LENGTH)
        .order(ByteOrder.nativeOrder())
        .putInt(MESSAGE_LENGTH)
        .putShort((short) 1)
        .putShort((short) 5)
        .putInt(sequence)
        .array();
  }

  private static byte[] sockaddrNl() {
    return ByteBuffer.allocate(SOCKADDR_NL_LENGTH)
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_NETLINK)
        .array();
  }

  private static byte[] nativeInt(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
  }
}
