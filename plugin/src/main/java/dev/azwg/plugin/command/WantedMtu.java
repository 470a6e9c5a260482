package dev.azwg.plugin.command;

import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.ipam.watcher.WatcherException;
import dev.azwg.plugin.config.PodMtu;
import java.util.Optional;
import java.util.OptionalInt;

/** Which MTU a pod's link is to have at most. */
final class WantedMtu {
  private WantedMtu() {}

  /** Empty if the link is to be left alone: by configuration, or because nobody knows yet. */
  static OptionalInt of(Call call) {
    return switch (call.config().podMtu()) {
      case PodMtu.Off _ -> OptionalInt.empty();
      case PodMtu.Fixed fixed -> OptionalInt.of(fixed.bytes());
      case PodMtu.Auto _ -> ofNode(call);
    };
  }

  private static OptionalInt ofNode(Call call) {
    try {
      Optional<NodeFacts> facts = NodeFacts.read(call.config().stateDir());
      return facts.isPresent() ? OptionalInt.of(facts.get().podMtu()) : OptionalInt.empty();
    } catch (WatcherException e) {
      call.journal().warning("the MTU for pods is not known: " + e.getMessage());
      return OptionalInt.empty();
    }
  }
}
