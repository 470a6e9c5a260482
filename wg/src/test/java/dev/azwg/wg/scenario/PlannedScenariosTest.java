package dev.azwg.wg.scenario;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static dev.azwg.wg.scenario.ModelNode.claim;
import static dev.azwg.wg.scenario.ModelNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.mesh.PeerRecord;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.scenario.ModelNode.Writes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node writes, and above all does not write, when the records of other nodes change. */
class PlannedScenariosTest {
  @TempDir private Path directory = Path.of("");
  private ModelNode self;

  @BeforeEach
  void begin() throws IOException {
    self = new ModelNode(directory, claim("10.240.1.10", 1));
    self.publish(
        node("b", 2, 5, claim("10.240.2.10", 1), claim("10.240.2.11", 1)),
        node("c", 3, 6, claim("10.240.3.10", 1)));
    assertNotEquals(Writes.NONE, self.look());
    assertEquals(Writes.NONE, self.look(), "nothing has changed");
  }

  @AfterEach
  void end() {
    self.close();
  }

  private static PeerRecord at(PeerRecord record, int port) {
    return new PeerRecord(
        record.node(),
        record.publicKey(),
        record.keySince(),
        List.of(new Endpoint(record.nodeAddresses().getFirst(), port)),
        record.nodeAddresses(),
        record.hostScope(),
        record.claims());
  }

  private static Optional<RouteTarget> to(RouteTarget target) {
    return Optional.of(target);
  }

  @Test
  void u14And23ARangeOfThisNodeAndAnAddressInsideItAreThrowRoutes(@TempDir Path other)
      throws IOException {
    try (ModelNode node =
        new ModelNode(other, claim("10.240.1.0/24", 1), claim("10.240.1.10", 1))) {
      assertEquals(
          new Writes(
              List.of(),
              Map.of(
                  prefix("10.240.1.0/24"), to(RouteTarget.THROW),
                  prefix("10.240.1.10"), to(RouteTarget.THROW))),
          node.look());
    }
  }

  @Test
  void u18RecordsInThisNodesOwnNameChangeNothing() throws IOException {
    self.publish(node("self", 9, 99, claim("10.240.9.9", 50)));
    assertEquals(Writes.NONE, self.look());
    self.withdraw("self");
    assertEquals(Writes.NONE, self.look());
  }

  @Test
  void u19And45AnEndpointThatChangesAndChangesBackIsNoUpdate() throws IOException {
    PeerRecord c = node("c", 3, 6, claim("10.240.3.10", 1));
    self.publish(at(c, 4), c);
    assertEquals(Writes.NONE, self.look());
    PeerRecord gone =
        new PeerRecord(
            "c", c.publicKey(), c.keySince(), List.of(), c.nodeAddresses(), true, c.claims());
    self.publish(gone, c);
    assertEquals(Writes.NONE, self.look());

    self.publish(at(c, 4));
    assertEquals(
        new Writes(
            List.of(
                PeerConfig.builder(key(3))
                    .endpoint(new Endpoint(address("10.240.0.6"), 4))
                    .build()),
            Map.of()),
        self.look());
  }

  @Test
  void u46AnEndpointThatGoesWhileAnotherComesIsOneChange() throws IOException {
    PeerRecord c = node("c", 3, 6, claim("10.240.3.10", 1));
    Endpoint moved = new Endpoint(address("10.240.0.16"), 51820);
    self.publish(
        new PeerRecord(
            "c",
            c.publicKey(),
            c.keySince(),
            List.of(moved),
            List.of(moved.address()),
            true,
            c.claims()));
    Writes writes = self.look();
    assertEquals(
        List.of(
            PeerConfig.builder(key(3)).endpoint(moved).allowedIp(prefix("10.240.0.16")).build(),
            PeerConfig.builder(key(3)).updateOnly().removeAllowedIp(prefix("10.240.0.6")).build()),
        writes.peers());
    assertEquals(
        Map.of(
            prefix("10.240.0.16"),
            to(RouteTarget.DEVICE),
            prefix("10.240.0.6"),
            Optional.<RouteTarget>empty()),
        writes.routes());
  }

  @Test
  void u20AKeyThatChangesAndChangesBackIsNoUpdate() throws IOException {
    self.publish(
        node("c", 4, 6, claim("10.240.3.10", 1)), node("c", 3, 6, claim("10.240.3.10", 1)));
    assertEquals(Writes.NONE, self.look());
  }

  @Test
  void u21And38ANodeOrAnAddressThatComesAndGoesIsNoUpdate() throws IOException {
    self.publish(node("d", 4, 7, claim("10.240.4.10", 1)));
    self.withdraw("d");
    assertEquals(Writes.NONE, self.look());
    self.publish(
        node("c", 3, 6, claim("10.240.3.10", 1), claim("10.240.3.11", 2)),
        node("c", 3, 6, claim("10.240.3.10", 1)));
    assertEquals(Writes.NONE, self.look());
  }

  @Test
  void u27AnAddressThatMovesWithADeletionInBetweenIsAddedToItsNewPeerAlone() throws IOException {
    self.publish(
        node("b", 2, 5, claim("10.240.2.11", 1)),
        node("c", 3, 6, claim("10.240.3.10", 1), claim("10.240.2.10", 9)));
    // WireGuard takes it from the peer that had it; the route leads to the device as before.
    assertEquals(
        new Writes(
            List.of(PeerConfig.builder(key(3)).allowedIp(prefix("10.240.2.10")).build()), Map.of()),
        self.look());
  }

  @Test
  void u31TheEndOfAConflictOfKeysChangesNothingOfAnybodyElse() throws IOException {
    self.publish(node("d", 2, 7, claim("10.240.4.10", 1)));
    assertEquals(
        new Writes(
            List.of(),
            Map.of(
                prefix("10.240.0.7"), to(RouteTarget.THROW),
                prefix("10.240.4.10"), to(RouteTarget.THROW))),
        self.look());
    self.publish(node("d", 4, 7, claim("10.240.4.10", 1)));
    Writes end = self.look();
    assertEquals(List.of(key(4)), end.peers().stream().map(PeerConfig::publicKey).toList());
    assertEquals(
        Map.of(
            prefix("10.240.0.7"), to(RouteTarget.DEVICE),
            prefix("10.240.4.10"), to(RouteTarget.DEVICE)),
        end.routes());
  }

  @Test
  void u33ANodeWithoutKeyAndAddressesChangesNothing() throws IOException {
    PeerRecord empty =
        new PeerRecord(
            "d",
            Optional.empty(),
            node("d", 4, 7).keySince(),
            List.of(),
            List.of(),
            true,
            List.of());
    self.publish(empty);
    assertEquals(Writes.NONE, self.look());
  }

  @Test
  void u36OneAddressTakenFromAPeerIsOneAddressRemoved() throws IOException {
    self.publish(node("b", 2, 5, claim("10.240.2.10", 1)));
    assertEquals(
        new Writes(
            List.of(
                PeerConfig.builder(key(2))
                    .updateOnly()
                    .removeAllowedIp(prefix("10.240.2.11"))
                    .build()),
            Map.of(prefix("10.240.2.11"), Optional.empty())),
        self.look());
  }

  @Test
  void u37NodesThatSwapAddressesAndSwapBackCauseNoWrites() throws IOException {
    self.publish(
        node("b", 2, 5, claim("10.240.3.10", 2), claim("10.240.2.11", 1)),
        node("c", 3, 6, claim("10.240.2.10", 2)),
        node("b", 2, 5, claim("10.240.2.10", 3), claim("10.240.2.11", 1)),
        node("c", 3, 6, claim("10.240.3.10", 3)));
    assertEquals(Writes.NONE, self.look());
  }

  @Test
  void u39TheDeletionOfWhatNobodyHadCausesNoWrites() throws IOException {
    self.withdraw("unknown");
    assertEquals(Writes.NONE, self.look());
    // An older claim of what another node holds: neither it nor its end changes anything.
    self.publish(node("c", 3, 6, claim("10.240.3.10", 1), claim("10.240.2.10", 0)));
    assertEquals(Writes.NONE, self.look());
    self.publish(node("c", 3, 6, claim("10.240.3.10", 1)));
    assertEquals(Writes.NONE, self.look());
  }

  @Test
  void u49AChainOfMovesWritesOnlyTheRouteToTheNodeWithoutAKey() throws IOException {
    self.publish(node("d", 0, 7));
    self.look();
    IpPrefix first = prefix("10.240.2.10");
    IpPrefix second = prefix("10.240.3.10");
    self.publish(
        node("b", 2, 5, claim("10.240.2.11", 1)),
        node("c", 3, 6, claim("10.240.2.10", 5)),
        node("d", 0, 7, claim("10.240.3.10", 5)));
    Writes writes = self.look();
    assertEquals(Map.of(second, to(RouteTarget.THROW)), writes.routes());
    assertEquals(
        List.of(
            PeerConfig.builder(key(3)).allowedIp(first).build(),
            PeerConfig.builder(key(3)).updateOnly().removeAllowedIp(second).build()),
        writes.peers());
    assertEquals(Set.of(key(2), key(3)), self.state().peers().keySet());
  }
}
