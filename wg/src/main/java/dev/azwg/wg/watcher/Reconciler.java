package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.LedgerSnapshot;
import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.DatastoreSnapshot;
import dev.azwg.wg.datastore.NodeCondition;
import dev.azwg.wg.host.HostException;
import dev.azwg.wg.host.PodRoutes;
import dev.azwg.wg.host.Underlay;
import dev.azwg.wg.host.WireGuardTable;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.LocalNode;
import dev.azwg.wg.mesh.MeshPlanner;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PeerUse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The one loop: waits until something is dirty, reads what is, plans from complete inputs, applies
 * the difference. A pass that fails changes nothing in what is known to be applied, and is repeated
 * with everything dirty after a growing pause.
 */
final class Reconciler {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Options options;
  private final PublicKey publicKey;
  private final RouteNetlink netlink;
  private final Libc libc;
  private final LedgerMemory ledger;
  private final NodePool pool;
  private final Leftovers leftovers;
  private final PodCensus pods = new PodCensus();
  private final Datastore datastore;
  private final OwnRecord ownRecord;
  private final MeshPlanner planner;
  private final Tunnel tunnel;
  private final Encryption encryption;
  private final PodMtuThread podMtus;
  private final KernelWatch kernelWatch;
  private final Signals signals;
  private final StatusBoard status;
  private final InstantSource clock;
  private final Log log;

  private @Nullable Underlay underlay;
  private @Nullable LedgerSnapshot attachments;
  private @Nullable DatastoreSnapshot records;
  private Set<IpPrefix> routed = Set.of();
  private Set<Claim> lastClaims = Set.of();
  private Map<PublicKey, String> incumbents = Map.of();
  private @Nullable NodeFacts facts;
  private boolean converged;
  private int mtu;

  Reconciler(
      Options options,
      PublicKey publicKey,
      RouteNetlink netlink,
      Libc libc,
      LedgerMemory ledger,
      NodePool pool,
      Leftovers leftovers,
      Datastore datastore,
      OwnRecord ownRecord,
      MeshPlanner planner,
      Tunnel tunnel,
      Encryption encryption,
      PodMtuThread podMtus,
      KernelWatch kernelWatch,
      Signals signals,
      StatusBoard status,
      InstantSource clock,
      Log log) {
    this.options = options;
    this.publicKey = publicKey;
    this.netlink = netlink;
    this.libc = libc;
    this.ledger = ledger;
    this.pool = pool;
    this.leftovers = leftovers;
    this.datastore = datastore;
    this.ownRecord = ownRecord;
    this.planner = planner;
    this.tunnel = tunnel;
    this.encryption = encryption;
    this.podMtus = podMtus;
    this.kernelWatch = kernelWatch;
    this.signals = signals;
    this.status = status;
    this.clock = clock;
    this.log = log;
  }

  /** Runs until {@link Signals#stop}. Everything in the kernel stays as it is then. */
  void run() throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    long everythingAt = System.nanoTime();
    while (true) {
      Signals.Work work = signals.take(untilNext(everythingAt));
      if (work.stopping()) {
        work.waiters().forEach(waiter -> waiter.published("the watcher is stopping"));
        return;
      }
      boolean everything = everythingAt - System.nanoTime() <= 0;
      Set<Dirty> dirty = everything ? EnumSet.allOf(Dirty.class) : withDue(work.dirty());
      Pass pass = new Pass(dirty, work.waiters());
      try {
        pass.run();
        pause = FIRST_PAUSE;
        if (everything) {
          everythingAt = System.nanoTime() + options.resync().toNanos();
        }
      } catch (IOException e) {
        log.error("reconciliation failed", "error", describe(e), "retry_in", pause);
        status.failed(describe(e));
        report();
        pass.answer(describe(e));
        everythingAt = System.nanoTime();
        if (signals.stoppedWithin(pause)) {
          return;
        }
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      }
    }
  }

  private void report() {
    StatusBoard.Status now = status.status();
    datastore.report(new NodeCondition(now.ready(), now.problem(), clock.instant()));
  }

  private Duration untilNext(long everythingAt) {
    long now = System.nanoTime();
    long nanos = everythingAt - now;
    nanos = Math.min(nanos, pods.nextIn(now).map(Duration::toNanos).orElse(nanos));
    nanos = Math.min(nanos, encryption.nextIn().map(Duration::toNanos).orElse(nanos));
    return Duration.ofNanos(Math.max(0, nanos));
  }

  private Set<Dirty> withDue(Set<Dirty> marked) {
    EnumSet<Dirty> dirty = EnumSet.noneOf(Dirty.class);
    dirty.addAll(marked);
    if (pods.nextIn(System.nanoTime()).filter(Duration::isZero).isPresent()) {
      dirty.add(Dirty.PODS);
    }
    if (encryption.nextIn().filter(Duration::isZero).isPresent()) {
      dirty.add(Dirty.HANDSHAKES);
    }
    return dirty;
  }

  private static String describe(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** One pass over what is dirty. */
  private final class Pass {
    private final Set<Dirty> dirty;
    private List<Signals.Waiter> waiters;

    Pass(Set<Dirty> dirty, List<Signals.Waiter> waiters) {
      this.dirty = dirty;
      this.waiters = waiters;
    }

    void run() throws IOException {
      long start = System.nanoTime();
      boolean observe = dirty.contains(Dirty.KERNEL);
      boolean routesSeen = observe;
      if (observe) {
        kernelWatch.forget();
        observeTunnel();
        underlay = Underlay.read(netlink, options.underlay());
        facts = readFacts();
      } else {
        routesSeen = kernelWatch.drain(tunnel::routeSeen);
        if (dirty.contains(Dirty.HANDSHAKES)) {
          encryption.look();
        }
      }
      boolean firewallChanged =
          !observe && dirty.contains(Dirty.FIREWALL) && tunnel.checkFirewall();
      // The plugin writes its file before its route: who has seen the route must see the file.
      if (attachments == null || routesSeen || dirty.contains(Dirty.LEDGER)) {
        attachments = ledger.read();
        if (tunnel.missesThrow(addresses(attachments))) {
          attachments = ledger.readAtRest(libc, options.paths().stateDirectory());
        }
      }
      if (records == null || dirty.contains(Dirty.DATASTORE)) {
        records = datastore.read();
        ownRecord.seen(records);
      }
      if (observe) {
        encryption.observed(ownRecord.keyWasPublished());
      }
      Underlay nic = Objects.requireNonNull(underlay);
      boolean poolChanged =
          (observe || dirty.contains(Dirty.POOL)) && pool.refresh(nic.addresses());
      boolean podsChanged = takeCensus(attachments);
      if (converged
          && !podsChanged
          && !poolChanged
          && !routesSeen
          && !firewallChanged
          && !encryption.needPlanning()
          && EnumSet.of(Dirty.PODS, Dirty.HANDSHAKES, Dirty.FIREWALL, Dirty.POOL)
              .containsAll(dirty)) {
        answer("");
        return;
      }
      NodeClaims claims = claims(nic, attachments);
      // A new key is published only once this node can receive: peers begin to send at once.
      if (converged) {
        publish(nic, claims.published());
      } else if (incumbents.isEmpty()) {
        incumbents = Incumbents.of(tunnel.peerAddresses(), records.records());
      }

      LocalNode self =
          new LocalNode(options.node(), publicKey, nic.addresses(), claims.local(), nic.mtu());
      DesiredState planned =
          planner.plan(self, records.records(), incumbents, encryption::use, clock.instant());
      DesiredState desired = encryption.accept(planned, claims.local());
      kernelWatch.expect(
          new Expectation(
              tunnel.deviceIndex(),
              desired.mtu(),
              desired.deviceAddresses(),
              nic.index(),
              nic.mtu(),
              desired.routes(),
              tunnel.wantedRules(desired)));
      if (dirty.contains(Dirty.SYSCTLS)) {
        tunnel.checkReversePath();
      }
      encryption.converge(desired, evidence(claims, attachments, records));
      status.foreignPeers(tunnel.foreignPeers());
      lastClaims = Set.copyOf(claims.local());
      boolean another = mtu != desired.mtu();
      mtu = desired.mtu();
      if (!converged || another) {
        converged = true;
        publish(nic, claims.published());
      }
      remember(desired);
      Integer published = facts == null ? null : facts.podMtu();
      writeFacts(new NodeFacts(desired.mtu(), options.routing().table()));
      podMtus.follow(desired.mtu(), published, attachments.attachments());
      status.succeeded(
          desired, records, attachments, tunnel.degradation(), System.nanoTime() - start, observe);
      report();
      if (observe && leftovers.remove(attachments.attachments(), routed, clock.instant()) > 0) {
        signals.mark(Dirty.LEDGER);
      }
    }

    private void observeTunnel() throws IOException {
      try {
        encryption.observe();
      } catch (HostException e) {
        if (e.reason() == HostException.Reason.NO_WIREGUARD) {
          publishWithoutKey(e);
        }
        throw e;
      }
    }

    /** A record with a key that nothing answers to would draw this node's packets into a void. */
    private void publishWithoutKey(HostException reason) throws IOException {
      attachments = ledger.read();
      records = datastore.read();
      ownRecord.seen(records);
      Underlay nic = Underlay.read(netlink, options.underlay());
      pool.refresh(nic.addresses());
      takeCensus(attachments);
      NodeClaims claims = claims(nic, attachments);
      long before = ownRecord.submissions();
      var _ = ownRecord.publishWithoutKey(nic, claims.published());
      if (ownRecord.submissions() != before) {
        log.error("record published without a key: no tunnel", "error", describe(reason));
      }
      // The key comes back when there is something to receive with, not before.
      converged = false;
      if (options.mode() == Mode.STRICT) {
        LocalNode self =
            new LocalNode(options.node(), publicKey, nic.addresses(), claims.local(), nic.mtu());
        tunnel.refuse(
            planner.plan(
                self,
                records.records(),
                incumbents,
                key -> new PeerUse(false, false, 0),
                clock.instant()));
      }
    }

    private NodeClaims claims(Underlay nic, LedgerSnapshot known) {
      NodeClaims claims =
          ownRecord.claims(
              pool.claimable(ownRecord::publishedPrefixes),
              nic.addresses(),
              pods.with(OwnClaims.of(known)));
      pool.claimed(claims.pool().prefixes().size());
      return claims;
    }

    private boolean takeCensus(LedgerSnapshot known) throws IOException {
      if (dirty.contains(Dirty.PODS)) {
        routed = PodRoutes.read(netlink);
      }
      Set<IpPrefix> attached = addresses(known);
      Set<IpPrefix> before = pods.missed();
      boolean changed =
          pods.take(
              routed, attached, Reconciler.this::claimedBefore, clock.instant(), System.nanoTime());
      if (changed) {
        log.info(
            "pods without the plugin's attachment", "before", before.size(), "now", pods.missed());
      }
      return changed;
    }

    private void publish(Underlay nic, List<Claim> claims) throws IOException {
      long before = ownRecord.submissions();
      CompletableFuture<Void> outcome = ownRecord.publish(nic, mtu, claims);
      if (ownRecord.submissions() != before) {
        var _ = outcome.whenComplete((published, failure) -> logOutcome(claims.size(), failure));
      }
      List<Signals.Waiter> waiting = waiters;
      waiters = List.of();
      var _ =
          outcome.whenComplete((published, failure) -> {
            String problem = failure == null ? "" : String.valueOf(failure.getMessage());
            waiting.forEach(waiter -> waiter.published(problem));
          });
    }

    private void logOutcome(int claims, @Nullable Throwable failure) {
      if (failure == null) {
        log.info("record published", "claims", claims);
      } else {
        log.error("record not published, trying again", "error", failure.getMessage());
      }
    }

    void answer(String problem) {
      waiters.forEach(waiter -> waiter.published(problem));
      waiters = List.of();
    }
  }

  /** The pool claims its addresses whether the plugin is late or not. */
  private Optional<Instant> claimedBefore(IpPrefix pod) {
    return pool.prefixes().covers(pod) ? Optional.empty() : ownRecord.claimedSince(pod);
  }

  private static Set<IpPrefix> addresses(LedgerSnapshot known) {
    Set<IpPrefix> attached = new HashSet<>();
    known.attachments().forEach(each -> attached.addAll(each.addresses()));
    return attached;
  }

  private Evidence evidence(
      NodeClaims claims, LedgerSnapshot attachments, DatastoreSnapshot records) {
    Set<PublicKey> named = new HashSet<>();
    records.records().forEach(record -> record.publicKey().ifPresent(named::add));
    Set<IpPrefix> attached = addresses(attachments);
    Set<IpPrefix> steady = new HashSet<>();
    for (Claim claim : claims.local()) {
      if (lastClaims.contains(claim) && attached.contains(claim.prefix())) {
        steady.add(claim.prefix());
      }
    }
    // The plugin removes the route of a pod that goes, also where the address stays in the pool.
    Set<IpPrefix> plugins = new HashSet<>(attached);
    claims.pool().prefixes().stream().filter(IpPrefix::isHost).forEach(plugins::add);
    return new Evidence(named, plugins, steady, clock.instant());
  }

  private void remember(DesiredState desired) {
    Map<PublicKey, String> nodes = HashMap.newHashMap(desired.peers().size());
    desired.peers().forEach((key, peer) -> nodes.put(key, peer.node()));
    incumbents = nodes;
  }

  /** What the plugin can read; if that is nothing, or not valid, it is written anew. */
  private @Nullable NodeFacts readFacts() {
    try {
      return NodeFacts.read(options.paths().stateDirectory()).orElse(null);
    } catch (IOException e) {
      log.warn("the node's facts cannot be read", "error", e.getMessage());
      return null;
    }
  }

  private void writeFacts(NodeFacts wanted) throws IOException {
    NodeFacts before = facts;
    if (!wanted.equals(before)) {
      wanted.write(options.paths().stateDirectory());
      facts = wanted;
      log.info("node's facts published", "pod_mtu", wanted.podMtu(), "table", wanted.table());
      if (before != null && before.table() != wanted.table()) {
        clear(before.table());
      }
    }
  }

  /** A table that an earlier daemon was told to use. No rule leads there any more. */
  private void clear(int table) {
    try {
      int routes = new WireGuardTable(netlink, table).clear();
      log.info("former table cleared", "table", table, "routes", routes);
    } catch (IOException e) {
      log.warn("former table cannot be cleared", "table", table, "error", e.getMessage());
    }
  }
}
