package dev.azwg.wg.host.nft;

import static dev.azwg.wg.mesh.MeshFixtures.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.RouteTarget;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FirewallStateTest {
  private static final Desired DESIRED =
      Desired.NONE
          .peer("10.240.0.5")
          .peer("fd00::5")
          .route("10.240.2.10", RouteTarget.DEVICE)
          .route("10.241.0.0/16", RouteTarget.DEVICE)
          .route("10.241.7.0/24", RouteTarget.DEVICE)
          .route("fd00:2::10", RouteTarget.DEVICE)
          .route("10.240.3.10", RouteTarget.UNREACHABLE);

  private static FirewallState state(boolean hostScope, Mode mode) {
    return FirewallState.of(Desired.policy(hostScope, mode), DESIRED.state());
  }

  private static SortedSet<IpPrefix> set(FirewallState state, String name) {
    return state.sets().getOrDefault(name, new TreeSet<>(List.of(prefix("0.0.0.0/0"))));
  }

  private static SortedSet<IpPrefix> of(String... texts) {
    SortedSet<IpPrefix> prefixes = new TreeSet<>();
    for (String text : texts) {
      prefixes.add(prefix(text));
    }
    return prefixes;
  }

  @Test
  void strictModeKnowsWhatMustComeThroughTheTunnel() {
    FirewallState state = state(true, Mode.STRICT);
    assertEquals(of("10.240.0.5"), set(state, "peers4"));
    assertEquals(of("fd00::5"), set(state, "peers6"));
    assertEquals(of("10.240.2.10"), set(state, "tunnelled4"));
    assertEquals(of("fd00:2::10"), set(state, "tunnelled6"));
    assertEquals(of("10.240.3.10"), set(state, "untunnelled4"));
    assertEquals(of("10.240.0.200"), set(state, "exempt4"));
  }

  @Test
  void aRangeWithinARangeIsLeftOutBecauseNftRefusesIt() {
    FirewallState state = state(true, Mode.STRICT);
    assertEquals(of("10.241.0.0/16"), set(state, "tunnelled_ranges4"));
    assertEquals(of("10.240.0.0/16"), set(state, "cluster4"));
  }

  @Test
  void permissiveModeOnlyCountsWhatHasNoTunnel() {
    FirewallState state = state(true, Mode.PERMISSIVE);
    assertTrue(set(state, "tunnelled4").isEmpty());
    assertTrue(set(state, "cluster4").isEmpty());
    assertEquals(of("10.240.3.10"), set(state, "untunnelled4"));
  }

  @Test
  void outsideHostScopeNothingNeedsAMark() {
    assertTrue(set(state(false, Mode.STRICT), "peers4").isEmpty());
  }
}
