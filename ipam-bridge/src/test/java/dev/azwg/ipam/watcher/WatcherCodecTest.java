package dev.azwg.ipam.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.watcher.PublishOutcome.NotPublished;
import dev.azwg.ipam.watcher.PublishOutcome.Published;
import dev.azwg.ipam.watcher.WatcherException.Reason;
import dev.azwg.ipam.watcher.WatcherRequest.Changed;
import dev.azwg.ipam.watcher.WatcherRequest.Health;
import dev.azwg.ipam.watcher.WatcherRequest.Status;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatcherCodecTest {
  @Test
  void theLinesAreTheContract() throws Exception {
    Changed changed = new Changed(new AttachmentKey("3f81", "eth0"), 500);
    byte[] line = WatcherCodec.encodeRequest(changed);
    assertEquals(
        "{\"op\":\"changed\",\"containerID\":\"3f81\",\"ifName\":\"eth0\",\"timeoutMillis\":500}\n",
        text(line));
    assertEquals(changed, WatcherCodec.decodeRequest(line));
    assertEquals("{\"op\":\"status\"}\n", text(WatcherCodec.encodeRequest(new Status())));
    assertEquals(new Status(), WatcherCodec.decodeRequest(bytes("{\"op\":\"status\",\"x\":1}")));
    assertEquals("{\"op\":\"health\"}\n", text(WatcherCodec.encodeRequest(new Health())));
    assertEquals(new Health(), WatcherCodec.decodeRequest(bytes("{\"op\":\"health\"}")));
    WatcherHealth ill = new WatcherHealth(false, "why");
    assertEquals("{\"ready\":false,\"reason\":\"why\"}\n", text(WatcherCodec.encodeHealth(ill)));
    assertEquals(ill, WatcherCodec.decodeHealth(WatcherCodec.encodeHealth(ill)));
    assertEquals("{\"published\":true}\n", text(WatcherCodec.encodePublished()));
    assertEquals(new Published(), WatcherCodec.decodePublishAnswer(WatcherCodec.encodePublished()));
    assertEquals(
        "{\"published\":false,\"reason\":\"a\\nb\"}\n",
        text(WatcherCodec.encodeNotPublished("a\nb")));
    assertEquals(
        new NotPublished("a\nb"),
        WatcherCodec.decodePublishAnswer(WatcherCodec.encodeNotPublished("a\nb")));
    JsonObject status = new JsonObject();
    status.addProperty("peers", 2);
    assertEquals("{\"peers\":2}\n", text(WatcherCodec.encodeStatus(status)));
    assertEquals(
        "{\"peers\":2}", WatcherCodec.decodeStatus(WatcherCodec.encodeStatus(status)).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"op\":\"stop\"}",
        "{\"op\":\"changed\"}",
        "{\"op\":\"changed\",\"containerID\":\"a\",\"ifName\":\"e\",\"timeoutMillis\":\"5\"}",
        "{\"op\":\"changed\",\"containerID\":\"a\",\"ifName\":\"e\",\"timeoutMillis\":-1}",
        "{\"op\":\"changed\",\"containerID\":\"a\",\"ifName\":\"e\",\"timeoutMillis\":60001}",
        "{\"op\":\"changed\",\"containerID\":\"../a\",\"ifName\":\"e\",\"timeoutMillis\":5}",
        "{\"op\":\"changed\",\"containerID\":\"a\",\"ifName\":\"\",\"timeoutMillis\":5}",
        "{\"op\":\"status\",\"op\":\"status\"}",
      })
  void refusesRequests(String line) {
    assertEquals(
        Reason.INVALID_REQUEST,
        assertThrows(WatcherException.class, () -> WatcherCodec.decodeRequest(bytes(line)))
            .reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "true", "{\"published\":\"true\"}", "{\"published\":1}"})
  void refusesAnswers(String line) {
    assertEquals(
        Reason.INVALID_ANSWER,
        assertThrows(WatcherException.class, () -> WatcherCodec.decodePublishAnswer(bytes(line)))
            .reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "true", "{\"ready\":\"true\"}", "{\"published\":false}"})
  void refusesAnswersAboutHealth(String line) {
    assertEquals(
        Reason.INVALID_ANSWER,
        assertThrows(WatcherException.class, () -> WatcherCodec.decodeHealth(bytes(line)))
            .reason());
  }

  @Test
  void whateverTheReasonAnAnswerAboutHealthIsShort() throws Exception {
    byte[] line = WatcherCodec.encodeHealth(new WatcherHealth(false, "\u0001".repeat(1_000_000)));
    assertTrue(line.length < WatcherCodec.MAX_LINE_BYTES, "bytes: " + line.length);
    assertFalse(WatcherCodec.decodeHealth(line).ready());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] line) {
    return new String(line, StandardCharsets.UTF_8);
  }
}
