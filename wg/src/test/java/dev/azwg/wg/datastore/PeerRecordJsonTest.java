package dev.azwg.wg.datastore;

import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.mesh.PeerRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerRecordJsonTest {
  private static final PeerRecord RECORD =
      node("aks-1", 7, "10.240.0.5", claim("10.240.2.10", 1), claim("fd00:2::/64", 2));

  private static String text() {
    return new String(PeerRecordJson.encode(RECORD), StandardCharsets.UTF_8);
  }

  private static PeerRecord decode(String document) throws DatastoreException {
    return PeerRecordJson.decode(document.getBytes(StandardCharsets.UTF_8), "test");
  }

  @Test
  void aRecordSurvivesTheRoundTrip() throws DatastoreException {
    assertEquals(RECORD, decode(text()));
  }

  @Test
  void aNodeWithoutAKeySurvivesTheRoundTrip() throws DatastoreException {
    PeerRecord keyless =
        new PeerRecord(
            "a", Optional.empty(), RECORD.keySince(), List.of(), List.of(), false, List.of());
    assertEquals(keyless, PeerRecordJson.decode(PeerRecordJson.encode(keyless), "test"));
  }

  @Test
  void anMtuSurvivesTheRoundTripAndNoneIsNone() throws DatastoreException {
    assertEquals(0, decode(text()).mtu());
    PeerRecord other =
        decode(text().replace("\"hostScope\":true", "\"mtu\":65535,\"hostScope\":true"));
    assertEquals(65535, other.mtu());
    assertEquals(other, PeerRecordJson.decode(PeerRecordJson.encode(other), "test"));
  }

  @Test
  void unknownMembersArePassedOver() throws DatastoreException {
    assertEquals(RECORD, decode(text().replaceFirst("\\{", "{\"later\":[{\"a\":1}],")));
  }

  @ParameterizedTest(name = "{0} -> {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\":1|\"version\":2|version",
        "\"version\":1,||version",
        "\"aks-1\"|\"../etc\"|node",
        "\"aks-1\"|7|node",
        "\"publicKey\":\"|\"publicKey\":\"x|publicKey",
        "\"hostScope\":true|\"hostScope\":\"yes\"|hostScope",
        "\"hostScope\":true|\"hostScope\":true,\"mtu\":575|mtu",
        "\"hostScope\":true|\"hostScope\":true,\"mtu\":65536|mtu",
        "\"hostScope\":true|\"hostScope\":true,\"mtu\":1e3|mtu",
        "\"hostScope\":true|\"hostScope\":true,\"mtu\":\"1340\"|mtu",
        "10.240.0.5:51820|10.240.0.5|endpoints",
        "10.240.0.5:51820|10.240.0.5:70000|endpoints",
        "\"nodeAddresses\":[\"10.240.0.5\"]|\"nodeAddresses\":[\"node.example\"]|nodeAddresses",
        "10.240.2.10/32|10.240.2.10/16|claims[].prefix",
        "10.240.2.10/32|010.240.2.10/32|claims[].prefix",
        "2026-01-01T00:00:01Z|yesterday|claims[].since",
        "\"claims\":[|\"claims\":[1,|claims",
        "}],|}|not JSON",
        "}]}|}]}}|not JSON",
      })
  void whatIsNotARecordIsRefusedWithTheMemberThatIsWrong(
      String part, String instead, String member) {
    String good = text();
    String bad = good.replace(part, instead == null ? "" : instead);
    if (bad.equals(good)) {
      bad = good.strip() + "}";
    }
    String document = bad;
    DatastoreException refused =
        assertThrows(DatastoreException.class, () -> decode(document), document);
    assertEquals(DatastoreException.Reason.MALFORMED_RECORD, refused.reason());
    assertTrue(Objects.requireNonNull(refused.getMessage()).contains(member), refused::getMessage);
  }

  @Test
  void anyTruncationIsRefused() {
    byte[] whole = PeerRecordJson.encode(RECORD);
    for (int length = 0; length < whole.length - 2; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThrows(DatastoreException.class, () -> PeerRecordJson.decode(part, "test"));
    }
  }

  @Test
  void aDocumentThatIsTooLargeIsRefusedUnread() {
    DatastoreException refused =
        assertThrows(
            DatastoreException.class,
            () -> PeerRecordJson.decode(new byte[PeerRecordJson.MAXIMUM_BYTES + 1], "test"));
    assertEquals(DatastoreException.Reason.TOO_LARGE, refused.reason());
  }
}
