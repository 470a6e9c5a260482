package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static dev.azwg.wg.mesh.MeshFixtures.claim;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClaimDatesTest {
  private static final String POD = "10.240.2.10";
  private static final Instant NOW = EPOCH.plusSeconds(1000);

  private final ClaimDates dates = new ClaimDates();

  private Instant date(int made, @Nullable PeerRecord published, PeerRecord... others) {
    return date(NOW, made, published, others);
  }

  private Instant date(
      Instant now, int made, @Nullable PeerRecord published, PeerRecord... others) {
    List<Claim> dated = dates.date(List.of(claim(POD, made)), published, List.of(others), now);
    return dated.getFirst().since();
  }

  private static PeerRecord other(int since) {
    return node("b", 3, "10.240.0.6", claim(POD, since));
  }

  private static PeerRecord own(int since) {
    return node("a", 2, "10.240.0.5", claim(POD, since));
  }

  @Test
  void aClaimBeginsWhenItsAttachmentWasMade() {
    assertEquals(EPOCH.plusSeconds(10), date(10, null));
    assertEquals(EPOCH.plusSeconds(10), date(10, own(10), own(10), other(9)));
  }

  @Test
  void aNewClaimIsDatedAfterTheOneThatANodeWithAnotherClockLeft() {
    Instant after = EPOCH.plusSeconds(20).plusNanos(1);
    assertEquals(after, date(10, null, other(20)));
    assertEquals(after, date(10, own(20), other(20)), "and keeps its date");
    assertEquals(after, date(10, null, other(30)), "which is not lifted again");
  }

  @Test
  void aDateThatAnotherProcessGaveStays() {
    assertEquals(EPOCH.plusSeconds(20), date(10, own(20), other(30)));
  }

  @Test
  void noDateIsInTheFuture() {
    assertEquals(NOW, date(5000, null));
    assertEquals(NOW, date(NOW.plusSeconds(60), 5000, own(5000)), "and it stays");
  }

  @Test
  void aForeignDateThatNoNodeBelievesLiftsNothing() {
    assertEquals(EPOCH.plusSeconds(10), date(10, null, other(5000)));
  }

  @Test
  void aClockThatIsSetBackGivesNewDates() {
    assertEquals(EPOCH.plusSeconds(900), date(900, null));
    Instant back = EPOCH.plusSeconds(100);
    assertEquals(back, date(back, 900, own(900)));
  }
}
