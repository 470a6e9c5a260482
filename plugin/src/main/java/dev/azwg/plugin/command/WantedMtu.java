package dev.azwg.plugin.command;

import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.plugin.config.PodMtu;
import java.util.OptionalInt;

/** Which MTU a pod's link is to have at most. */
final class WantedMtu {
  private WantedMtu() {}

  /** Empty if the link is to be left alone: by configuration, or because nobody knows yet. */
  static OptionalInt of(Call call) {
    return switch (call.config().podMtu()) {
      case PodMtu.Off _ -> OptionalInt.empty();
      case PodMtu.Fixed fixed -> OptionalInt.of(fixed.bytes());
      case PodMtu.Auto _ -> call.facts().stream().mapToInt(NodeFacts::podMtu).findFirst();
    };
  }

  /**
   * Whether the link is to have the MTU that fits the tunnel, later too: the watcher follows it.
   */
  static boolean follows(Call call) {
    return call.config().podMtu() instanceof PodMtu.Auto;
  }
}
