package dev.azwg.plugin.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.azwg.ipam.prevresult.PrevResult;
import dev.azwg.ipam.prevresult.PrevResultException;
import dev.azwg.plugin.result.PreviousResult;
import dev.azwg.plugin.spec.CniCommand;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.CniVersion;
import dev.azwg.plugin.spec.NetworkConfig;
import org.junit.jupiter.api.Tag;

/**
 * What is on stdin, of any bytes: read by each part that reads of it, or a CniException; converted
 * results can be read.
 */
@Tag("fuzz")
class ConfigurationFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void stdinIsReadOrRefused(byte[] stdin) {
    for (CniCommand command : CniCommand.values()) {
      try {
        NetworkConfig network = NetworkConfig.parse(stdin, command);
        PluginConfig.parseLeniently(network.document());
        PluginConfig.parse(network.document());
        PreviousResult previous = PreviousResult.of(network);
        PrevResult.podAddresses(previous.document(), "eth0");
        for (CniVersion version : CniVersion.values()) {
          assertEquals(version.toString(), previous.in(version).get("cniVersion").getAsString());
        }
      } catch (CniException | PrevResultException refused) {
        // That is the other answer.
      }
    }
  }
}
