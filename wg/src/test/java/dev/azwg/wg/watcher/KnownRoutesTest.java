package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.RouteTarget;
import dev.azwg.wg.mesh.SortedRoutes;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownRoutesTest {
  private final KnownRoutes known = new KnownRoutes();
  private final IpPrefix pod = IpPrefix.parse("10.1.0.1/32");
  private final IpPrefix other = IpPrefix.parse("10.1.0.2/32");

  KnownRoutesTest() throws AddressException {}

  @Test
  void whatWasHeardLastHolds() {
    known.are(SortedRoutes.copyOf(Map.of(pod, RouteTarget.DEVICE)));
    known.heard(pod, RouteTarget.THROW);
    known.heard(other, RouteTarget.THROW);
    known.heard(other, null);
    assertEquals(Map.of(pod, RouteTarget.THROW), known.all());
    known.heard(pod, RouteTarget.DEVICE);
    assertEquals(Map.of(pod, RouteTarget.DEVICE), known.all());
  }

  @Test
  void theEchoOfWhatIsThereUndoesWhatWasHeardBefore() {
    known.are(SortedRoutes.copyOf(Map.of(pod, RouteTarget.DEVICE)));
    known.heard(pod, null);
    known.heard(pod, RouteTarget.DEVICE);
    assertEquals(Map.of(pod, RouteTarget.DEVICE), known.all());
    known.heard(pod, null);
    assertEquals(Map.of(), known.all());
  }

  @Test
  void whatIsReadReplacesWhatWasHeard() {
    known.heard(other, RouteTarget.THROW);
    known.are(SortedRoutes.copyOf(Map.of(pod, RouteTarget.DEVICE)));
    assertEquals(Map.of(pod, RouteTarget.DEVICE), known.all());
  }
}
