package dev.azwg.conflist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/**
 * A list of any bytes: refused with a ConflistException, or it has the entry once it was put in,
 * and loses it.
 */
@Tag("fuzz")
class ConflistEditorFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void whatTakesTheEntryGivesItBack(byte[] document) {
    AzwgPluginEntry entry = AzwgPluginEntry.builder().build();
    try {
      byte[] installed = ConflistEditor.install(document, entry);
      assertTrue(ConflistEditor.isInstalled(installed, entry));
      byte[] removed = ConflistEditor.remove(installed);
      assertEquals(
          0,
          NetworkConfigList.parse(removed).plugins().stream()
              .filter(plugin -> plugin.type().equals(AzwgPluginEntry.TYPE))
              .count());
    } catch (ConflistException refused) {
      // That is the other answer.
    }
  }
}
