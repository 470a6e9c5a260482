package dev.azwg.plugin.command;

import com.google.gson.JsonObject;
import dev.azwg.plugin.spec.CniException;

/** Where the result of a command goes: stdout. */
@FunctionalInterface
public interface ResultOutput {
  /**
   * Prints the result.
   *
   * @throws CniException with IO_FAILURE if the caller has gone
   */
  void print(JsonObject result) throws CniException;
}
