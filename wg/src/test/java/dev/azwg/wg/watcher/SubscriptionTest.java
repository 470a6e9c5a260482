package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.fake.FakeCall;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.route.RouteMonitor;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel watch on a fake kernel whose notifications cannot be decoded, or end. */
@Timeout(60)
class SubscriptionTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FakeKernel kernel =
      new FakeKernel(request ->
          request.hasFlags(NetlinkConstants.NLM_F_ACK)
              ? List.of(FakeReply.to(request).ack().toDatagram())
              : List.of());
  private final Signals signals = new Signals();
  private final Log log =
      new Log(
          new PrintStream(OutputStream.nullOutputStream()),
          InstantSource.system(),
          Log.Level.DEBUG);
  private final KernelWatch watch = new KernelWatch("azwg0", 51820, 1, signals, log);

  private Set<Dirty> next() throws InterruptedException {
    return signals.take(LONG).dirty();
  }

  private Subscription<RouteMonitor> start() throws NetlinkException {
    watch.expect(new Expectation(5, 1340, List.of(), 2, 1400, new TreeMap<>(), List.of()));
    return watch.start(kernel);
  }

  private static byte[] damagedRule() {
    return ByteBuffer.allocate(20)
        .order(ByteOrder.nativeOrder())
        .putInt(20)
        .putShort((short) 32)
        .array();
  }

  @Test
  void aNotificationThatIsNotUnderstoodMakesEverythingBeRead() throws Exception {
    try (Subscription<RouteMonitor> _ = start()) {
      kernel.announce(damagedRule());
      assertEquals(EnumSet.of(Dirty.KERNEL), next());
      kernel.announce(damagedRule());
      assertEquals(EnumSet.of(Dirty.KERNEL), next(), "it does not go on");
      assertEquals(1, kernel.count(FakeCall.SOCKET));
    }
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void aSocketThatDiesIsOpenedAnewAndEverythingIsRead() throws Exception {
    try (Subscription<RouteMonitor> _ = start()) {
      kernel.failNext(FakeCall.RECV, Errno.EINVAL);
      kernel.failNext(FakeCall.SOCKET, Errno.EPERM);
      // Wakes the receiver.
      kernel.announce(damagedRule());
      assertEquals(EnumSet.of(Dirty.KERNEL), next());
      assertEquals(3, kernel.count(FakeCall.SOCKET), "at first, in vain, and again");
      assertEquals(1, kernel.openDescriptors());
      kernel.announce(damagedRule());
      assertEquals(EnumSet.of(Dirty.KERNEL), next(), "the new one does not receive");
    }
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void onesFirstFailureIsTheCallers() {
    kernel.failNext(FakeCall.SOCKET, Errno.EPERM);
    assertThrows(NetlinkException.class, () -> start().close());
  }
}
