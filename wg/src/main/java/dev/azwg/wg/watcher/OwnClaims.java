package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.LedgerSnapshot;
import dev.azwg.ipam.ledger.Ownership;
import dev.azwg.wg.mesh.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What this node claims: the addresses of its attachments, each since its owner was attached. */
final class OwnClaims {
  private OwnClaims() {}

  /** The claims, sorted by prefix so that the same attachments give the same record. */
  static List<Claim> of(LedgerSnapshot ledger) {
    Map<IpPrefix, Attachment> owners = Ownership.of(ledger.attachments()).owners();
    List<Claim> claims = new ArrayList<>(owners.size());
    owners.forEach((prefix, owner) -> claims.add(new Claim(prefix, owner.createdAt())));
    return claims;
  }
}
