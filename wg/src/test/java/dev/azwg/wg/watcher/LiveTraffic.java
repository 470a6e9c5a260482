package dev.azwg.wg.watcher;

import dev.azwg.netlink.testing.TestNamespace;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One TCP connection with something to send in both directions all the time, and one stream of
 * numbered datagrams a millisecond apart, from one namespace to another.
 */
final class LiveTraffic implements AutoCloseable {
  private static final long PACE = Duration.ofMillis(1).toNanos();

  /** Longer than that no connection of the tests may stand still. */
  private static final int STALL_MILLIS = 20_000;

  /**
   * What came of it.
   *
   * @param sent datagrams
   * @param lost how many of them did not arrive
   * @param overrun how many arrived while the receiver was not given the time to take them
   * @param missing the numbers of both
   * @param longestStall of the connection
   */
  record Outcome(int sent, int lost, int overrun, BitSet missing, Duration longestStall) {}

  private final TestNamespace to;
  private final int overrunsBefore;
  private final ServerSocket server;
  private final Socket client;
  private final Socket accepted;
  private final DatagramSocket sender;
  private final DatagramSocket receiver;
  private final CompletableFuture<Duration> there = new CompletableFuture<>();
  private final CompletableFuture<Duration> back = new CompletableFuture<>();
  private final CompletableFuture<Integer> datagramsSent = new CompletableFuture<>();
  private final CompletableFuture<BitSet> datagramsReceived = new CompletableFuture<>();
  private volatile boolean ending;

  private LiveTraffic(
      TestNamespace to,
      ServerSocket server,
      Socket client,
      Socket accepted,
      DatagramSocket sender,
      DatagramSocket receiver) {
    this.to = to;
    this.overrunsBefore = overruns(to);
    this.server = server;
    this.client = client;
    this.accepted = accepted;
    this.sender = sender;
    this.receiver = receiver;
  }

  static LiveTraffic between(TestNamespace from, TestNamespace to, String address)
      throws Exception {
    InetAddress host = InetAddress.ofLiteral(address);
    ServerSocket server = to.call(() -> new ServerSocket(0, 1, host));
    CompletableFuture<Socket> accepted = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> complete(accepted, server::accept));
    Socket client =
        from.call(() -> {
          Socket socket = new Socket();
          socket.connect(new InetSocketAddress(host, server.getLocalPort()), 10_000);
          return socket;
        });
    DatagramSocket receiver = to.call(() -> new DatagramSocket(0, host));
    receiver.setReceiveBufferSize(1 << 20);
    DatagramSocket sender = from.call(DatagramSocket::new);
    LiveTraffic traffic =
        new LiveTraffic(to, server, client, accepted.get(10, TimeUnit.SECONDS), sender, receiver);
    traffic.start(new InetSocketAddress(host, receiver.getLocalPort()));
    return traffic;
  }

  private void start(InetSocketAddress target) throws IOException {
    for (Socket socket : new Socket[] {client, accepted}) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(STALL_MILLIS);
      Thread.ofVirtual().start(() -> write(socket));
    }
    Thread.ofVirtual().start(() -> complete(there, () -> read(accepted)));
    Thread.ofVirtual().start(() -> complete(back, () -> read(client)));
    Thread.ofVirtual().start(() -> complete(datagramsReceived, this::receive));
    Thread.ofVirtual().start(() -> complete(datagramsSent, () -> send(target)));
  }

  private void write(Socket socket) {
    try {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      for (long number = 0; !ending; number++) {
        out.writeLong(number);
        LockSupport.parkNanos(PACE);
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      // The reader at the other end finds the connection broken.
    }
  }

  private static Duration read(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    long longest = 0;
    long last = System.nanoTime();
    byte[] chunk = in.readNBytes(Long.BYTES);
    for (long expected = 0; chunk.length == Long.BYTES; expected++) {
      if (ByteBuffer.wrap(chunk).getLong() != expected) {
        throw new IOException("not what was sent, after " + expected);
      }
      long now = System.nanoTime();
      longest = Math.max(longest, now - last);
      last = now;
      chunk = in.readNBytes(Long.BYTES);
    }
    return Duration.ofNanos(longest);
  }

  private int send(InetSocketAddress target) throws IOException {
    int number = 0;
    while (!ending) {
      byte[] content = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
      try {
        sender.send(new DatagramPacket(content, content.length, target));
      } catch (SocketException refused) {
        // Counts as sent, and is missed at the other end.
      }
      number++;
      LockSupport.parkNanos(PACE);
    }
    return number;
  }

  private BitSet receive() throws IOException {
    BitSet received = new BitSet();
    DatagramPacket packet = new DatagramPacket(new byte[Integer.BYTES], Integer.BYTES);
    receiver.setSoTimeout(2000);
    try {
      while (true) {
        receiver.receive(packet);
        received.set(ByteBuffer.wrap(packet.getData()).getInt());
      }
    } catch (SocketTimeoutException silence) {
      if (!ending) {
        return receive(received);
      }
      return received;
    }
  }

  private BitSet receive(BitSet before) throws IOException {
    before.or(receive());
    return before;
  }

  /** Ends both ends in order; fails if the connection was broken. */
  Outcome end() throws Exception {
    ending = true;
    int sent = datagramsSent.get(30, TimeUnit.SECONDS);
    BitSet received = datagramsReceived.get(30, TimeUnit.SECONDS);
    Duration one = there.get(60, TimeUnit.SECONDS);
    Duration other = back.get(60, TimeUnit.SECONDS);
    BitSet missing = new BitSet();
    missing.set(0, sent);
    missing.andNot(received);
    int overrun = overruns(to) - overrunsBefore;
    return new Outcome(
        sent,
        missing.cardinality() - overrun,
        overrun,
        missing,
        one.compareTo(other) > 0 ? one : other);
  }

  /** Datagrams for which there was no room in the socket: RcvbufErrors of /proc/net/snmp. */
  private static int overruns(TestNamespace namespace) {
    List<String> udp =
        namespace
            .exec("cat", "/proc/net/snmp")
            .lines()
            .filter(line -> line.startsWith("Udp:"))
            .toList();
    int column = List.of(udp.getFirst().split(" ", -1)).indexOf("RcvbufErrors");
    return Integer.parseInt(udp.get(1).split(" ", -1)[column]);
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private static <T> void complete(CompletableFuture<T> future, Work<T> work) {
    try {
      future.complete(work.run());
    } catch (IOException | RuntimeException e) {
      future.completeExceptionally(e);
    }
  }

  @Override
  public void close() throws IOException {
    ending = true;
    client.close();
    accepted.close();
    server.close();
    sender.close();
    receiver.close();
  }
}
