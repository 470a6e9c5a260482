package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.host.Underlay;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.MeshPlanner;
import dev.azwg.wg.mesh.PeerRecord;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What this node says about itself, published when it differs from what was last published. */
final class OwnRecord {
  private final String node;
  private final Optional<PublicKey> key;
  private final int listenPort;
  private final boolean hostScope;
  private final Datastore datastore;
  private final InstantSource clock;
  private @Nullable Instant keySince;
  private @Nullable PeerRecord published;
  private @Nullable PeerRecord submitted;
  private CompletableFuture<Void> outcome = CompletableFuture.completedFuture(null);
  private long submissions;
  private final ClaimDates dates = new ClaimDates();
  private final PoolClaims poolClaims;
  private List<PeerRecord> others = List.of();
  private long revision;
  private boolean hadOthers;
  private boolean seen;
  private boolean keyWasPublished;

  /**
   * A record that is not yet known to be published.
   *
   * @param key empty while encryption is switched off on this node
   * @param neverTunnelled prefixes that no node believes in a claim
   */
  OwnRecord(
      String node,
      Optional<PublicKey> key,
      int listenPort,
      boolean hostScope,
      List<IpPrefix> neverTunnelled,
      Datastore datastore,
      InstantSource clock) {
    this.node = Objects.requireNonNull(node);
    this.key = Objects.requireNonNull(key);
    this.listenPort = listenPort;
    this.hostScope = hostScope;
    this.poolClaims = new PoolClaims(neverTunnelled);
    this.datastore = datastore;
    this.clock = clock;
  }

  /**
   * Takes note of what the datastore holds for this node: a key that was published before keeps its
   * date, and a record that somebody changed is published anew.
   *
   * @throws DatastoreException if all records have gone at once, this node's too: that is a folder
   *     that was unmounted or emptied, not a mesh that dissolved
   */
  void seen(DatastoreSnapshot snapshot) throws DatastoreException {
    if (published != null && hadOthers && snapshot.records().isEmpty()) {
      throw new DatastoreException(
          DatastoreException.Reason.UNAVAILABLE,
          "the datastore",
          "has lost every record at once; the mesh stays as it is (restart to begin anew)");
    }
    hadOthers = snapshot.records().size() > 1;
    Optional<PeerRecord> stored = snapshot.record(node);
    published = stored.orElse(null);
    if (!seen || revision != snapshot.revision()) {
      others = snapshot.records().stream().filter(record -> !record.node().equals(node)).toList();
      revision = snapshot.revision();
    }
    if (!seen) {
      // No record at all proves nothing: somebody may have taken it away.
      keyWasPublished = stored.map(record -> record.publicKey().equals(key)).orElse(true);
      seen = true;
    }
  }

  /**
   * Since when this node has its key. A new key is dated after every other node's that names one of
   * this node's addresses: whoever had the address before may have had a clock that was ahead.
   */
  private Instant keySince(List<InetAddress> addresses) {
    Instant known = keySince;
    if (known != null) {
      return known;
    }
    Instant now = clock.instant();
    Optional<Instant> before =
        Optional.ofNullable(published)
            .filter(record -> record.publicKey().equals(key))
            .map(PeerRecord::keySince)
            .filter(since -> !since.isAfter(now));
    Instant since = before.orElse(now);
    if (before.isEmpty()) {
      for (PeerRecord record : others) {
        Instant theirs = record.keySince();
        if (!Collections.disjoint(record.nodeAddresses(), addresses)
            && !theirs.isBefore(since)
            && !theirs.isAfter(now.plus(MeshPlanner.CLOCK_SKEW))) {
          since = theirs.plusNanos(1);
        }
      }
    }
    keySince = since;
    return since;
  }

  /**
   * The claims, with the dates that they are published with.
   *
   * @param pool what the platform has given to this node
   * @param nodeAddresses this node's own addresses
   * @param pods the claims of its pods, since they were attached
   */
  NodeClaims claims(PrefixSet pool, List<InetAddress> nodeAddresses, List<Claim> pods) {
    Instant now = clock.instant();
    List<Claim> dated = dates.date(pods, published, others, now);
    return poolClaims.of(pool, nodeAddresses, dated, published, others, revision, now);
  }

  /** Whether the peers could know this node's key when this process began. */
  boolean keyWasPublished() {
    return keyWasPublished;
  }

  /**
   * Since when the record in the datastore claims an address for this node, alone or in a range.
   */
  Optional<Instant> claimedSince(IpPrefix address) {
    return Optional.ofNullable(published).stream()
        .flatMap(record -> record.claims().stream())
        .filter(claim -> claim.prefix().contains(address))
        .max(Comparator.comparingInt(claim -> claim.prefix().length()))
        .map(Claim::since);
  }

  /**
   * Publishes the record if it has changed.
   *
   * @param mtu the tunnel's, in bytes
   * @return completes when the record, or a newer one, is published; completes exceptionally when
   *     an attempt has failed that the datastore repeats
   */
  CompletableFuture<Void> publish(Underlay underlay, int mtu, List<Claim> claims)
      throws DatastoreException {
    return publish(key, underlay, mtu, claims);
  }

  /**
   * Publishes the record without a key: of a node that cannot have a tunnel, so that nobody sends
   * it anything through one.
   */
  CompletableFuture<Void> publishWithoutKey(Underlay underlay, List<Claim> claims)
      throws DatastoreException {
    return publish(Optional.empty(), underlay, 0, claims);
  }

  private CompletableFuture<Void> publish(
      Optional<PublicKey> publicKey, Underlay underlay, int mtu, List<Claim> claims)
      throws DatastoreException {
    PeerRecord wanted =
        new PeerRecord(
            node,
            publicKey,
            keySince(underlay.addresses()),
            underlay.addresses().stream()
                .map(address -> new Endpoint(address, listenPort))
                .toList(),
            underlay.addresses(),
            hostScope,
            mtu,
            claims);
    if (wanted.equals(submitted) && !outcome.isDone()) {
      return outcome;
    }
    // One that is on its way must not arrive after this.
    if (!wanted.equals(published) || !outcome.isDone() || outcome.isCompletedExceptionally()) {
      outcome = datastore.publish(wanted);
      submitted = wanted;
      published = wanted;
      submissions++;
    }
    return outcome;
  }

  /** What the record in the datastore claims. */
  PrefixSet publishedPrefixes() {
    PeerRecord known = published;
    return known == null
        ? PrefixSet.EMPTY
        : PrefixSet.of(known.claims().stream().map(Claim::prefix).toList());
  }

  /** How often a record was handed to the datastore. */
  long submissions() {
    return submissions;
  }
}
