package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.MeshPlanner;
import dev.azwg.wg.mesh.PeerRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The dates of this node's claims. A claim begins when its attachment was made; but clocks are
 * wrong, and the newest claim holds. So a claim that is made anew is dated after the one that
 * another node still has for the address, once, and none is dated in the future, where no node
 * would follow it.
 *
 * <p>Pure: what is there and the time are given.
 */
final class ClaimDates {
  private record Dated(Instant made, Instant date) {}

  private Map<IpPrefix, Dated> known = new HashMap<>();

  /**
   * Dates claims.
   *
   * @param made the claims as the attachments were made
   * @param published this node's record in the datastore
   * @param others those of the other nodes
   * @param now the wall clock
   */
  List<Claim> date(
      List<Claim> made, @Nullable PeerRecord published, List<PeerRecord> others, Instant now) {
    Map<IpPrefix, Dated> next = HashMap.newHashMap(made.size());
    List<Claim> unknown = new ArrayList<>();
    for (Claim claim : made) {
      Dated before = known.get(claim.prefix());
      if (before != null
          && before.made.equals(claim.since())
          && !before.date.isAfter(latest(now))) {
        next.put(claim.prefix(), before);
      } else {
        unknown.add(claim);
      }
    }
    if (!unknown.isEmpty()) {
      Map<IpPrefix, Instant> own = published == null ? Map.of() : dates(List.of(published), now);
      Map<IpPrefix, Instant> foreign = dates(others, now);
      for (Claim claim : unknown) {
        Instant date = first(claim, own.get(claim.prefix()), foreign.get(claim.prefix()), now);
        next.put(claim.prefix(), new Dated(claim.since(), date));
      }
    }
    known = next;
    return made.stream().map(this::dated).toList();
  }

  private Claim dated(Claim claim) {
    return new Claim(
        claim.prefix(),
        Optional.ofNullable(known.get(claim.prefix())).map(Dated::date).orElse(claim.since()));
  }

  private static Instant first(
      Claim claim, @Nullable Instant own, @Nullable Instant others, Instant now) {
    if (own != null && !own.isBefore(claim.since())) {
      // A process before this one has dated it.
      return own;
    }
    Instant date = claim.since().isAfter(now) ? now : claim.since();
    return others == null || date.isAfter(others) ? date : others.plusNanos(1);
  }

  /** The newest date per prefix of those that nodes believe. */
  private static Map<IpPrefix, Instant> dates(List<PeerRecord> records, Instant now) {
    Map<IpPrefix, Instant> dates = new HashMap<>();
    for (PeerRecord record : records) {
      for (Claim claim : record.claims()) {
        if (!claim.since().isAfter(latest(now))) {
          dates.merge(claim.prefix(), claim.since(), (a, b) -> a.isAfter(b) ? a : b);
        }
      }
    }
    return dates;
  }

  private static Instant latest(Instant now) {
    return now.plus(MeshPlanner.CLOCK_SKEW);
  }
}
