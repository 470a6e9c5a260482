package dev.azwg.wg.watcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--encryption=maybe|is neither on nor off",
        "--encryption=off --mode=strict|contradicts --mode strict",
        "--table=254|is not a routing table",
        "--table=x|is not the number of a routing table",
        "--rule-priority=2|is not a rule's priority from 3",
        "--rule-priority=32766|is not a rule's priority from 3",
        "--fwmark=0|has no bit set",
        "--fwmark=0x104000|kube-proxy",
        "--fwmark=0x1ffffffff|is not a mark of 32 bits",
        "--fwmark=-1|is not a mark of 32 bits",
        "--mtu=1279|is neither 0 nor an MTU from 1280",
        "--mtu=65536|is not a number",
        "--threaded-napi=maybe|is none of: on, off, leave",
        "--metrics-listen=localhost:9586| is not ADDRESS:PORT",
        "--metrics-listen=:9586| is not ADDRESS:PORT",
        "--metrics-listen=127.0.0.1:0| is not ADDRESS:PORT",
        "--listen-port=0|is not a number from 1",
        "--fallback=on --mode=strict|contradicts --mode strict",
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
