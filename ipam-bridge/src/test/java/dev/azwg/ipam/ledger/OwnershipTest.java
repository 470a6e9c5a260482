package dev.azwg.ipam.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OwnershipTest {
  private static final Instant NOW = Instant.parse("2026-08-20T10:11:12.123456789Z");

  @Test
  void theNewestOwnsAndOthersKeepTheRest() throws AddressException {
    Attachment old = attachment("z", NOW, "10.0.0.1", "10.0.0.2");
    Attachment late = attachment("a", NOW.plusNanos(1), "10.0.0.1");
    Ownership ownership = Ownership.of(List.of(late, old));
    assertEquals(late, ownership.ownerOf(IpPrefix.ofHost("10.0.0.1")));
    assertEquals(old, ownership.ownerOf(IpPrefix.ofHost("10.0.0.2")));
    assertNull(ownership.ownerOf(IpPrefix.ofHost("10.0.0.3")));
    assertTrue(ownership.owns(late.key(), IpPrefix.ofHost("10.0.0.1")));
    assertFalse(ownership.owns(old.key(), IpPrefix.ofHost("10.0.0.1")));
    assertEquals("[10.0.0.1/32, 10.0.0.2/32]", ownership.owners().keySet().toString());
  }

  @Test
  void theOrderOfReadingDoesNotMatter() throws AddressException {
    Random random = new Random(7);
    List<Attachment> attachments = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      attachments.add(
          attachment("c" + i, NOW.plusNanos(random.nextInt(3)), "10.0.0." + random.nextInt(5)));
    }
    var expected = Ownership.of(attachments).owners();
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(attachments, random);
      assertEquals(expected, Ownership.of(attachments).owners(), "seed 7");
    }
  }

  private static Attachment attachment(String id, Instant createdAt, String... addresses)
      throws AddressException {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String address : addresses) {
      prefixes.add(IpPrefix.ofHost(address));
    }
    return new Attachment(
        new AttachmentKey(id, "eth0"), "/n", "azure", prefixes, Optional.empty(), createdAt);
  }
}
