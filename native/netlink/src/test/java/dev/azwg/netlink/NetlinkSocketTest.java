package dev.azwg.netlink;

import static dev.azwg.netlink.NetlinkConstants.NLMSG_NOOP;
import static dev.azwg.netlink.NetlinkConstants.NLMSG_OVERRUN;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_ACK;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_CREATE;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_DUMP;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_DUMP_INTR;
import static dev.azwg.netlink.NetlinkConstants.NLM_F_REQUEST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.fake.FakeCall;
import dev.azwg.netlink.fake.FakeHandler;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.libc.Errno;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The socket against a scripted kernel: every answer, good and bad. */
final class NetlinkSocketTest {
  private static final int TYPE = 0x20;
  private static final MessageDecoder<Integer> NUMBERS =
      (message, results) -> results.accept(message.u32(0));
  private static final FakeHandler ACKS =
      request -> List.of(FakeReply.to(request).ack().toDatagram());

  @Test
  void waitsForTheAcknowledgement() throws Exception {
    FakeKernel kernel = new FakeKernel(ACKS);
    try (NetlinkSocket socket = open(kernel)) {
      socket.request(request(NLM_F_CREATE));
      NetlinkMessage sent = kernel.requests().getFirst();
      assertEquals(TYPE, sent.type());
      assertEquals(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, sent.flags());
      socket.request(request(0));
      assertEquals(1, kernel.requests().get(1).sequence() - sent.sequence());
    }
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void decodesWhatComesBeforeTheAcknowledgement() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(
                FakeReply.to(request).message(TYPE, number(5)).toDatagram(),
                FakeReply.to(request).ack().toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(List.of(5), socket.request(request(0), NUMBERS));
    }
  }

  @Test
  void handsOverErrnoAndExtendedAcknowledgement() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(
                FakeReply.to(request)
                    .error(Errno.EINVAL, "Invalid prefix for given prefix length", 28)
                    .toDatagram()));
    assertRejected(kernel);
  }

  @Test
  void handsOverTheExtendedAcknowledgementBehindAQuotedRequest() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(
                FakeReply.to(request)
                    .errorWithRequest(Errno.EINVAL, "Invalid prefix for given prefix length", 28)
                    .toDatagram()));
    assertRejected(kernel);
  }

  private static void assertRejected(FakeKernel kernel) throws NetlinkException {
    try (NetlinkSocket socket = open(kernel)) {
      NetlinkException e =
          assertThrows(NetlinkException.class, () -> socket.request(request(NLM_F_CREATE)));
      assertEquals(Reason.REJECTED, e.reason());
      assertEquals("RTM_TEST", e.operation());
      assertEquals(Errno.EINVAL, e.errno());
      assertTrue(e.isRejectedWith(Errno.EINVAL));
      assertEquals("Invalid prefix for given prefix length", e.kernelText().orElseThrow());
      assertEquals(OptionalInt.of(28), e.offset());
      assertEquals(
          "RTM_TEST: EINVAL (22, Invalid argument): Invalid prefix for given prefix length"
              + " (attribute at byte 28 of the request)",
          e.getMessage());
    }
  }

  @Test
  void joinsADumpOfManyDatagrams() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(
                FakeReply.to(request).part(TYPE, number(1)).part(TYPE, number(2)).toDatagram(),
                FakeReply.to(request).part(TYPE, number(3)).toDatagram(),
                FakeReply.to(request).done().toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(List.of(1, 2, 3), socket.dump(request(0), NUMBERS));
      assertTrue(kernel.requests().getFirst().hasFlags(NLM_F_DUMP));
      assertFalse(kernel.requests().getFirst().hasFlags(NLM_F_ACK));
    }
  }

  @Test
  void receivesADatagramOfAnyLength() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request -> {
          FakeReply reply = FakeReply.to(request);
          IntStream.range(0, 10_000).forEach(i -> reply.part(TYPE, number(i)));
          return List.of(reply.done().toDatagram());
        });
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(IntStream.range(0, 10_000).boxed().toList(), socket.dump(request(0), NUMBERS));
    }
  }

  @Test
  void beginsAnInterruptedDumpAnew() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    FakeKernel kernel =
        new FakeKernel(request ->
            attempts.incrementAndGet() < 3
                ? List.of(
                    FakeReply.to(request)
                        .part(TYPE, number(1))
                        .flags(NLM_F_DUMP_INTR)
                        .part(TYPE, number(9))
                        .done()
                        .toDatagram())
                : List.of(FakeReply.to(request).part(TYPE, number(2)).done().toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(List.of(2), socket.dump(request(0), NUMBERS));
      assertEquals(3, attempts.get());
    }
  }

  @Test
  void noticesAnInterruptionThatOnlyTheEndTells() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(
                FakeReply.to(request)
                    .part(TYPE, number(attempts.incrementAndGet()))
                    .flags(attempts.get() == 1 ? NLM_F_DUMP_INTR : 0)
                    .done()
                    .toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(List.of(2), socket.dump(request(0), NUMBERS));
    }
  }

  @Test
  void givesUpOnADumpThatIsAlwaysInterrupted() throws Exception {
    FakeKernel kernel =
        new FakeKernel(
            request -> List.of(FakeReply.to(request).flags(NLM_F_DUMP_INTR).done().toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertReason(Reason.DUMP_INTERRUPTED, () -> socket.dump(request(0), NUMBERS));
      assertEquals(NetlinkSocket.DUMP_ATTEMPTS, kernel.requests().size());
    }
  }

  @Test
  void findsTheErrorInTheEndOfADump() throws Exception {
    FakeKernel kernel =
        new FakeKernel(
            request -> List.of(FakeReply.to(request).doneWithError(Errno.ENOENT).toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      NetlinkException e =
          assertThrows(NetlinkException.class, () -> socket.dump(request(0), NUMBERS));
      assertTrue(e.isRejectedWith(Errno.ENOENT));
    }
  }

  @Test
  void shortDumpIsATimeoutAndLeavesTheSocketUsable() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    FakeKernel kernel =
        new FakeKernel(request ->
            attempts.incrementAndGet() == 1
                ? List.of(FakeReply.to(request).part(TYPE, number(1)).toDatagram())
                : List.of(FakeReply.to(request).part(TYPE, number(2)).done().toDatagram()));
    try (NetlinkSocket socket = openImpatient(kernel)) {
      assertReason(Reason.TIMEOUT, () -> socket.dump(request(0), NUMBERS));
      assertEquals(List.of(2), socket.dump(request(0), NUMBERS));
    }
  }

  @Test
  void leavesOutLateRepliesToEarlierRequests() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(
                FakeReply.to(request)
                    .sequence(request.sequence() - 1)
                    .message(TYPE, number(666))
                    .error(Errno.EPERM)
                    .sequence(request.sequence())
                    .message(TYPE, number(5))
                    .ack()
                    .toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(List.of(5), socket.request(request(0), NUMBERS));
    }
  }

  @Test
  void refusesRepliesToRequestsThatWereNeverSent() throws Exception {
    assertExchangeFails(
        Reason.UNEXPECTED_REPLY,
        request -> FakeReply.to(request).sequence(request.sequence() + 1).ack().toDatagram());
  }

  @Test
  void refusesAReplyToAnotherPort() throws Exception {
    assertExchangeFails(
        Reason.UNEXPECTED_REPLY,
        request -> FakeReply.to(request).portId(request.portId() + 1).ack().toDatagram());
  }

  @Test
  void refusesATruncatedDatagram() throws Exception {
    for (int cut = 1; cut < 36; cut++) {
      int bytes = cut;
      assertExchangeFails(
          Reason.MALFORMED, request -> FakeReply.to(request).ack().toDatagramCutBy(bytes));
    }
  }

  @Test
  void tellsAnOverrunMessage() throws Exception {
    assertExchangeFails(
        Reason.OVERRUN,
        request -> FakeReply.to(request).message(NLMSG_OVERRUN, new byte[0]).toDatagram());
  }

  @Test
  void leavesOutNoop() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(FakeReply.to(request).message(NLMSG_NOOP, new byte[0]).ack().toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(List.of(), socket.request(request(0), NUMBERS));
    }
  }

  @Test
  void noAnswerIsATimeout() throws Exception {
    FakeKernel kernel = new FakeKernel(request -> List.of());
    try (NetlinkSocket socket = openImpatient(kernel)) {
      assertReason(Reason.TIMEOUT, () -> socket.request(request(0)));
    }
  }

  @Test
  void readsOnAfterAReplyThatCannotBeDecoded() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    FakeKernel kernel =
        new FakeKernel(request ->
            List.of(
                FakeReply.to(request).part(TYPE, new byte[0]).toDatagram(),
                FakeReply.to(request)
                    .part(TYPE, number(attempts.incrementAndGet()))
                    .done()
                    .toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      assertReason(Reason.MALFORMED, () -> socket.dump(request(0), NUMBERS));
      assertEquals(
          List.of(2),
          socket.dump(
              request(0),
              (message, results) -> {
                if (message.payloadLength() > 0) {
                  results.accept(message.u32(0));
                }
              }));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND", "RECV", "POLL"})
  void repeatsCallsThatASignalInterrupted(FakeCall call) throws Exception {
    // The datagram comes late, so that the socket has to wait for it in poll, three times.
    FakeKernel kernel = new FakeKernel(ACKS);
    for (int i = 0; i < 3; i++) {
      kernel.failNext(FakeCall.RECV, Errno.EAGAIN);
    }
    try (NetlinkSocket socket = open(kernel)) {
      kernel.failNext(call, Errno.EINTR).failNext(call, Errno.EINTR);
      socket.request(request(0));
      assertTrue(kernel.count(call) >= 3, "the call was repeated");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND", "RECV"})
  void handsOverTheErrnoOfASystemCall(FakeCall call) throws Exception {
    FakeKernel kernel = new FakeKernel(ACKS);
    try (NetlinkSocket socket = open(kernel)) {
      kernel.failNext(call, Errno.EPERM);
      NetlinkException e = assertReason(Reason.SYSTEM_CALL, () -> socket.request(request(0)));
      assertEquals(Errno.EPERM, e.errno());
      socket.request(request(0));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SOCKET", "BIND", "GETSOCKNAME", "SETSOCKOPT"})
  void opensWhollyOrNotAtAll(FakeCall call) {
    FakeKernel kernel = new FakeKernel(ACKS).failNext(call, Errno.EACCES);
    NetlinkException e = assertReason(Reason.SYSTEM_CALL, () -> open(kernel).close());
    assertEquals(Errno.EACCES, e.errno());
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void opensOnAKernelWithoutTheOptions() throws Exception {
    FakeKernel kernel = new FakeKernel(ACKS);
    kernel
        .failNext(FakeCall.SETSOCKOPT, Errno.ENOPROTOOPT)
        .failNext(FakeCall.SETSOCKOPT, Errno.ENOPROTOOPT)
        .failNext(FakeCall.SETSOCKOPT, Errno.ENOPROTOOPT);
    try (NetlinkSocket socket = open(kernel)) {
      socket.request(request(0));
    }
  }

  @Test
  void overrunIsToldAndTheNextRequestWorks() throws Exception {
    FakeKernel kernel = new FakeKernel(ACKS);
    try (NetlinkSocket socket = open(kernel)) {
      kernel.failNext(FakeCall.RECV, Errno.ENOBUFS);
      NetlinkException e = assertReason(Reason.OVERRUN, () -> socket.request(request(0)));
      assertEquals(Errno.ENOBUFS, e.errno());
      socket.request(request(0));
    }
  }

  @Test
  void batchAsksForOneAcknowledgementAndMatchesErrors() throws Exception {
    int count = 3000;
    FakeKernel kernel =
        new FakeKernel(request -> {
          int number = request.u32(0);
          if (number % 1000 == 7) {
            return List.of(FakeReply.to(request).error(Errno.EEXIST).toDatagram());
          }
          return request.hasFlags(NLM_F_ACK)
              ? List.of(FakeReply.to(request).ack().toDatagram())
              : List.of();
        });
    List<NetlinkRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(
          new NetlinkRequest("RTM_TEST", TYPE, NLM_F_CREATE, number(i), new AttributeWriter()));
    }
    try (NetlinkSocket socket = open(kernel)) {
      List<BatchFailure> failures = socket.batch(requests);
      assertEquals(List.of(7, 1007, 2007), failures.stream().map(BatchFailure::index).toList());
      assertTrue(failures.getFirst().cause().isRejectedWith(Errno.EEXIST));
    }
    assertEquals(count, kernel.requests().size());
    assertEquals(3, kernel.requests().stream().filter(r -> r.hasFlags(NLM_F_ACK)).count());
    assertEquals(3, kernel.count(FakeCall.SEND));
  }

  @Test
  void batchEndsWhenTheLastRequestIsRefused() throws Exception {
    FakeKernel kernel =
        new FakeKernel(request -> List.of(FakeReply.to(request).error(Errno.ESRCH).toDatagram()));
    try (NetlinkSocket socket = open(kernel)) {
      List<BatchFailure> failures = socket.batch(List.of(request(0), request(0)));
      assertEquals(List.of(0, 1), failures.stream().map(BatchFailure::index).toList());
    }
  }

  @Test
  void emptyBatchSendsNothing() throws Exception {
    FakeKernel kernel = new FakeKernel(ACKS);
    try (NetlinkSocket socket = open(kernel)) {
      assertEquals(List.of(), socket.batch(List.of()));
    }
    assertEquals(0, kernel.count(FakeCall.SEND));
  }

  @Test
  void batchesAreSmallWhereTheReceiveBufferIs() throws Exception {
    FakeKernel kernel = new FakeKernel(ACKS);
    // After the three options of netlink: SO_RCVBUFFORCE is refused.
    NetlinkSocket first = open(kernel);
    int options = kernel.count(FakeCall.SETSOCKOPT);
    first.close();
    FakeKernel strict =
        new FakeKernel(request ->
            request.hasFlags(NLM_F_ACK)
                ? List.of(FakeReply.to(request).ack().toDatagram())
                : List.of());
    for (int i = 0; i < options - 1; i++) {
      strict.failNext(FakeCall.SETSOCKOPT, Errno.ENOPROTOOPT);
    }
    strict.failNext(FakeCall.SETSOCKOPT, Errno.EPERM);
    try (NetlinkSocket socket = open(strict)) {
      List<NetlinkRequest> requests = new ArrayList<>();
      for (int i = 0; i < 960; i++) {
        requests.add(request(0));
      }
      assertEquals(List.of(), socket.batch(requests));
    }
    assertEquals(10, strict.count(FakeCall.SEND));
  }

  @Test
  void closedSocketSaysSo() throws Exception {
    FakeKernel kernel = new FakeKernel(ACKS);
    NetlinkSocket socket = open(kernel);
    socket.close();
    socket.close();
    assertEquals(1, kernel.count(FakeCall.CLOSE));
    assertReason(Reason.CLOSED, () -> socket.request(request(0)));
  }

  private static void assertExchangeFails(Reason reason, Script script) throws NetlinkException {
    FakeKernel kernel = new FakeKernel(request -> List.of(script.reply(request)));
    try (NetlinkSocket socket = openImpatient(kernel)) {
      assertReason(reason, () -> socket.request(request(0), NUMBERS));
    }
  }

  private interface Script {
    byte[] reply(NetlinkMessage request);
  }

  private interface Action {
    void run() throws NetlinkException;
  }

  private static NetlinkException assertReason(Reason reason, Action action) {
    NetlinkException e = assertThrows(NetlinkException.class, action::run);
    assertEquals(reason, e.reason(), e.getMessage());
    return e;
  }

  private static NetlinkSocket open(FakeKernel kernel) throws NetlinkException {
    return NetlinkSocket.open(kernel, NetlinkConstants.NETLINK_ROUTE);
  }

  private static NetlinkSocket openImpatient(FakeKernel kernel) throws NetlinkException {
    return NetlinkSocket.open(kernel, NetlinkConstants.NETLINK_ROUTE, Duration.ofMillis(50));
  }

  private static NetlinkRequest request(int flags) {
    return new NetlinkRequest("RTM_TEST", TYPE, flags, number(0), new AttributeWriter());
  }

  private static byte[] number(int value) {
    return new byte[] {
      (byte) value, (byte) (value >>> 8), (byte) (value >>> 16), (byte) (value >>> 24)
    };
  }
}
