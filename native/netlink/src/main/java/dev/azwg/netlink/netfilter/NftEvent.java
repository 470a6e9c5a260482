package dev.azwg.netlink.netfilter;

/** What {@link NftMonitor} tells. */
public sealed interface NftEvent {
  /**
   * A transaction has changed the table, or something in it, or has removed it.
   *
   * @param generation the number of the ruleset since then
   * @param portId the netlink port of who did it, to tell the echo of one's own work
   * @param processId of who did it, in the receiver's view; 0 if the kernel does not say
   * @param process its name, empty if the kernel does not say
   */
  record TableChanged(int generation, int portId, int processId, String process)
      implements NftEvent {}

  /** Events were lost: the receiver has to look at the table. */
  record Overrun() implements NftEvent {}
}
