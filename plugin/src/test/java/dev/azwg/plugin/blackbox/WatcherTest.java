package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.cnitest.Bytes;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The plugin with the real watcher beside it: STATUS, and what happens while it is away. */
class WatcherTest extends BlackBox {
  private WatcherProcess watcher = WatcherProcess.NONE;

  @AfterEach
  void stop() {
    watcher.close();
  }

  private void startWatcher() throws Exception {
    watcher = WatcherProcess.start(node, directory);
    plugin = new Executable(plugin.file(), watcher.stateDir());
  }

  @Test
  void point48WhatIsDeletedWhileTheWatcherIsAwayIsWithdrawnAtItsStart() throws Exception {
    startWatcher();
    succeed(add("c1", "10.9.0.1"));
    succeed(add("c2", "10.9.0.2"));
    assertTrue(watcher.record().contains("10.9.0.1/32"), watcher.record());
    watcher.kill();
    succeedSilently(plugin.del("c1"));
    assertTrue(watcher.record().contains("10.9.0.1/32"), "nobody is there to withdraw it");
    watcher = WatcherProcess.start(node, directory);
    // The DEL of another pod is published by the same pass or a later one.
    succeedSilently(plugin.del("c2"));
    watcher.awaitRecord(record -> !record.contains("10.9.0.2/32"));
    assertFalse(watcher.record().contains("10.9.0.1/32"), watcher.record());
  }

  @Test
  void point65StatusCameWith110() throws Exception {
    for (String version : List.of("0.3.0", "0.4.0", "1.0.0")) {
      fail(1, call("STATUS", "{\"cniVersion\":\"" + version + "\",\"name\":\"azure\"}"));
    }
  }

  @Test
  void point66And68WithAWatcherThatWorksStatusIsSilentAndFast() throws Exception {
    startWatcher();
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      PluginOutcome outcome = succeed(status());
      assertEquals(Bytes.NONE, outcome.stdout());
      times.add(outcome.duration());
    }
    Duration median = times.stream().sorted().toList().get(10);
    assertTrue(median.toMillis() < 100, "median of STATUS: " + median);
  }

  @Test
  void point67WithoutAWatcherOrADeviceStatusSaysSo() throws Exception {
    assertTrue(fail(50, status()).error().msg().contains("watcher"));
    startWatcher();
    succeed(status());
    watcher.loseDevice();
    fail(50, status());
    succeed(add("c1", "10.9.0.1"));
    PluginOutcome outcome = fail(51, status());
    assertFalse(outcome.error().details().isEmpty(), outcome.toString());
    watcher.restoreDevice();
    succeed(status());
  }

  /** Without a namespace there is no link whose MTU could be set. */
  private PluginCall add(String container, String address) {
    PluginCall add = plugin.add(container, address);
    return add.withStdin(plugin.inStateDir(add.stdin().toArray(), ",\"podMtu\":\"off\""));
  }

  private PluginCall status() {
    return PluginCall.of(plugin.file())
        .with("CNI_COMMAND", "STATUS")
        .withStdin(plugin.inStateDir("{\"cniVersion\":\"1.1.0\",\"name\":\"azure\"}", ""));
  }
}
