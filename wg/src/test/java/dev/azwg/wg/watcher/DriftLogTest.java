package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.EPOCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.wg.mesh.Drift;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriftLogTest {
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private final InstantSource clock = InstantSource.fixed(EPOCH);
  private final DriftLog drift =
      new DriftLog(
          clock,
          new Log(new PrintStream(lines, true, StandardCharsets.UTF_8), clock, Log.Level.WARN));

  @Test
  void eachKindIsCountedWithItsLastAndLoggedOnceForAPass() {
    drift.found(
        List.of(
            new Drift(Drift.Kind.ROUTE, "first"),
            new Drift(Drift.Kind.RULE, "a rule"),
            new Drift(Drift.Kind.ROUTE, "second")));
    drift.found(Drift.Kind.ROUTE, "third");
    assertEquals(
        Map.of(
            Drift.Kind.ROUTE, new DriftLog.Entry(3, "third", EPOCH),
            Drift.Kind.RULE, new DriftLog.Entry(1, "a rule", EPOCH)),
        drift.entries());
    String logged = lines.toString(StandardCharsets.UTF_8);
    assertEquals(3, logged.lines().count(), logged);
    assertTrue(logged.contains("kind=ROUTE found=2 last=second ever=2"), logged);
    assertTrue(logged.contains("kind=ROUTE found=1 last=third ever=3"), logged);
  }

  @Test
  void theDocumentNamesOnlyWhatCameUp() {
    drift.found(List.of());
    assertEquals("{}", drift.toJson().toString());
    drift.found(Drift.Kind.KEY, "public key was none");
    drift.found(Drift.Kind.RULE, "missing");
    assertEquals(
        "{\"RULE\":{\"count\":1,\"last\":\"missing\",\"lastAt\":\"2026-01-01T00:00:00Z\"},"
            + "\"KEY\":{\"count\":1,\"last\":\"public key was none\","
            + "\"lastAt\":\"2026-01-01T00:00:00Z\"}}",
        drift.toJson().toString());
  }
}
