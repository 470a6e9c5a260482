package dev.azwg.plugin.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.cnitest.Bytes;
import dev.azwg.cnitest.PluginCall;
import dev.azwg.cnitest.PluginOutcome;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.plugin.Documents;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The documents that runtimes and Azure CNI send, regular and odd ones. */
class DocumentsOnTheExecutableTest extends BlackBox {
  @Test
  void point16To34EveryDocumentGetsItsAnswer() throws Exception {
    List<String> wrong = new ArrayList<>();
    int number = 0;
    for (Documents.Case document : Documents.all()) {
      Executable fresh = new Executable(plugin.file(), directory.resolve("s" + number++));
      String difference = difference(document, fresh);
      if (!difference.isEmpty()) {
        wrong.add(document + ": " + difference);
      }
    }
    assertEquals(List.of(), wrong);
  }

  private String difference(Documents.Case document, Executable fresh) throws Exception {
    boolean statusWithoutWatcher = document.command().equals("STATUS") && document.code() == 0;
    int code = statusWithoutWatcher ? 50 : document.code();
    Bytes stdin = fresh.inStateDir(document.bytes(), "");
    PluginCall call =
        fresh
            .call(document.command(), "c1", "/run/netns/none")
            .with("CNI_IFNAME", document.ifName())
            .withStdin(stdin)
            .launchedBy(node.launcher());
    if (document.command().equals("CHECK") && code == 0) {
      call.with("CNI_COMMAND", "ADD").run();
    }
    PluginOutcome outcome = call.run();
    int answered = outcome.exitCode() == 0 ? 0 : outcome.error().code();
    if (answered != code || !outcome.stdinTaken()) {
      return outcome.toString();
    }
    if (document.command().equals("ADD")) {
      List<String> recorded =
          fresh.recorded().stream()
              .flatMap(attachment -> attachment.addresses().stream())
              .map(IpPrefix::toString)
              .toList();
      return recorded.equals(document.addresses()) ? "" : "recorded " + recorded;
    }
    boolean silent = code == 0 && !document.command().equals("VERSION");
    return silent && outcome.stdout().length() > 0 ? outcome.toString() : "";
  }
}
