package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.lock.StateLock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant OLD = NOW.minus(Duration.ofHours(1));

  @TempDir Path directory;
  private Path netns = Path.of("");
  private Ledger ledger = new Ledger(Path.of(""));

  @BeforeEach
  void state() throws IOException {
    netns = Files.createDirectory(directory.resolve("netns"));
    ledger = new Ledger(directory);
  }

  private Attachment written(String netnsPath, Instant createdAt) throws Exception {
    Attachment attachment =
        new Attachment(
            new AttachmentKey("c1", "eth0"),
            netnsPath,
            "azure",
            List.of(address()),
            Optional.empty(),
            createdAt);
    ledger.write(attachment);
    return attachment;
  }

  private static IpPrefix address() throws AddressException {
    return IpPrefix.ofHost("10.244.1.5");
  }

  private int remove(Attachment attachment, Set<IpPrefix> routed) {
    Log log =
        new Log(
            new PrintStream(PrintStream.nullOutputStream()),
            InstantSource.system(),
            Log.Level.ERROR);
    return new Leftovers(new JnaLibc(), ledger, directory, log)
        .remove(List.of(attachment), routed, NOW);
  }

  @Test
  void aPodWhoseNamespaceAndRouteAreGoneIsRemoved() throws Exception {
    Attachment gone = written(netns.resolve("cni-1").toString(), OLD);
    assertEquals(1, remove(gone, Set.of()));
    assertTrue(ledger.read().attachments().isEmpty());
    assertEquals(0, remove(gone, Set.of()), "it is gone already");
  }

  @Test
  void anySignOfLifeKeepsIt() throws Exception {
    Path alive = Files.createFile(netns.resolve("cni-1"));
    assertEquals(0, remove(written(alive.toString(), OLD), Set.of()), "the namespace is there");
    Files.delete(alive);
    assertEquals(0, remove(written(alive.toString(), OLD), Set.of(address())), "routed");
    assertEquals(0, remove(written(alive.toString(), NOW.minusSeconds(10)), Set.of()), "young");
    assertEquals(0, remove(written(alive.toString(), NOW.plusSeconds(900)), Set.of()), "clock");
    assertEquals(0, remove(written("", OLD), Set.of()), "no namespace was told");
    assertEquals(
        0, remove(written("/not/seen/from/here", OLD), Set.of()), "the folder is not visible");
    assertEquals(1, ledger.read().attachments().size());
  }

  @Test
  void oneThatWasReplacedMeanwhileStays() throws Exception {
    Attachment old = written(netns.resolve("cni-1").toString(), OLD);
    Attachment newer = written(netns.resolve("cni-1").toString(), NOW);
    assertEquals(0, remove(old, Set.of()));
    assertEquals(List.of(newer), ledger.read().attachments());
  }

  @Test
  void thePluginGoesFirst() throws Exception {
    Attachment gone = written(netns.resolve("cni-1").toString(), OLD);
    try (StateLock _ = StateLock.acquire(new JnaLibc(), directory, Duration.ofSeconds(5))) {
      assertEquals(0, remove(gone, Set.of()));
      assertEquals(1, ledger.read().attachments().size());
    }
    assertEquals(1, remove(gone, Set.of()));
  }
}
