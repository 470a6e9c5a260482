package dev.azwg.conflist.keeper;

import dev.azwg.conflist.AzwgPluginEntry;
import dev.azwg.conflist.ConflistEditor;
import dev.azwg.conflist.ConflistException;
import dev.azwg.conflist.ConflistException.Reason;
import dev.azwg.conflist.ConflistFile;
import dev.azwg.conflist.NetworkConfigList;
import dev.azwg.conflist.PluginConfig;
import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.conflist.keeper.KeeperStatus.State;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Keeps our entry the last plugin of the list that the runtime uses. {@link #keep} is one look and
 * at most one edit; when to look is for the caller to say. Each edit starts from what is there: no
 * copy of anybody's list is kept, so nothing old can ever be put back.
 *
 * <p>{@code keep} and {@code remove} are for one thread; {@link #status} is for all.
 */
public final class ConflistKeeper {
  /** How often in a row an edit is begun anew because the file was replaced meanwhile. */
  private static final int ATTEMPTS = 4;

  /** Nobody takes this long between a temporary file and its rename. */
  private static final Duration STALE_AFTER = Duration.ofMinutes(1);

  private final ConfigDirectory directory;
  private final PluginExecutable plugin;
  private final AzwgPluginEntry entry;
  private final InstantSource clock;
  private final FightGuard guard = new FightGuard();
  private boolean pluginSeen;
  private long insertions;
  private Optional<Instant> lastInsertion = Optional.empty();
  private volatile KeeperStatus status = KeeperStatus.UNKNOWN;

  /**
   * A keeper; nothing is read before it is used.
   *
   * @param plugin the executable that the entry refers to
   */
  public ConflistKeeper(
      ConfigDirectory directory,
      PluginExecutable plugin,
      AzwgPluginEntry entry,
      InstantSource clock) {
    this.directory = directory;
    this.plugin = plugin;
    this.entry = entry;
    this.clock = clock;
  }

  /** What the last look found. */
  public KeeperStatus status() {
    return status;
  }

  /**
   * Looks, and puts the entry in where it is missing or not last. Never throws for what it finds.
   */
  public KeeperStatus keep() {
    String file = "";
    try {
      removeLeftovers();
      Optional<Path> chosen = directory.chosen();
      if (chosen.isEmpty()) {
        return found("", State.WAITING, "no configuration in " + directory.path());
      }
      file = chosen.get().toString();
      return keepIn(chosen.get());
    } catch (ConflistException e) {
      return found(file, stateAfter(e.reason()), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return found(file, State.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private KeeperStatus keepIn(Path file) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return keepOnce(file);
      } catch (ConflistException e) {
        if (e.reason() != Reason.CHANGED_MEANWHILE || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private KeeperStatus keepOnce(Path path) throws IOException {
    ConflistFile file = new ConflistFile(path);
    byte[] content = file.read();
    boolean kept = isInstalled(file, content);
    Optional<String> missing = missingPlugin();
    if (missing.isPresent()) {
      String consequence =
          hasEntry(content) ? ", and the list refers to it: pods cannot start" : "";
      return found(path.toString(), State.PLUGIN_MISSING, missing.get() + consequence);
    }
    if (!kept) {
      Instant now = clock.instant();
      if (!guard.mayWrite(now)) {
        return found(
            path.toString(),
            State.PAUSED,
            "somebody else keeps rewriting the list; next try at " + guard.pausedUntil());
      }
      if (file.install(entry)) {
        guard.wrote(now);
        insertions++;
        lastInsertion = Optional.of(now);
      }
    }
    return found(path.toString(), State.KEPT, twice(content));
  }

  /** One that was there and is gone is put back; one that never was is not wanted there yet. */
  private Optional<String> missingPlugin() {
    if (plugin.isThere()) {
      pluginSeen = true;
      return Optional.empty();
    }
    String missing = plugin.target() + " is missing or not executable";
    if (!pluginSeen || plugin.source().isEmpty()) {
      return Optional.of(missing);
    }
    try {
      plugin.install(clock.instant());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(missing + " and cannot be put back: " + e.getMessage());
    }
  }

  /** In a list that changed into one that azwg cannot serve, the entry does not stay. */
  private boolean isInstalled(ConflistFile file, byte[] content) throws ConflistException {
    try {
      return ConflistEditor.isInstalled(content, entry);
    } catch (ConflistException e) {
      if (stateAfter(e.reason()) == State.REFUSED && e.reason() != Reason.NOT_A_LIST) {
        file.remove();
      }
      throw e;
    }
  }

  /**
   * Takes the entry out of every list of the directory: which one the runtime uses may have changed
   * since it was put in.
   *
   * @return how many lists had it
   * @throws IOException the first failure, after all were tried
   */
  public int remove() throws IOException {
    int changed = 0;
    IOException failure = null;
    for (Path path : directory.configurations()) {
      try {
        changed += removeFrom(path) ? 1 : 0;
      } catch (ConflistException e) {
        // What is no list has no entry of ours.
        failure = stateAfter(e.reason()) == State.FAILED ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return changed;
  }

  private static boolean removeFrom(Path path) throws ConflistException {
    for (int attempt = 1; ; attempt++) {
      try {
        return new ConflistFile(path).remove();
      } catch (ConflistException e) {
        if (e.reason() != Reason.CHANGED_MEANWHILE || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static boolean hasEntry(byte[] content) throws ConflistException {
    return NetworkConfigList.parse(content).plugins().stream().anyMatch(PluginConfig::isOurs);
  }

  /** A warning if a drop-in file would have the plugin called a second time. */
  private String twice(byte[] content) throws IOException {
    String network = networkName(content);
    if (network.isEmpty() || network.contains("/") || network.startsWith(".")) {
      return "";
    }
    for (Path dropIn : directory.dropIns(network)) {
      if (isOurs(dropIn)) {
        return dropIn + " calls the plugin a second time: remove it";
      }
    }
    return "";
  }

  private static String networkName(byte[] content) {
    try {
      String name =
          Members.string(
              Members.find(StrictJson.parse(content, Dialect.EXACT).getAsJsonObject(), "name"));
      return name == null ? "" : name;
    } catch (JsonException e) {
      return "";
    }
  }

  private static boolean isOurs(Path dropIn) throws ConflistException {
    try {
      var document = StrictJson.parse(new ConflistFile(dropIn).read(), Dialect.EXACT);
      return document.isJsonObject()
          && AzwgPluginEntry.TYPE.equals(
              Members.string(Members.find(document.getAsJsonObject(), "type")));
    } catch (JsonException e) {
      return false;
    }
  }

  private void removeLeftovers() throws IOException {
    try {
      AtomicFile.removeStale(directory.path(), clock.instant().minus(STALE_AFTER));
    } catch (NoSuchFileException absent) {
      // Nothing of anybody is there.
    }
  }

  private static State stateAfter(Reason reason) {
    return switch (reason) {
      case ABSENT, EMPTY, TRUNCATED, INVALID, CHANGED_MEANWHILE -> State.WAITING;
      case UNREADABLE, UNWRITABLE -> State.FAILED;
      case NOT_A_LIST,
          NO_AZURE_VNET,
          CILIUM,
          BRIDGE_MODE,
          TUNNEL_MODE,
          TRANSPARENT_VLAN_MODE,
          MULTITENANCY,
          UNKNOWN_MODE ->
          State.REFUSED;
    };
  }

  private KeeperStatus found(String file, State state, String detail) {
    KeeperStatus found =
        new KeeperStatus(file, state, detail, insertions, lastInsertion, guard.fights());
    status = found;
    return found;
  }
}
