package dev.azwg.wg.device.kernel;

import static dev.azwg.wg.device.kernel.WireGuardFamily.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.fake.FakeCall;
import dev.azwg.netlink.fake.FakeKernel;
import dev.azwg.netlink.fake.FakeReply;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.ParkedPeer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.device.WireGuardException.Reason;
import dev.azwg.wg.key.PublicKey;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelClientTest {
  private static final String NAME = "azwg0";
  private static final PublicKey A =
      PublicKey.of(
          new byte[] {
            1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0
          });

  private static DeviceConfig addition() {
    return peers(PeerConfig.builder(A).allowedIp(host(1)).allowedIp(host(2)).build());
  }

  private static DeviceConfig removal() {
    return peers(PeerConfig.builder(A).removeAllowedIp(host(1)).build());
  }

  @Test
  void aKernelWithoutTheModule() {
    FakeWireGuard wireGuard = new FakeWireGuard(true);
    wireGuard.unloadModule();
    FakeKernel kernel = new FakeKernel(wireGuard);
    WireGuardException e =
        assertThrows(WireGuardException.class, () -> KernelClient.open(kernel, NAME));
    assertEquals(Reason.UNSUPPORTED, e.reason());
    assertEquals(0, kernel.openDescriptors());
  }

  @Test
  void aSocketThatCannotBeOpened() {
    FakeKernel kernel =
        new FakeKernel(new FakeWireGuard(true)).failNext(FakeCall.SOCKET, Errno.EACCES);
    assertThrows(WireGuardException.class, () -> KernelClient.open(kernel, NAME));
    assertEquals(0, kernel.openDescriptors());
  }

  @ParameterizedTest
  @CsvSource({"1, PERMISSION", "19, NO_DEVICE", "95, NO_DEVICE", "98, REFUSED", "22, REFUSED"})
  void refusalsAreTranslated(int errno, Reason reason) throws WireGuardException {
    FakeWireGuard wireGuard = new FakeWireGuard(true);
    try (KernelClient client = KernelClient.open(new FakeKernel(wireGuard), NAME)) {
      wireGuard.answerNext(reply -> reply.error(new Errno(errno), "because", 0));
      WireGuardException e =
          assertThrows(WireGuardException.class, () -> client.configure(NAME, addition()));
      assertEquals(reason, e.reason());
      assertEquals(new Errno(errno), e.errno());
      assertTrue(e.toString().contains("because"), e.toString());
    }
  }

  @Test
  void aKernelThatRemovesInPlaceIsTriedOnceAndThenTold() throws WireGuardException {
    FakeWireGuard wireGuard = new FakeWireGuard(true);
    try (KernelClient client = KernelClient.open(new FakeKernel(wireGuard), NAME)) {
      client.configure(NAME, addition());
      assertTrue(client.canRemoveAllowedIp(NAME));
      assertTrue(client.canRemoveAllowedIp(NAME));
      client.configure(NAME, removal());
      assertEquals(4, wireGuard.changes().size());
      assertEquals(removal(), wireGuard.changes().getLast());
      assertNoParkedPeer(wireGuard);
    }
  }

  @Test
  void anOlderKernelIsGivenTheParkedPeer() throws WireGuardException {
    FakeWireGuard wireGuard = new FakeWireGuard(false);
    try (KernelClient client = KernelClient.open(new FakeKernel(wireGuard), NAME)) {
      client.configure(NAME, addition());
      client.configure(NAME, removal());
      assertFalse(client.canRemoveAllowedIp(NAME));
      assertEquals(ParkedPeer.parkRemovals(removal()), wireGuard.changes().getLast());
      assertTrue(wireGuard.device().state().contains("10.0.0.2"));
      assertFalse(wireGuard.device().state().contains("10.0.0.1"));
      assertNoParkedPeer(wireGuard);
    }
  }

  private static void assertNoParkedPeer(FakeWireGuard wireGuard) {
    String peers = wireGuard.device().state().split("\n", -1)[1];
    assertFalse(peers.contains(ParkedPeer.KEY.toString()), peers);
  }

  @Test
  void theModuleMayComeBackUnderAnotherNumber() throws WireGuardException {
    FakeWireGuard wireGuard = new FakeWireGuard(true);
    try (KernelClient client = KernelClient.open(new FakeKernel(wireGuard), NAME)) {
      wireGuard.reloadModule();
      client.configure(NAME, addition());
      assertEquals(List.of(addition()), wireGuard.changes());
      wireGuard.unloadModule();
      WireGuardException e =
          assertThrows(WireGuardException.class, () -> client.configure(NAME, addition()));
      assertEquals(Reason.UNSUPPORTED, e.reason());
    }
  }

  @Test
  void aDumpThatChangesMeanwhileIsReadAgain() throws WireGuardException {
    FakeWireGuard wireGuard = new FakeWireGuard(true);
    try (KernelClient client = KernelClient.open(new FakeKernel(wireGuard), NAME)) {
      AttributeWriter old = new AttributeWriter().u16(WGDEVICE_A_LISTEN_PORT, 1);
      AttributeWriter now = new AttributeWriter().u16(WGDEVICE_A_LISTEN_PORT, 2);
      wireGuard.answerNext(
          reply -> wireGuard.part(reply.flags(NetlinkConstants.NLM_F_DUMP_INTR), old).done());
      wireGuard.answerNext(reply -> wireGuard.part(reply, now).done());
      assertEquals(2, client.device(NAME).listenPort());
    }
  }

  @Test
  void aDumpThatBreaksTheProtocol() throws WireGuardException {
    FakeWireGuard wireGuard = new FakeWireGuard(true);
    try (KernelClient client = KernelClient.open(new FakeKernel(wireGuard), NAME)) {
      AttributeWriter wrong = new AttributeWriter().u8(WGDEVICE_A_LISTEN_PORT, 1);
      wireGuard.answerNext(reply -> wireGuard.part(reply, wrong).done());
      WireGuardException e = assertThrows(WireGuardException.class, () -> client.device(NAME));
      assertEquals(Reason.PROTOCOL, e.reason());
      wireGuard.answerNext(FakeReply::done);
      assertEquals(List.of(), client.device(NAME).peers());
    }
  }

  private static DeviceConfig peers(PeerConfig... peers) {
    return DeviceConfig.ofPeers(List.of(peers));
  }

  private static IpPrefix host(int number) {
    try {
      return IpPrefix.ofHost("10.0.0." + number);
    } catch (AddressException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
