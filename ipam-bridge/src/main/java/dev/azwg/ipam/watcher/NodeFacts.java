package dev.azwg.ipam.watcher;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.file.AtomicFile;
import dev.azwg.conflist.file.AtomicFile.Durability;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.JsonText;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.watcher.WatcherException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the watcher knows about this node and the plugin needs: {@code <stateDir>/node.json}, {@code
 * {"version":1,"podMtu":1340,"table":51820}}, replaced whole. Members that this version does not
 * know are ignored.
 *
 * @param podMtu the largest IP packet, in bytes, that a pod may send so that it fits the tunnel;
 *     {@value #MIN_MTU} to {@value #MAX_MTU}
 * @param table the WireGuard routing table; {@value #DEFAULT_TABLE} if the file does not say
 */
public record NodeFacts(int podMtu, int table) {
  /** The WireGuard table where nobody says otherwise. */
  public static final int DEFAULT_TABLE = 51820;

  /** What every IPv4 host must be able to receive (RFC 791). */
  public static final int MIN_MTU = 576;

  /** The largest IPv4 packet. */
  public static final int MAX_MTU = 65535;

  private static final String FILE = "node.json";
  private static final long VERSION = 1;
  private static final int MAX_BYTES = 16 * 1024;
  private static final Set<PosixFilePermission> MODE =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.OTHERS_READ);

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if one is out of bounds
   */
  public NodeFacts {
    if (podMtu < MIN_MTU || podMtu > MAX_MTU) {
      throw new IllegalArgumentException("MTU " + podMtu);
    }
    if (table <= 0) {
      throw new IllegalArgumentException("table " + table);
    }
  }

  /** Where the facts are under a state directory. */
  public static Path file(Path stateDir) {
    return stateDir.resolve(FILE);
  }

  /**
   * Reads the facts.
   *
   * @return empty when the watcher has not written any yet
   * @throws WatcherException if the file cannot be read or is not valid
   */
  public static Optional<NodeFacts> read(Path stateDir) throws WatcherException {
    Path file = file(stateDir);
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException e) {
      throw new WatcherException(Reason.FACTS_FILE, file + " cannot be read: " + e, e);
    }
    return Optional.of(decode(content, file));
  }

  /**
   * Replaces the facts in an existing state directory.
   *
   * @throws WatcherException if they cannot be written; then the file is as it was
   */
  public void write(Path stateDir) throws WatcherException {
    JsonObject object = new JsonObject();
    object.addProperty("version", VERSION);
    object.addProperty("podMtu", podMtu);
    object.addProperty("table", table);
    byte[] content = (JsonText.compact(object) + '\n').getBytes(StandardCharsets.UTF_8);
    Path file = file(stateDir);
    try {
      AtomicFile.write(file, content, MODE, Durability.CONTENT);
    } catch (IOException e) {
      throw new WatcherException(Reason.FACTS_FILE, file + " cannot be written: " + e, e);
    }
  }

  private static NodeFacts decode(byte[] content, Path file) throws WatcherException {
    JsonElement document;
    try {
      document = StrictJson.parse(content, Dialect.EXACT, MAX_BYTES);
    } catch (JsonException e) {
      throw new WatcherException(Reason.INVALID_FACTS, file + ": " + e.getMessage(), e);
    }
    JsonObject object = document.isJsonObject() ? document.getAsJsonObject() : new JsonObject();
    Long version = Members.integer(object.get("version"));
    if (version == null || version != VERSION) {
      throw new WatcherException(Reason.INVALID_FACTS, file + ": not version " + VERSION, null);
    }
    Long mtu = Members.integer(object.get("podMtu"));
    if (mtu == null || mtu < MIN_MTU || mtu > MAX_MTU) {
      throw new WatcherException(
          Reason.INVALID_FACTS,
          file + ": podMtu is not an integer from " + MIN_MTU + " to " + MAX_MTU,
          null);
    }
    return new NodeFacts(mtu.intValue(), table(object, file));
  }

  private static int table(JsonObject object, Path file) throws WatcherException {
    if (!object.has("table")) {
      return DEFAULT_TABLE;
    }
    Long table = Members.integer(object.get("table"));
    if (table == null || table <= 0 || table > Integer.MAX_VALUE) {
      throw new WatcherException(
          Reason.INVALID_FACTS, file + ": table is not the number of a routing table", null);
    }
    return table.intValue();
  }
}
