package dev.azwg.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.Ledger;
import dev.azwg.ipam.watcher.NodeFacts;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of ADD, DEL, CHECK and GC about state, by the numbers of the checklist. */
class PluginTest {
  @TempDir Path directory = Path.of("");
  private InProcess plugin = new InProcess(Path.of(""));

  @BeforeEach
  void start() {
    plugin = new InProcess(directory.resolve("azwg"));
  }

  @Test
  void point8WithoutACommandItTellsAboutItselfOnStderr() {
    InProcess.Run run = plugin.run(Map.of(), new byte[0]);
    assertEquals(0, run.exitCode());
    assertEquals("", run.stdout());
    assertTrue(run.stderr().contains("1.1.0"), run.stderr());
  }

  @Test
  void point14And15VersionListsAllAndDoesNotNeedStdin() {
    for (String stdin : List.of("", "garbage", "{\"cniVersion\":\"9.9.9\"}")) {
      InProcess.Run run =
          plugin.run(Map.of("CNI_COMMAND", "VERSION"), stdin.getBytes(StandardCharsets.UTF_8));
      assertEquals("1.1.0", run.document().get("cniVersion").getAsString());
      assertEquals(7, run.document().getAsJsonArray("supportedVersions").size());
    }
    InProcess.Run run =
        plugin.run(
            Map.of("CNI_COMMAND", "VERSION"),
            "{\"cniVersion\":\"0.3.0\"}".getBytes(StandardCharsets.UTF_8));
    assertEquals("0.3.0", run.document().get("cniVersion").getAsString(), "the caller's");
  }

  @Test
  void anAddRecordsWhatTheRuntimeSaid() throws Exception {
    Map<String, String> variables = new HashMap<>(InProcess.variables("ADD", "c1", "eth0"));
    variables.put("CNI_ARGS", "K8S_POD_UID=u;K8S_POD_NAME=n;IgnoreUnknown=1;K8S_POD_NAMESPACE=ns");
    plugin.run(
        variables,
        InProcess.OVERLAY.replace("ADDRESS", "10.1.0.5").getBytes(StandardCharsets.UTF_8));
    Attachment recorded = plugin.recorded().getFirst();
    assertEquals("azure", recorded.network());
    assertEquals("/run/netns/none", recorded.netns());
    assertEquals(
        "ns/n/u",
        recorded.pod().map(p -> p.namespace() + '/' + p.name() + '/' + p.uid()).orElse(""));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(plugin.stateDir)));
  }

  @Test
  void point35AddTwiceIsOneAttachmentWithTheNewAddress() throws Exception {
    assertEquals(0, plugin.add("c1", "10.1.0.5").code());
    assertEquals(0, plugin.add("c1", "10.1.0.5").code());
    assertEquals(List.of("10.1.0.5/32"), plugin.routes());
    assertEquals(0, plugin.add("c1", "10.1.0.6").code());
    assertEquals(1, plugin.recorded().size());
    assertEquals(List.of("10.1.0.6/32"), plugin.routes());
  }

  @Test
  void aRepeatedAddWithoutAddressWithdrawsTheEarlierOne() throws Exception {
    plugin.add("c1", "10.1.0.5");
    assertEquals(0, plugin.add("c1", "169.254.7.7").code());
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), plugin.routes());
  }

  @Test
  void point36And46ALateDelLeavesTheNewOwner() throws Exception {
    plugin.add("old", "10.1.0.5");
    plugin.add("new", "10.1.0.5");
    assertEquals(0, plugin.del("old").code());
    assertEquals(List.of("10.1.0.5/32"), plugin.routes());
    assertEquals("new", plugin.recorded().getFirst().key().containerId());
    plugin.del("new");
    assertEquals(List.of(), plugin.routes());
  }

  @Test
  void point37InterfacesOfOneContainerAreApart() throws Exception {
    plugin.add("c1", "10.1.0.5");
    String net1 = InProcess.OVERLAY.replace("ADDRESS", "10.2.0.5").replace("eth0", "net1");
    plugin.run(InProcess.variables("ADD", "c1", "net1"), net1.getBytes(StandardCharsets.UTF_8));
    assertEquals(2, plugin.recorded().size());
    plugin.del("c1");
    assertEquals(List.of("10.2.0.5/32"), plugin.routes());
  }

  @Test
  void point38AFailedAddLeavesNothing() throws Exception {
    plugin.kernel.refusesRoutes = true;
    assertEquals(5, plugin.add("c1", "10.1.0.5").code());
    assertEquals(List.of(), plugin.recorded());
    plugin.kernel.refusesRoutes = false;
    plugin.add("c1", "10.1.0.5");
    plugin.kernel.refusesRoutes = true;
    plugin.add("c1", "10.1.0.6");
    assertEquals(
        List.of(IpPrefix.ofHost("10.1.0.5")),
        plugin.recorded().getFirst().addresses(),
        "a failed repetition leaves what was there");
  }

  @Test
  void point38AResultThatCannotBePrintedIsUndone() throws Exception {
    Files.createDirectories(plugin.stateDir);
    new NodeFacts(1340, 7000).write(plugin.stateDir);
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }

          @Override
          public String toString() {
            return "";
          }
        };
    InProcess.Run run =
        plugin.run(
            InProcess.variables("ADD", "c1", "eth0"),
            InProcess.OVERLAY.replace("ADDRESS", "10.1.0.5").getBytes(StandardCharsets.UTF_8),
            full);
    assertEquals(1, run.exitCode());
    assertEquals(List.of(), plugin.recorded());
    assertEquals(List.of(), plugin.routes());
    assertEquals(1500, plugin.kernel.podMtu);
  }

  @Test
  void point39WithoutAWatcherStrictFailsAndPermissiveGoesOn() throws Exception {
    assertEquals(0, plugin.add("c1", "10.1.0.5").code());
    plugin.configure(",\"mode\":\"strict\"");
    assertEquals(11, plugin.add("c2", "10.1.0.6").code());
    assertEquals(List.of("10.1.0.5/32"), plugin.routes());
    assertEquals(1, plugin.recorded().size());
  }

  @Test
  void points41To44DelOfAnUnknownContainerIsSilentSuccess() {
    for (int i = 0; i < 2; i++) {
      InProcess.Run run = plugin.del("c1");
      assertEquals("0", run.exitCode() + run.stdout());
    }
    assertEquals(0, plugin.run("DEL", "c1", "{\"prevResult\":\"x\",\"table\":[]}").exitCode());
  }

  @Test
  void point45ADamagedFileIsRemovedAndReported() throws Exception {
    plugin.add("c1", "10.1.0.5");
    Path file = new Ledger(plugin.stateDir).file(plugin.recorded().getFirst().key());
    Files.writeString(file, "{\"version\":");
    InProcess.Run run = plugin.del("c1");
    assertEquals(0, run.exitCode());
    assertTrue(run.stderr().contains("cannot be read"), run.stderr());
    assertFalse(Files.exists(file));
  }

  @Test
  void theMtuOfThePodsLinkIsLoweredToWhatTheWatcherSaysAndNeverRaised() throws Exception {
    plugin.add("c1", "10.1.0.5");
    assertEquals(1500, plugin.kernel.podMtu, "nobody has said");
    new NodeFacts(1340, 7000).write(plugin.stateDir);
    plugin.add("c1", "10.1.0.5");
    assertEquals(1340, plugin.kernel.podMtu);
    plugin.kernel.podMtu = 1280;
    plugin.add("c1", "10.1.0.5");
    assertEquals(1280, plugin.kernel.podMtu);
    plugin.kernel.podMtu = 1500;
    plugin.configure(",\"podMtu\":\"off\"");
    plugin.add("c1", "10.1.0.5");
    assertEquals(1500, plugin.kernel.podMtu);
    plugin.configure(",\"podMtu\":1400");
    plugin.add("c1", "10.1.0.5");
    assertEquals(1400, plugin.kernel.podMtu);
  }

  @Test
  void whatTheLinkHadAtFirstIsRecordedForWhoeverFollowsTheMtu() throws Exception {
    plugin.add("c1", "10.1.0.5");
    assertEquals(1500, foundMtu(), "nobody has said, and somebody may say later");
    new NodeFacts(1340, 7000).write(plugin.stateDir);
    plugin.add("c1", "10.1.0.5");
    plugin.add("c1", "10.1.0.5");
    assertEquals(1340, plugin.kernel.podMtu);
    assertEquals(1500, foundMtu(), "an ADD before has lowered it");
    plugin.configure(",\"podMtu\":1300");
    plugin.add("c1", "10.1.0.5");
    assertEquals(Optional.empty(), plugin.recorded().getFirst().linkMtus());
  }

  private int foundMtu() throws IOException {
    return plugin.recorded().getFirst().linkMtus().orElseThrow().pod();
  }

  @Test
  void theTableIsTheWatchersUnlessTheConfigurationNamesOne() throws Exception {
    plugin.add("c1", "10.1.0.5");
    assertEquals(51820, plugin.kernel.lastTable);
    new NodeFacts(1340, 7000).write(plugin.stateDir);
    plugin.add("c1", "10.1.0.5");
    assertEquals(7000, plugin.kernel.lastTable);
    plugin.configure(",\"table\":8000");
    plugin.add("c1", "10.1.0.5");
    assertEquals(8000, plugin.kernel.lastTable);
  }

  @Test
  void points51To54CheckFindsWhatIsNotAsAddLeftIt() throws Exception {
    assertEquals(3, plugin.check("c1", "10.1.0.5").code());
    plugin.add("c1", "10.1.0.5");
    assertEquals(
        "0", plugin.check("c1", "10.1.0.5").exitCode() + plugin.check("c1", "10.1.0.5").stdout());
    assertEquals(101, plugin.check("c1", "10.1.0.6").code());
    plugin.kernel.routes.clear();
    assertEquals(101, plugin.check("c1", "10.1.0.5").code());
    assertEquals(List.of(), plugin.routes(), "CHECK repairs nothing");
    plugin.add("c1", "10.1.0.5");
    plugin.configure(",\"podMtu\":1340");
    assertEquals(101, plugin.check("c1", "10.1.0.5").code());
    assertEquals(7, plugin.run("CHECK", "c1", "{\"cniVersion\":\"1.0.0\",\"name\":\"n\"}").code());
  }

  @Test
  void points57To63GcRemovesWhatIsNotListedOfThisNetwork() throws Exception {
    plugin.add("c1", "10.1.0.1");
    plugin.add("c2", "10.1.0.2");
    plugin.run(
        "ADD", "c3", InProcess.OVERLAY.replace("ADDRESS", "10.1.0.3").replace("azure", "other"));
    for (String none :
        List.of("", ",\"cni.dev/valid-attachments\":null", ",\"cni.dev/attachments\":null")) {
      assertEquals(0, gc(none).code());
      assertEquals(3, plugin.recorded().size());
    }
    assertEquals(6, gc(",\"cni.dev/valid-attachments\":{}").code());
    assertEquals(7, gc(",\"cni.dev/valid-attachments\":[{\"containerID\":\"c1\"}]").code());
    assertEquals(3, plugin.recorded().size());
    String c1 = "[{\"containerID\":\"c1\",\"ifname\":\"eth0\"}]";
    InProcess.Run run = gc(",\"cni.dev/attachments\":" + c1);
    assertEquals("0", run.exitCode() + run.stdout());
    assertEquals(List.of("10.1.0.1/32", "10.1.0.3/32"), plugin.routes());
    gc(",\"cni.dev/valid-attachments\":[],\"cni.dev/attachments\":" + c1);
    assertEquals(List.of("10.1.0.3/32"), plugin.routes());
  }

  @Test
  void point67StatusWithoutAWatcherIs50() {
    assertEquals(50, plugin.run("STATUS", "", "{\"cniVersion\":\"1.1.0\",\"name\":\"n\"}").code());
  }

  private InProcess.Run gc(String members) {
    return plugin.run("GC", "", "{\"cniVersion\":\"1.1.0\",\"name\":\"azure\"" + members + "}");
  }
}
