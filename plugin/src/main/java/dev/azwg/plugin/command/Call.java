package dev.azwg.plugin.command;

import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.plugin.config.PluginConfig;
import dev.azwg.plugin.journal.Journal;
import dev.azwg.plugin.node.NodeKernel;
import dev.azwg.plugin.spec.Invocation;
import dev.azwg.plugin.spec.NetworkConfig;
import dev.azwg.plugin.state.Attachments;
import java.time.Instant;
import java.util.Optional;

/**
 * One call of the plugin with all that its command works on.
 *
 * @param invocation the environment
 * @param network what the specification defines of the configuration
 * @param config our own part of the configuration
 * @param facts what the watcher has published of the node; empty if nothing that can be used
 * @param attachments the ledger and its routes
 * @param kernel the node's kernel
 * @param journal where log lines go
 * @param begin when the call began
 */
public record Call(
    Invocation invocation,
    NetworkConfig network,
    PluginConfig config,
    Optional<NodeFacts> facts,
    Attachments attachments,
    NodeKernel kernel,
    Journal journal,
    Instant begin) {
  /** The table that the plugin's routes belong into. */
  public int table() {
    return table(config, facts);
  }

  /** The same, of its parts. */
  public static int table(PluginConfig config, Optional<NodeFacts> facts) {
    return config.table().orElse(facts.map(NodeFacts::table).orElse(NodeFacts.DEFAULT_TABLE));
  }
}
