package dev.azwg.wg.watcher;

import dev.azwg.netlink.testing.TestNamespace;
import dev.azwg.wg.datastore.PeerRecordJson;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.MeshFixtures;
import dev.azwg.wg.mesh.PeerRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node without a watcher: a real WireGuard device that takes packets from one peer, and a record
 * that the test writes as it likes.
 */
final class PlayedNode implements AutoCloseable {
  private static final int PORT = 51820;

  private final TestNamespace namespace;
  private final String name;
  private final InetAddress address;
  private final String device;
  private final PublicKey key;
  private final Path file;
  private final Instant keySince = Instant.now();

  /**
   * Starts the device.
   *
   * @param namespace has the address already
   * @param directory the one of the watchers' test
   */
  PlayedNode(TestNamespace namespace, String name, String address, Path directory)
      throws IOException, KeyFormatException {
    this.namespace = namespace;
    this.name = name;
    this.address = MeshFixtures.address(address);
    device = "azp" + ProcessHandle.current().pid() % 100_000 + name;
    file = Files.createDirectories(directory.resolve("peers")).resolve(name + ".json");
    namespace.exec("sh", "-c", "LOG_LEVEL=error exec wireguard-go " + device);
    Path secret = Files.createTempFile(directory, name, ".key");
    namespace.exec("sh", "-c", "wg genkey > " + secret);
    namespace.exec(
        "wg", "set", device, "listen-port", Integer.toString(PORT), "private-key", "" + secret);
    Files.delete(secret);
    namespace.ip("link", "set", device, "up");
    key = PublicKey.parse(namespace.exec("wg", "show", device, "public-key").strip());
  }

  String name() {
    return name;
  }

  PublicKey key() {
    return key;
  }

  TestNamespace namespace() {
    return namespace;
  }

  /** Answers whoever has this key. */
  void accept(String peer) {
    namespace.exec("wg", "set", device, "peer", peer, "allowed-ips", "0.0.0.0/0");
  }

  /** Claims these addresses from now on. */
  static List<Claim> now(String... prefixes) {
    Instant since = Instant.now();
    List<Claim> claims = new ArrayList<>();
    for (String prefix : prefixes) {
      claims.add(new Claim(MeshFixtures.prefix(prefix), since));
    }
    return claims;
  }

  /** The record of the node as it is, with these claims. */
  PeerRecord record(List<Claim> claims) {
    return new PeerRecord(
        name,
        Optional.of(key),
        keySince,
        List.of(new Endpoint(address, PORT)),
        List.of(address),
        true,
        claims);
  }

  PeerRecord withKey(PeerRecord record, Optional<PublicKey> other) {
    return new PeerRecord(
        name,
        other,
        record.keySince(),
        record.endpoints(),
        record.nodeAddresses(),
        true,
        record.claims());
  }

  PeerRecord at(PeerRecord record, String... addresses) {
    List<InetAddress> parsed = new ArrayList<>();
    for (String text : addresses) {
      parsed.add(MeshFixtures.address(text));
    }
    return new PeerRecord(
        name,
        record.publicKey(),
        record.keySince(),
        parsed.stream().map(each -> new Endpoint(each, PORT)).toList(),
        parsed.isEmpty() ? record.nodeAddresses() : parsed,
        true,
        record.claims());
  }

  void publish(PeerRecord record) throws IOException {
    write(file, record);
  }

  /** Puts a record into a datastore's folder, as if it were that of the node it names or not. */
  static void write(Path file, PeerRecord record) throws IOException {
    Path next = file.resolveSibling("." + file.getFileName() + ".tmp");
    Files.write(next, PeerRecordJson.encode(record));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  void publish(List<Claim> claims) throws IOException {
    publish(record(claims));
  }

  void withdraw() throws IOException {
    Files.delete(file);
  }

  @Override
  public void close() {
    // Ends the userspace implementation, which would keep the namespace alive.
    namespace.exec("sh", "-c", "ip link del " + device + " 2>/dev/null || true");
  }
}
