package dev.azwg.plugin.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a process is started with: command-line arguments and environment variables. */
public interface Environment {
  /** The command-line arguments, without the program's name. */
  List<String> arguments();

  /** The value of a variable; null if it is not set. */
  @Nullable String variable(String name);

  /** This process's own. */
  static Environment ofProcess(String[] arguments) {
    List<String> copy = List.of(arguments);
    return new Environment() {
      @Override
      public List<String> arguments() {
        return copy;
      }

      @Override
      public @Nullable String variable(String name) {
        return System.getenv(name);
      }
    };
  }

  /** One made up of given variables, without arguments. */
  static Environment of(Map<String, String> variables) {
    Map<String, String> copy = Map.copyOf(variables);
    return new Environment() {
      @Override
      public List<String> arguments() {
        return List.of();
      }

      @Override
      public @Nullable String variable(String name) {
        return copy.get(name);
      }
    };
  }
}
