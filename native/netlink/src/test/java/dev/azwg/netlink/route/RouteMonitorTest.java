package dev.azwg.netlink.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.fake.FakeCall;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.route.RouteEvent.Overrun;
import dev.azwg.netlink.route.RouteEvent.RouteChanged;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The monitor against a fake kernel: events, overruns, and being woken. */
@Timeout(60)
final class RouteMonitorTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final FakeKernel kernel =
      new FakeKernel(request ->
          request.hasFlags(NetlinkConstants.NLM_F_ACK)
              ? List.of(FakeReply.to(request).ack().toDatagram())
              : List.of());

  @Test
  void joinsEveryGroupOnce() throws Exception {
    RouteMonitor.open(kernel, EnumSet.allOf(RouteGroup.class)).close();
    // Three options of netlink, one for the buffer.
    assertEquals(4 + RouteGroup.values().length, kernel.count(FakeCall.SETSOCKOPT));
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void opensWhollyOrNotAtAll() {
    for (int i = 0; i < 4; i++) {
      kernel.failNext(FakeCall.SETSOCKOPT, Errno.ENOPROTOOPT);
    }
    kernel
        .failNext(FakeCall.SETSOCKOPT, Errno.ENOPROTOOPT)
        .failNext(FakeCall.SETSOCKOPT, Errno.EPERM);
    NetlinkException e =
        assertThrows(
            NetlinkException.class,
            () -> RouteMonitor.open(kernel, Set.of(RouteGroup.LINK)).close());
    assertEquals(Errno.EPERM, e.errno());
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void returnsAllThatIsThereInOrder() throws Exception {
    try (RouteMonitor monitor = open()) {
      NetlinkMessage throwRoute = recordedRoutes().get(0);
      NetlinkMessage deviceRoute = recordedRoutes().get(1);
      kernel.announce(throwRoute.toByteArray());
      kernel.announce(deviceRoute.toByteArray());
      assertEquals(
          List.of(
              new RouteChanged(RouteCodec.decode(throwRoute), throwRoute.portId()),
              new RouteChanged(RouteCodec.decode(deviceRoute), deviceRoute.portId())),
          monitor.next(LONG));
      assertEquals(List.of(), monitor.next(Duration.ZERO));
    }
  }

  @Test
  void overrunIsAnEvent() throws Exception {
    try (RouteMonitor monitor = open()) {
      // What was queued before is of no use: everything is listed anew.
      kernel.announce(recordedRoutes().getFirst().toByteArray());
      kernel.failNext(FakeCall.RECV, Errno.ENOBUFS);
      assertEquals(List.of(new Overrun()), monitor.next(LONG));
      assertEquals(List.of(), monitor.next(Duration.ZERO));
      kernel.announce(recordedRoutes().getFirst().toByteArray());
      assertInstanceOf(RouteChanged.class, monitor.next(LONG).getFirst());
    }
  }

  @Test
  void wakeUpEndsTheWaitWithoutAnEvent() throws Exception {
    try (RouteMonitor monitor = open()) {
      monitor.wakeUp();
      assertEquals(List.of(), monitor.next(LONG));
      CompletableFuture<List<RouteEvent>> waiting = nextInAnotherThread(monitor);
      monitor.wakeUp();
      assertEquals(List.of(), waiting.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void closeEndsTheWait() throws Exception {
    RouteMonitor monitor = open();
    CompletableFuture<List<RouteEvent>> waiting = nextInAnotherThread(monitor);
    monitor.close();
    monitor.close();
    NetlinkException e =
        assertInstanceOf(
            NetlinkException.class,
            waiting.handle((events, failure) -> failure).get(30, TimeUnit.SECONDS));
    assertEquals(Reason.CLOSED, e.reason());
    assertEquals(0, kernel.openDescriptors());
    assertEquals(1, kernel.count(FakeCall.CLOSE));
    assertThrows(NetlinkException.class, monitor::wakeUp);
    assertThrows(NetlinkException.class, () -> monitor.next(LONG));
  }

  private RouteMonitor open() throws NetlinkException {
    return RouteMonitor.open(kernel, Set.of(RouteGroup.IPV4_ROUTE));
  }

  private static CompletableFuture<List<RouteEvent>> nextInAnotherThread(RouteMonitor monitor) {
    CompletableFuture<List<RouteEvent>> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            result.complete(monitor.next(LONG));
          } catch (NetlinkException | RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private static List<NetlinkMessage> recordedRoutes() throws NetlinkException {
    Recording recording = Recording.all().get("dump-routes");
    if (recording == null) {
      throw new AssertionError("there is no such recording");
    }
    return recording.received(RouteConstants.RTM_NEWROUTE);
  }
}
