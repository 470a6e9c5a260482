package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.host.RoutingPolicy;
import dev.azwg.wg.mesh.Mode;
import dev.azwg.wg.mesh.PathPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** In what a watcher of a test differs from the others. */
record WatcherSetup(
    boolean hostScope,
    Mode mode,
    PathPolicy pathPolicy,
    List<IpPrefix> neverTunnelled,
    List<IpPrefix> clusterRanges,
    String nft,
    InstantSource clock,
    Duration resync,
    boolean encryption,
    Numbers numbers,
    Optional<Path> ipamPool) {
  /** What nodes may have different from each other. */
  record Numbers(String devicePrefix, int listenPort, RoutingPolicy routing, int mtu) {
    static final Numbers USUAL = new Numbers("azt", 51820, RoutingPolicy.STANDARD, 0);
  }

  /** A resync so rare that no test waits for it. */
  static final WatcherSetup USUAL =
      new WatcherSetup(
          true,
          Mode.PERMISSIVE,
          PathPolicy.standard(false),
          List.of(),
          List.of(),
          "nft",
          InstantSource.system(),
          Duration.ofMinutes(10),
          true,
          Numbers.USUAL,
          Optional.empty());

  static final WatcherSetup STRICT = USUAL.with(Mode.STRICT);

  private static final class Draft {
    private boolean hostScope;
    private Mode mode;
    private PathPolicy pathPolicy;
    private List<IpPrefix> neverTunnelled;
    private List<IpPrefix> clusterRanges;
    private String nft;
    private InstantSource clock;
    private Duration resync;
    private boolean encryption;
    private Numbers numbers;
    private Optional<Path> ipamPool;

    Draft(WatcherSetup setup) {
      hostScope = setup.hostScope;
      mode = setup.mode;
      pathPolicy = setup.pathPolicy;
      neverTunnelled = setup.neverTunnelled;
      clusterRanges = setup.clusterRanges;
      nft = setup.nft;
      clock = setup.clock;
      resync = setup.resync;
      encryption = setup.encryption;
      numbers = setup.numbers;
      ipamPool = setup.ipamPool;
    }
  }

  private WatcherSetup but(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new WatcherSetup(
        draft.hostScope,
        draft.mode,
        draft.pathPolicy,
        draft.neverTunnelled,
        draft.clusterRanges,
        draft.nft,
        draft.clock,
        draft.resync,
        draft.encryption,
        draft.numbers,
        draft.ipamPool);
  }

  WatcherSetup with(Mode other) {
    return but(draft -> draft.mode = other);
  }

  WatcherSetup with(PathPolicy other) {
    return but(draft -> draft.pathPolicy = other);
  }

  WatcherSetup with(InstantSource other) {
    return but(draft -> draft.clock = other);
  }

  WatcherSetup with(Numbers other) {
    return but(draft -> draft.numbers = other);
  }

  /** Where the node's pool is read. */
  WatcherSetup withIpamPool(Path file) {
    return but(draft -> draft.ipamPool = Optional.of(file));
  }

  WatcherSetup withHostScope(boolean other) {
    return but(draft -> draft.hostScope = other);
  }

  /** On a node where nft is another program, or none. */
  WatcherSetup withNft(String other) {
    return but(draft -> draft.nft = other);
  }

  WatcherSetup resyncing(Duration interval) {
    return but(draft -> draft.resync = interval);
  }

  WatcherSetup neverTunnelling(IpPrefix prefix) {
    return but(draft -> draft.neverTunnelled = List.of(prefix));
  }

  WatcherSetup withClusterRange(IpPrefix range) {
    return but(draft -> draft.clusterRanges = List.of(range));
  }

  WatcherSetup withoutEncryption() {
    return but(draft -> draft.encryption = false);
  }
}
