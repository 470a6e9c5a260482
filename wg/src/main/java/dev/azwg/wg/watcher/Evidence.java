package dev.azwg.wg.watcher;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PublicKey;
import java.time.Instant;
import java.util.Set;

/**
 * What must be known beside the desired state to tell drift, and what is not ours, from what is in
 * order.
 *
 * @param namedKeys the keys that records name, whether they are followed or not
 * @param pods the addresses that the plugin has attached or may attach, whose throw routes it
 *     changes itself
 * @param steadyPods those of them that are attached, were in the pass before too, and not anew
 *     since
 * @param now the time of the pass
 */
record Evidence(
    Set<PublicKey> namedKeys, Set<IpPrefix> pods, Set<IpPrefix> steadyPods, Instant now) {
  Evidence {
    namedKeys = Set.copyOf(namedKeys);
    pods = Set.copyOf(pods);
    steadyPods = Set.copyOf(steadyPods);
  }
}
