package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.cnitest.Chain;
import dev.azwg.cnitest.ContainerAttachment;
import dev.azwg.cnitest.NetworkList;
import dev.azwg.cnitest.PluginDirectory;
import dev.azwg.ipam.ledger.Attachment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The executable last in a chain, as libcni runs it. */
class ChainedTest extends BlackBox {
  private static final String FIRST =
      """
      #!/bin/sh
      cat > /dev/null
      if [ "$CNI_COMMAND" = ADD ]; then
        echo '{"cniVersion":"VERSION","interfaces":[{"name":"eth0"}],\
      "ips":[{FAMILY"address":"10.244.3.27/16","gateway":"169.254.1.1"}],\
      "routes":[{"dst":"0.0.0.0/0","gw":"169.254.1.1"}]DNS}'
      fi
      """;

  @ParameterizedTest(name = "point 79: a list of version {0} is added, checked and deleted")
  @CsvSource({"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"})
  void point79AWholeLife(String version) throws Exception {
    TransparentPod pod = TransparentPod.create(namespaces, "10.244.3.27", "fd12::1b");
    boolean statesFamily = version.startsWith("0.");
    Path first = directory.resolve("imitation");
    Files.writeString(
        first,
        FIRST
            .replace("VERSION", version)
            .replace("FAMILY", statesFamily ? "\"version\":\"4\"," : "")
            .replace("DNS", statesFamily ? ",\"dns\":{}" : ""));
    Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(directory.resolve("renamed-azwg"), plugin.file());
    NetworkList list =
        NetworkList.parse(
            """
            {"cniVersion":"%s","name":"azure","plugins":[
              {"type":"imitation"},
              {"type":"renamed-azwg","stateDir":"%s","publishTimeout":"10ms",
               "capabilities":{"io.kubernetes.cri.pod-annotations":true}}]}
            """
                .formatted(version, plugin.stateDir()));
    JsonObject annotations = new JsonObject();
    annotations.add("io.kubernetes.cri.pod-annotations", new JsonObject());
    ContainerAttachment attachment =
        new ContainerAttachment("c1", pod.pod().path().toString(), "eth0", "", annotations)
            .ofPod("default", "web-0", "0f1e");
    Chain chain = Chain.of(list, PluginDirectory.of(directory)).launchedBy(pod.node().launcher());

    JsonObject result = chain.add(attachment);
    assertEquals(version, result.get("cniVersion").getAsString());
    Attachment recorded = plugin.recorded().getFirst();
    assertEquals("web-0", recorded.pod().orElseThrow().name());
    assertEquals(List.of("throw 10.244.3.27 142"), TransparentPod.tableOf(pod.node()));
    if (list.isAtLeast("0.4.0")) {
      chain.check(attachment);
    }
    chain.gc(List.of(attachment));
    assertEquals(1, plugin.recorded().size());
    chain.del(attachment.withoutNetns());
    assertTrue(chain.cachedResult(attachment).isEmpty());
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), TransparentPod.tableOf(pod.node()));
  }
}
