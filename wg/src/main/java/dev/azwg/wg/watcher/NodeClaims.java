package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.PrefixSet;
import dev.azwg.wg.mesh.Claim;
import java.util.List;
import java.util.Objects;

/**
 * What this node holds, and how much of it the others have to be told.
 *
 * @param local its pool, and the address of every pod, whether it lies in the pool or not
 * @param published its pool, and the addresses of pods for which the pool does not speak
 * @param pool the part of the pool that is claimed
 */
record NodeClaims(List<Claim> local, List<Claim> published, PrefixSet pool) {
  NodeClaims {
    local = List.copyOf(local);
    published = List.copyOf(published);
    Objects.requireNonNull(pool);
  }
}
