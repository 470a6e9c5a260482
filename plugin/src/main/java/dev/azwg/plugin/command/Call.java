package dev.azwg.plugin.command;

import dev.azwg.plugin.config.PluginConfig;
import dev.azwg.plugin.journal.Journal;
import dev.azwg.plugin.node.NodeKernel;
import dev.azwg.plugin.spec.Invocation;
import dev.azwg.plugin.spec.NetworkConfig;
import dev.azwg.plugin.state.Attachments;
import java.time.Instant;

/**
 * One call of the plugin with all that its command works on.
 *
 * @param invocation the environment
 * @param network what the specification defines of the configuration
 * @param config our own part of the configuration
 * @param attachments the ledger and its routes
 * @param kernel the node's kernel
 * @param journal where log lines go
 * @param begin when the call began
 */
public record Call(
    Invocation invocation,
    NetworkConfig network,
    PluginConfig config,
    Attachments attachments,
    NodeKernel kernel,
    Journal journal,
    Instant begin) {}
