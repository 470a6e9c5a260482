package dev.azwg.plugin.config;

/** What the MTU of a pod's link is lowered to. */
public sealed interface PodMtu {
  /** What the watcher has found to fit the tunnel; nothing until it has. */
  record Auto() implements PodMtu {}

  /** Left as it is. */
  record Off() implements PodMtu {}

  /**
   * A fixed size.
   *
   * @param bytes 1280 to 65535
   */
  record Fixed(int bytes) implements PodMtu {}
}
