package dev.azwg.plugin.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * CNI_ARGS: {@code KEY=VALUE} pairs separated by semicolons. Keys that nobody here knows are
 * ignored, with or without {@code IgnoreUnknown}: the runtime means them for another plugin of the
 * chain.
 *
 * @param values the pairs in their order; of a repeated key the last one counts
 */
public record CniArgs(Map<String, String> values) {
  /** No arguments. */
  public static final CniArgs NONE = new CniArgs(Map.of());

  /** Copies what is mutable. */
  public CniArgs {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * Reads the variable's text.
   *
   * @throws CniException with {@link ErrorCode#INVALID_ENVIRONMENT} for a pair without {@code =} or
   *     without a key
   */
  public static CniArgs parse(String text) throws CniException {
    Map<String, String> values = new LinkedHashMap<>();
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf(';', start);
      end = end < 0 ? text.length() : end;
      int equals = text.indexOf('=', start);
      if (equals <= start || equals >= end) {
        throw new CniException(
            ErrorCode.INVALID_ENVIRONMENT,
            "invalid " + Variable.ARGS,
            "\"" + text.substring(start, end) + "\" is not KEY=VALUE");
      }
      values.put(text.substring(start, equals), text.substring(equals + 1, end));
      start = end + 1;
    }
    return new CniArgs(values);
  }

  /** The value of a key, if it is there and not empty. */
  public Optional<String> get(String key) {
    String value = values.get(key);
    return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
  }
}
