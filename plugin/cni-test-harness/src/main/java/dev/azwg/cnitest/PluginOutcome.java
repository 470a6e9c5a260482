package dev.azwg.cnitest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;

/**
 * What one execution of a plugin did.
 *
 * @param exitCode the exit status; 128 + signal number when a signal ended it
 * @param stdout every byte it wrote to stdout
 * @param stderr every byte it wrote to stderr
 * @param duration from before the fork to after the exit
 * @param timedOut whether it had to be killed at the deadline
 * @param stdinTaken whether every byte of stdin could be written to it (false: it broke the pipe)
 */
public record PluginOutcome(
    int exitCode,
    Bytes stdout,
    Bytes stderr,
    Duration duration,
    boolean timedOut,
    boolean stdinTaken) {

  /** Exit code 0, within the deadline. */
  public boolean succeeded() {
    return exitCode == 0 && !timedOut;
  }

  /**
   * The one JSON object on stdout.
   *
   * @throws AssertionError if stdout is not exactly one JSON object: empty, more than one document,
   *     or other text around it
   */
  public JsonObject document() {
    String text = stdout.text();
    JsonReader reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    try {
      JsonElement element = JsonParser.parseReader(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT || !element.isJsonObject()) {
        throw new AssertionError("stdout is not exactly one JSON object: " + text);
      }
      return element.getAsJsonObject();
    } catch (IOException | JsonParseException e) {
      throw new AssertionError("stdout is not JSON: " + this, e);
    }
  }

  /**
   * The CNI error document on stdout.
   *
   * @throws AssertionError if the plugin succeeded, or stdout holds no valid error document
   */
  public CniErrorDocument error() {
    if (exitCode == 0) {
      throw new AssertionError("the plugin succeeded: " + this);
    }
    return CniErrorDocument.of(document());
  }

  /** Everything, for assertion messages. */
  @Override
  public String toString() {
    return "exit "
        + exitCode
        + (timedOut ? " (killed at the deadline)" : "")
        + " after "
        + duration.toMillis()
        + " ms; stdout: "
        + stdout
        + "; stderr: "
        + stderr;
  }
}
