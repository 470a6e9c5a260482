package dev.azwg.netlink.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.testing.IpJson;
import dev.azwg.netlink.testing.NamespaceExtension;
import dev.azwg.netlink.testing.TestNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Links and addresses on the real kernel, each way compared with ip(8). */
@Tag("network")
@ExtendWith(NamespaceExtension.class)
final class LinkNetworkTest {
  private final TestNamespace namespace;
  private final RouteNetlink route;

  LinkNetworkTest(TestNamespace namespace) throws IOException {
    this.namespace = namespace;
    this.route = namespace.call(() -> RouteNetlink.open(new JnaLibc()));
  }

  @AfterEach
  void close() {
    route.close();
  }

  @Test
  void listsLinksAsIpDoes() throws Exception {
    namespace.ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
    namespace.ip("link", "add", "br0", "mtu", "1400", "type", "bridge");
    namespace.ip("link", "set", "v1", "master", "br0");
    Set<String> ours = new HashSet<>();
    for (Link link : route.links()) {
      String kind = link.kind().isEmpty() ? "-" : link.kind();
      ours.add(
          String.join(
              " ",
              Integer.toString(link.index()),
              link.name(),
              Integer.toString(link.mtu()),
              kind,
              String.valueOf(link.hardwareAddress())));
    }
    Set<String> theirs = new HashSet<>();
    for (JsonObject link : IpJson.parse(namespace.ip("-j", "-d", "link", "show"))) {
      JsonObject info = link.getAsJsonObject("linkinfo");
      theirs.add(
          String.join(
              " ",
              IpJson.select(link, "ifindex", "ifname", "mtu"),
              info == null ? "-" : IpJson.select(info, "info_kind"),
              IpJson.select(link, "address")));
    }
    assertEquals(theirs, ours);
    Link v1 = route.link("v1").orElseThrow();
    assertEquals(route.link("br0").orElseThrow().index(), v1.masterIndex());
    assertEquals(route.link("v0").orElseThrow().index(), v1.linkIndex());
    assertTrue(route.links().contains(v1));
  }

  @Test
  void otherEndInAnotherNamespaceIsTold(TestNamespace other) throws Exception {
    namespace.ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
    int v1 = route.link("v1").orElseThrow().index();
    namespace.ip("link", "set", "v1", "netns", other.name());
    Link v0 = route.link("v0").orElseThrow();
    assertEquals(v1, v0.linkIndex());
    assertTrue(v0.linkNamespaceId() >= 0);
  }

  @Test
  void createsChangesAndDeletes() throws Exception {
    route.createLink("br0", "bridge");
    Link link = route.link("br0").orElseThrow();
    assertEquals("bridge", link.kind());
    assertFalse(link.isUp());

    route.setLinkUp(link.index(), true);
    assertTrue(route.link("br0").orElseThrow().isUp());
    assertEquals("up", flagOf("br0"));
    route.setLinkUp(link.index(), false);
    assertEquals("down", flagOf("br0"));

    route.setLinkMtu(link.index(), 1340);
    assertEquals(1340, mtuOf("br0"));
    route.setLinkMtu("br0", 1320);
    assertEquals(1320, mtuOf("br0"));

    route.deleteLink(link.index());
    assertEquals(Optional.empty(), route.link("br0"));
    assertEquals(1, IpJson.parse(namespace.ip("-j", "link", "show")).size());
  }

  @Test
  void tellsWhyTheKernelRefused() throws Exception {
    assertEquals(Optional.empty(), route.link("none"));
    assertRejected(Errno.EEXIST, () -> route.createLink("lo", "bridge"));
    NetlinkException unknown =
        assertRejected(Errno.EOPNOTSUPP, () -> route.createLink("x0", "no-such-kind"));
    assertEquals("RTM_NEWLINK", unknown.operation());
    assertEquals("Unknown device type", unknown.kernelText().orElseThrow());
    assertRejected(Errno.ENODEV, () -> route.deleteLink(4711));
    assertRejected(Errno.ENODEV, () -> route.setLinkUp(4711, true));
    assertRejected(Errno.ENODEV, () -> route.setLinkMtu("none", 1340));
    assertRejected(Errno.EOPNOTSUPP, () -> route.deleteLink(1));
    route.createLink("br0", "bridge");
    int index = route.link("br0").orElseThrow().index();
    NetlinkException mtu = assertRejected(Errno.EINVAL, () -> route.setLinkMtu(index, 1 << 20));
    assertEquals("mtu greater than device maximum", mtu.kernelText().orElseThrow());
    assertRejected(Errno.ERANGE, () -> route.link("a-name-that-is-too-long"));
    assertThrows(IllegalArgumentException.class, () -> route.deleteLink(0));
  }

  @Test
  void addressesGoBothWays() throws Exception {
    route.createLink("br0", "bridge");
    int index = route.link("br0").orElseThrow().index();
    Address v4 = Address.of(index, ip("10.240.0.4"), 16);
    Address v6 =
        Address.of(index, ip("fd00::4"), 128)
            .withFlags(RouteConstants.IFA_F_NODAD | RouteConstants.IFA_F_NOPREFIXROUTE);
    Address peer = new Address(index, ip("10.9.0.1"), 32, 0, 0, ip("10.9.0.2"));
    Address peer6 = new Address(index, ip("fd00:9::1"), 128, 0, 0, ip("fd00:9::2"));
    for (Address address : List.of(v4, v6, peer, peer6)) {
      route.addAddress(address);
    }
    Set<Address> expected = new HashSet<>();
    for (Address address : List.of(v4, v6, peer, peer6)) {
      expected.add(address.withFlags(address.flags() | RouteConstants.IFA_F_PERMANENT));
    }
    // An IPv6 address on a link that is down is tentative until it is up.
    Set<Address> listed = new HashSet<>();
    for (Address address : route.addresses(index)) {
      listed.add(address.withFlags(address.flags() & ~RouteConstants.IFA_F_TENTATIVE));
    }
    assertEquals(expected, listed);

    Set<String> shown = new HashSet<>();
    JsonObject link = IpJson.parse(namespace.ip("-j", "address", "show", "dev", "br0")).getFirst();
    link.getAsJsonArray("addr_info")
        .forEach(info ->
            shown.add(
                IpJson.select(info.getAsJsonObject(), "local", "address", "prefixlen", "scope")));
    assertEquals(
        Set.of(
            "10.240.0.4 - 16 global",
            "fd00::4 - 128 global",
            "10.9.0.1 10.9.0.2 32 global",
            "fd00:9::1 fd00:9::2 128 global"),
        shown);

    assertTrue(route.addresses(0).stream().anyMatch(a -> a.address().isLoopbackAddress()));
    assertRejected(Errno.EEXIST, () -> route.addAddress(v4));
    for (Address address : List.of(v4, v6, peer, peer6)) {
      route.deleteAddress(address);
    }
    assertEquals(List.of(), route.addresses(index));
    assertRejected(Errno.EADDRNOTAVAIL, () -> route.deleteAddress(v4));
    assertRejected(Errno.ENODEV, () -> route.addAddress(Address.of(4711, ip("10.240.0.4"), 16)));
  }

  private String flagOf(String name) {
    String flags = IpJson.select(show(name), "flags");
    return flags.contains("\"UP\"") ? "up" : "down";
  }

  private int mtuOf(String name) {
    return show(name).get("mtu").getAsInt();
  }

  private JsonObject show(String name) {
    return IpJson.parse(namespace.ip("-j", "link", "show", "dev", name)).getFirst();
  }

  private static InetAddress ip(String literal) throws IOException {
    return InetAddress.getByName(literal);
  }

  private interface Action {
    void run() throws IOException;
  }

  private static NetlinkException assertRejected(Errno errno, Action action) {
    NetlinkException e = assertThrows(NetlinkException.class, action::run);
    assertEquals(Reason.REJECTED, e.reason());
    assertEquals(errno, e.errno());
    return e;
  }
}
