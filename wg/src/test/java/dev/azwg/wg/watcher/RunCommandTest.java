package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {
  @ParameterizedTest
  @CsvSource({
    "--encryption=maybe,is neither on nor off",
    "--encryption=off --mode=strict,contradicts --mode strict",
    "--fallback=on --mode=strict,contradicts --mode strict",
  })
  void whatCannotBeIsAUsageErrorThatNamesTheOption(String options, String problem) {
    String[] given = ("run --node=a --datastore=directory:/nowhere " + options).split(" ", -1);
    CommandRun run = CommandRun.of(given);
    assertEquals(CommandLineInterface.EXIT_USAGE, run.exitCode(), run::toString);
    String option = options.substring(0, options.indexOf('='));
    assertTrue(run.err().contains(option + ": "), run::err);
    assertTrue(run.err().contains(problem), run::err);
  }
}
