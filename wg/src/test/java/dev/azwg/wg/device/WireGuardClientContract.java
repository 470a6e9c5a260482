package dev.azwg.wg.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.WireGuardException.Reason;
import dev.azwg.wg.key.PresharedKey;
import dev.azwg.wg.key.PrivateKey;
import dev.azwg.wg.key.PublicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every client must do with a real device. After each change, what the client reads must be
 * what {@code wg show NAME dump} says.
 */
public abstract class WireGuardClientContract {
  private static final PublicKey A = key(1);
  private static final PublicKey B = key(2);
  private static final PublicKey C = key(3);

  private Optional<WireGuardTestbed> testbed = Optional.empty();

  /** A new testbed with a new device; skips the test if this machine cannot have one. */
  protected abstract WireGuardTestbed openTestbed() throws IOException, InterruptedException;

  @BeforeEach
  final void open() throws IOException, InterruptedException {
    testbed = Optional.of(openTestbed());
  }

  @AfterEach
  final void close() throws IOException {
    if (testbed.isPresent()) {
      testbed.get().close();
    }
  }

  private WireGuardTestbed bed() {
    return testbed.orElseThrow();
  }

  private Device configure(DeviceConfig config) throws IOException, InterruptedException {
    bed().client().configure(bed().device(), config);
    return observe();
  }

  private Device configure(PeerConfig... peers) throws IOException, InterruptedException {
    return configure(DeviceConfig.ofPeers(List.of(peers)));
  }

  /** What the client reads, after it has been compared with what wg(8) reads. */
  private Device observe() throws IOException, InterruptedException {
    Device device = bed().client().device(bed().device());
    assertEquals(
        WgDump.normalize(bed().run("wg", "show", bed().device(), "dump")), WgDump.of(device));
    return device;
  }

  private static Set<IpPrefix> allowedIps(Device device, PublicKey key) {
    return Set.copyOf(device.peer(key).orElseThrow().allowedIps());
  }

  @Test
  void aNewDeviceHasNothing() throws IOException, InterruptedException {
    Device device = observe();
    assertEquals(Optional.empty(), device.publicKey());
    assertEquals(0, device.fwmark());
    assertEquals(List.of(), device.peers());
  }

  @Test
  void keyPortAndMark() throws IOException, InterruptedException {
    try (PrivateKey key = privateKey(100)) {
      Device device =
          configure(
              DeviceConfig.builder().privateKey(key).listenPort(51820).fwmark(0x100000).build());
      assertEquals(Optional.of(key.publicKey()), device.publicKey());
      assertEquals(51820, device.listenPort());
      assertEquals(0x100000, device.fwmark());
      // What a change does not name stays.
      device = configure(DeviceConfig.builder().fwmark(0x80000000).build());
      assertEquals(Optional.of(key.publicKey()), device.publicKey());
      assertEquals(51820, device.listenPort());
      assertEquals(0x80000000, device.fwmark());
      assertEquals(0, configure(DeviceConfig.builder().fwmark(0).build()).fwmark());
    }
  }

  @Test
  void everythingAboutAPeer() throws IOException, InterruptedException {
    try (PrivateKey key = privateKey(100);
        PresharedKey preshared = PresharedKey.of(bytes(9));
        PresharedKey none = PresharedKey.none()) {
      Device device =
          configure(
              DeviceConfig.builder()
                  .privateKey(key)
                  .peer(
                      PeerConfig.builder(A)
                          .presharedKey(preshared)
                          .endpoint(new Endpoint(InetAddress.ofLiteral("192.0.2.7"), 51820))
                          .persistentKeepalive(25)
                          .allowedIps(
                              List.of(
                                  prefix("10.0.0.1/32"),
                                  prefix("10.1.0.0/16"),
                                  prefix("2001:db8::1/128"),
                                  prefix("2001:db8:1::/48")))
                          .build())
                  .peer(
                      PeerConfig.builder(B)
                          .endpoint(new Endpoint(InetAddress.ofLiteral("2001:db8::7"), 65535))
                          .allowedIp(prefix("0.0.0.0/0"))
                          .allowedIp(prefix("::/0"))
                          .build())
                  .peer(PeerConfig.builder(C).build())
                  .build());
      assertEquals(3, device.peers().size());
      Peer a = device.peer(A).orElseThrow();
      assertTrue(a.hasPresharedKey());
      assertEquals(25, a.persistentKeepalive());
      assertEquals("192.0.2.7:51820", a.endpoint().orElseThrow().toString());
      assertEquals(4, a.allowedIps().size());
      assertEquals(Optional.empty(), a.lastHandshake());
      Peer b = device.peer(B).orElseThrow();
      assertEquals("[2001:db8::7]:65535", b.endpoint().orElseThrow().toString());
      assertFalse(b.hasPresharedKey());
      assertEquals(Optional.empty(), device.peer(C).orElseThrow().endpoint());

      a =
          configure(PeerConfig.builder(A).presharedKey(none).persistentKeepalive(0).build())
              .peer(A)
              .orElseThrow();
      assertFalse(a.hasPresharedKey());
      assertEquals(0, a.persistentKeepalive());
      assertEquals("192.0.2.7:51820", a.endpoint().orElseThrow().toString());
      assertEquals(4, a.allowedIps().size());
    }
  }

  @Test
  void additionsAreIncrementalAndMoveWhatAnotherPeerHas() throws IOException, InterruptedException {
    configure(
        PeerConfig.builder(A).allowedIps(hosts(0, 3)).build(),
        PeerConfig.builder(B).allowedIps(hosts(3, 5)).build());
    Device device = configure(PeerConfig.builder(A).allowedIps(hosts(5, 6)).build());
    assertEquals(Set.of(host(0), host(1), host(2), host(5)), allowedIps(device, A));
    device = configure(PeerConfig.builder(B).allowedIp(host(1)).build());
    assertEquals(Set.of(host(0), host(2), host(5)), allowedIps(device, A));
    assertEquals(Set.of(host(1), host(3), host(4)), allowedIps(device, B));
  }

  @Test
  void removalTakesOneAddressAndLeavesNoTrace() throws IOException, InterruptedException {
    configure(
        PeerConfig.builder(A).allowedIps(hosts(0, 3)).allowedIp(prefix("2001:db8::/64")).build(),
        PeerConfig.builder(B).allowedIps(hosts(3, 5)).build());
    Device device =
        configure(
            PeerConfig.builder(A).removeAllowedIp(host(1)).build(),
            PeerConfig.builder(B).removeAllowedIp(host(3)).allowedIp(host(9)).build());
    assertEquals(2, device.peers().size());
    assertEquals(Set.of(host(0), host(2), prefix("2001:db8::/64")), allowedIps(device, A));
    assertEquals(Set.of(host(4), host(9)), allowedIps(device, B));
    device =
        configure(
            PeerConfig.builder(A)
                .removeAllowedIps(List.of(host(0), host(2), prefix("2001:db8::/64")))
                .build());
    assertEquals(Set.of(), allowedIps(device, A));
    assertEquals(Set.of(host(4), host(9)), allowedIps(device, B));
    assertEquals(2, device.peers().size());
  }

  @Test
  void removalOfWhatAnotherPeerGetsIsAMove() throws IOException, InterruptedException {
    configure(
        PeerConfig.builder(A).allowedIps(hosts(0, 2)).build(),
        PeerConfig.builder(B).allowedIp(host(2)).build());
    Device device =
        configure(
            PeerConfig.builder(B).allowedIp(host(0)).build(),
            PeerConfig.builder(A).removeAllowedIp(host(0)).build());
    assertEquals(Set.of(host(1)), allowedIps(device, A));
    assertEquals(Set.of(host(0), host(2)), allowedIps(device, B));
    device =
        configure(
            PeerConfig.builder(B).removeAllowedIp(host(2)).build(),
            PeerConfig.builder(A).allowedIp(host(2)).build());
    assertEquals(Set.of(host(1), host(2)), allowedIps(device, A));
    assertEquals(Set.of(host(0)), allowedIps(device, B));
  }

  @Test
  void askingWhetherRemovalWorksChangesNothing() throws IOException, InterruptedException {
    configure(PeerConfig.builder(A).allowedIp(host(0)).build());
    boolean first = bed().client().canRemoveAllowedIp(bed().device());
    assertEquals(first, bed().client().canRemoveAllowedIp(bed().device()));
    Device device = observe();
    assertEquals(1, device.peers().size());
    assertEquals(Set.of(host(0)), allowedIps(device, A));
  }

  @Test
  void peersAreRemovedOneByOneOrReplacedTogether() throws IOException, InterruptedException {
    configure(
        PeerConfig.builder(A).allowedIp(host(0)).build(),
        PeerConfig.builder(B).allowedIp(host(1)).build());
    Device device = configure(PeerConfig.removal(A), PeerConfig.removal(C));
    assertEquals(List.of(B), device.peers().stream().map(Peer::publicKey).toList());
    device =
        configure(
            DeviceConfig.builder()
                .replacePeers()
                .peer(PeerConfig.builder(C).allowedIp(host(2)).build())
                .build());
    assertEquals(List.of(C), device.peers().stream().map(Peer::publicKey).toList());
  }

  @Test
  void updateOnlyCreatesNothing() throws IOException, InterruptedException {
    Device device =
        configure(
            PeerConfig.builder(A).updateOnly().allowedIps(hosts(0, 3000)).build(),
            PeerConfig.builder(B).allowedIp(host(1)).build());
    assertEquals(List.of(B), device.peers().stream().map(Peer::publicKey).toList());
    device = configure(PeerConfig.builder(B).updateOnly().allowedIp(host(2)).build());
    assertEquals(Set.of(host(1), host(2)), allowedIps(device, B));
  }

  @Test
  void allowedIpsAreReplaced() throws IOException, InterruptedException {
    configure(PeerConfig.builder(A).allowedIps(hosts(0, 5)).build());
    Device device =
        configure(PeerConfig.builder(A).replaceAllowedIps().allowedIps(hosts(4, 3000)).build());
    assertEquals(Set.copyOf(hosts(4, 3000)), allowedIps(device, A));
    assertEquals(
        Set.of(), allowedIps(configure(PeerConfig.builder(A).replaceAllowedIps().build()), A));
  }

  @Test
  void whatOthersConfigureIsSeen() throws IOException, InterruptedException {
    bed()
        .run(
            "wg",
            "set",
            bed().device(),
            "listen-port",
            "40000",
            "peer",
            A.toString(),
            "allowed-ips",
            "10.9.0.1/32,::ffff:10.9.0.2/128",
            "endpoint",
            "192.0.2.9:9");
    Device device = bed().client().device(bed().device());
    assertEquals(40000, device.listenPort());
    assertEquals(Set.of(prefix("10.9.0.1/32")), allowedIps(device, A));
  }

  @Test
  void anEmptyChangeChangesNothing() throws IOException, InterruptedException {
    configure(PeerConfig.builder(A).allowedIp(host(0)).build());
    Device before = observe();
    assertEquals(before, configure(DeviceConfig.builder().build()));
  }

  @Test
  void aLargeMesh() throws IOException, InterruptedException {
    int peers = 500;
    int each = 60;
    List<PeerConfig> configs = new ArrayList<>();
    Random random = new Random(500);
    for (int i = 0; i < peers; i++) {
      configs.add(
          PeerConfig.builder(key(1000 + i))
              .endpoint(
                  new Endpoint(InetAddress.ofLiteral("10.240.1." + random.nextInt(1, 255)), 51820))
              .allowedIps(hosts(i * each, (i + 1) * each))
              .build());
    }
    Device device = configure(DeviceConfig.ofPeers(configs));
    assertEquals(peers, device.peers().size());
    PublicKey middle = key(1000 + peers / 2);
    device =
        configure(
            PeerConfig.builder(middle)
                .allowedIp(host(1 << 20))
                .removeAllowedIp(host(peers / 2 * each))
                .build());
    assertEquals(each, allowedIps(device, middle).size());
    assertFalse(allowedIps(device, middle).contains(host(peers / 2 * each)));
    assertEquals(
        peers * each, device.peers().stream().mapToInt(peer -> peer.allowedIps().size()).sum());
  }

  @Test
  void aDeviceThatIsNotThere() {
    for (String name : List.of("azwg-none", "../" + bed().device(), "", "a".repeat(16), "a b")) {
      WireGuardException read =
          assertThrows(WireGuardException.class, () -> bed().client().device(name));
      assertEquals(Reason.NO_DEVICE, read.reason(), name);
      WireGuardException write =
          assertThrows(
              WireGuardException.class,
              () -> bed().client().configure(name, DeviceConfig.builder().fwmark(1).build()));
      assertEquals(Reason.NO_DEVICE, write.reason(), name);
    }
  }

  /** The key of this number. */
  protected static PublicKey key(int number) {
    try (PrivateKey key = privateKey(number)) {
      return key.publicKey();
    }
  }

  private static PrivateKey privateKey(int number) {
    return PrivateKey.of(bytes(number));
  }

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[32];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static IpPrefix host(int number) {
    return prefix(
        "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255) + "/32");
  }

  private static List<IpPrefix> hosts(int from, int to) {
    List<IpPrefix> hosts = new ArrayList<>();
    for (int i = from; i < to; i++) {
      hosts.add(host(i));
    }
    return hosts;
  }

  private static IpPrefix prefix(String text) {
    try {
      return IpPrefix.parse(text);
    } catch (AddressException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
