package dev.azwg.wg.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.azwg.wg.host.NapiThreading.Outcome;
import dev.azwg.wg.host.NapiThreading.Wish;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NapiThreadingTest {
  @TempDir private Path devices = Path.of("");

  private Outcome apply(Wish wish) {
    return new NapiThreading(devices, "azwg0", wish).apply();
  }

  private Path setting() throws IOException {
    return Files.createDirectories(devices.resolve("azwg0")).resolve("threaded");
  }

  @Test
  void f05ItIsSwitchedOnAndOffOrLeftAsItIs() throws IOException {
    Files.writeString(setting(), "0\n");
    assertEquals(Outcome.UNCHANGED, apply(Wish.LEAVE));
    assertEquals(Outcome.UNCHANGED, apply(Wish.OFF));
    assertEquals(Outcome.CHANGED, apply(Wish.ON));
    assertEquals("1\n", Files.readString(setting()));
    assertEquals(Outcome.UNCHANGED, apply(Wish.ON));
    assertEquals(Outcome.UNCHANGED, apply(Wish.LEAVE));
    assertEquals(Outcome.CHANGED, apply(Wish.OFF));
    assertEquals("0\n", Files.readString(setting()));
  }

  @Test
  void aKernelWithoutTheSettingIsNoFailure() throws IOException {
    assertEquals(Outcome.NOT_SUPPORTED, apply(Wish.ON));
    assertFalse(Files.exists(setting()), "nothing is made up");
    Files.createDirectories(setting());
    assertEquals(Outcome.NOT_SUPPORTED, apply(Wish.ON), "as with a write that is refused");
  }
}
