package dev.azwg.cnitest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs the plugins of a {@link NetworkList} as libcni does.
 *
 * <ul>
 *   <li>ADD: in order, each plugin given the result of the one before; the first failure stops the
 *       chain and nothing is cached.
 *   <li>DEL: in reverse order, each plugin given the cached result of ADD if the list's version is
 *       at least 0.4.0, and no result below that; the first failure stops the chain. The cached
 *       result is forgotten only when all have succeeded.
 *   <li>CHECK: in order; refused below 0.4.0 and without a cached result; skipped if the list
 *       disables it.
 *   <li>GC: below 1.1.0 nothing; else every plugin is run and the first failure is thrown at the
 *       end. Unlike libcni this does not DEL the stale attachments first: a test that wants that
 *       calls {@link #del} itself.
 *   <li>STATUS: below 1.1.0 nothing; else in order.
 * </ul>
 *
 * <p>Not safe for several threads on the same attachment; different attachments may be used in
 * parallel.
 */
public final class Chain {
  private final NetworkList list;
  private final PluginDirectory plugins;
  private final List<String> launcher;
  private final Duration deadline;
  private final Map<String, JsonObject> cache = new HashMap<>();

  private Chain(
      NetworkList list, PluginDirectory plugins, List<String> launcher, Duration deadline) {
    this.list = list;
    this.plugins = plugins;
    this.launcher = List.copyOf(launcher);
    this.deadline = deadline;
  }

  /** A chain whose plugins run directly, each with 30 s. */
  public static Chain of(NetworkList list, PluginDirectory plugins) {
    return new Chain(list, plugins, List.of(), Duration.ofSeconds(30));
  }

  /** The same list run through a launcher, for example in a network namespace. No cache yet. */
  public Chain launchedBy(List<String> command) {
    return new Chain(list, plugins, command, deadline);
  }

  /**
   * Adds a container to the network.
   *
   * @return the result of the last plugin
   * @throws ChainException if a plugin failed
   */
  public JsonObject add(ContainerAttachment attachment) throws IOException, InterruptedException {
    JsonObject result = null;
    for (JsonObject plugin : list.plugins()) {
      result = run(plugin, "ADD", attachment, result).document();
    }
    if (result == null) {
      throw new ChainException("the list has no plugins");
    }
    synchronized (cache) {
      cache.put(key(attachment), result);
    }
    return result;
  }

  /** Removes a container from the network. */
  public void del(ContainerAttachment attachment) throws IOException, InterruptedException {
    JsonObject previous = list.isAtLeast("0.4.0") ? cachedResult(attachment).orElse(null) : null;
    for (JsonObject plugin : list.plugins().reversed()) {
      run(plugin, "DEL", attachment, previous);
    }
    synchronized (cache) {
      cache.remove(key(attachment));
    }
  }

  /** Checks that a container is still attached as its ADD left it. */
  public void check(ContainerAttachment attachment) throws IOException, InterruptedException {
    if (!list.isAtLeast("0.4.0")) {
      throw new ChainException(
          "configuration version \"" + list.cniVersion() + "\" does not support CHECK");
    }
    if (list.disableCheck()) {
      return;
    }
    JsonObject previous =
        cachedResult(attachment)
            .orElseThrow(() -> new ChainException("CHECK needs the cached result of an ADD"));
    for (JsonObject plugin : list.plugins()) {
      run(plugin, "CHECK", attachment, previous);
    }
  }

  /** Tells every plugin which attachments are still valid. */
  public void gc(Collection<ContainerAttachment> valid) throws IOException, InterruptedException {
    if (!list.isAtLeast("1.1.0")) {
      return;
    }
    JsonArray attachments = new JsonArray();
    for (ContainerAttachment attachment : valid) {
      JsonObject entry = new JsonObject();
      entry.addProperty("containerID", attachment.containerId());
      entry.addProperty("ifname", attachment.ifName());
      attachments.add(entry);
    }
    // Both names: the specification and its first implementation differ (containernetworking/cni
    // issue 1101), so runtimes send both.
    Map<String, JsonElement> injected =
        Map.of("cni.dev/valid-attachments", attachments, "cni.dev/attachments", attachments);
    ChainException first = null;
    for (JsonObject plugin : list.plugins()) {
      try {
        runWithoutContainer(plugin, "GC", injected);
      } catch (ChainException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Asks every plugin whether it can serve ADD. */
  public void status() throws IOException, InterruptedException {
    if (list.isAtLeast("1.1.0")) {
      for (JsonObject plugin : list.plugins()) {
        runWithoutContainer(plugin, "STATUS", Map.of());
      }
    }
  }

  /** The result of the attachment's last successful ADD that no DEL has undone. */
  public Optional<JsonObject> cachedResult(ContainerAttachment attachment) {
    synchronized (cache) {
      return Optional.ofNullable(cache.get(key(attachment)));
    }
  }

  private PluginOutcome run(
      JsonObject plugin,
      String command,
      ContainerAttachment attachment,
      @Nullable JsonObject previous)
      throws IOException, InterruptedException {
    String stdin = list.configuration(plugin, previous, attachment.capabilityArgs(), Map.of());
    return execute(plugin, command, attachment.environment(command, plugins.cniPath()), stdin);
  }

  private void runWithoutContainer(
      JsonObject plugin, String command, Map<String, JsonElement> injected)
      throws IOException, InterruptedException {
    String stdin = list.configuration(plugin, null, new JsonObject(), injected);
    execute(plugin, command, Map.of("CNI_COMMAND", command, "CNI_PATH", plugins.cniPath()), stdin);
  }

  private PluginOutcome execute(
      JsonObject plugin, String command, Map<String, String> environment, String stdin)
      throws IOException, InterruptedException {
    String type = plugin.get("type").getAsString();
    PluginCall call = PluginCall.of(plugins.find(type)).withStdin(stdin).within(deadline);
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      call = call.with(variable.getKey(), variable.getValue());
    }
    // Plugins such as portmap start other programs.
    call = call.with("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    PluginOutcome outcome = (launcher.isEmpty() ? call : call.launchedBy(launcher)).run();
    if (!outcome.succeeded()) {
      throw new ChainException(type, command, outcome);
    }
    return outcome;
  }

  private static String key(ContainerAttachment attachment) {
    return attachment.containerId() + '/' + attachment.ifName();
  }
}
