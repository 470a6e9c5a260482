package dev.azwg.plugin.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationTest {
  private static final Map<String, String> FULL =
      Map.of(
          "CNI_COMMAND", "ADD",
          "CNI_CONTAINERID", "c1",
          "CNI_NETNS", "/run/netns/x",
          "CNI_IFNAME", "eth0");

  @ParameterizedTest(name = "point 1: CNI_COMMAND \"{0}\" is an error that quotes it")
  @ValueSource(strings = {"add", "FOO", "ADD ", "Add"})
  void unknownCommand(String command) {
    CniException e = refused(with("CNI_COMMAND", command));
    assertTrue(e.msg().contains("CNI_COMMAND") && e.msg().contains(command), e.msg());
  }

  @ParameterizedTest(name = "points 2 to 4: {0} names every variable it lacks: {1}")
  @CsvSource({
    "ADD,   CNI_CONTAINERID CNI_NETNS CNI_IFNAME",
    "CHECK, CNI_CONTAINERID CNI_NETNS CNI_IFNAME",
    "DEL,   CNI_CONTAINERID CNI_IFNAME"
  })
  void missingVariables(String command, String variables) {
    CniException e = refused(Map.of("CNI_COMMAND", command));
    for (String variable : variables.split(" ", -1)) {
      assertTrue(e.msg().contains(variable), e.msg());
    }
    assertEquals(command.equals("DEL"), !e.msg().contains("CNI_NETNS"), e.msg());
  }

  @ParameterizedTest(name = "point 4: {0} needs nothing but the command")
  @ValueSource(strings = {"GC", "STATUS", "VERSION"})
  void commandsWithoutAttachment(String command) throws CniException {
    assertEquals(
        command, Invocation.parse(Environment.of(Map.of("CNI_COMMAND", command))).command().name());
  }

  @Test
  void point3DelTakesAnEmptyNetns() throws CniException {
    Map<String, String> variables = new HashMap<>(with("CNI_COMMAND", "DEL"));
    variables.put("CNI_NETNS", "");
    assertEquals("", Invocation.parse(Environment.of(variables)).netns());
  }

  @ParameterizedTest(name = "point 5: CNI_ARGS \"{0}\" is refused for ADD and ignored for DEL")
  @ValueSource(strings = {"novalue", "=x", "A=b;novalue", ";;"})
  void malformedArgs(String args) throws CniException {
    refused(with("CNI_ARGS", args));
    Map<String, String> del = new HashMap<>(with("CNI_ARGS", args));
    del.put("CNI_COMMAND", "DEL");
    assertEquals(CniCommand.DEL, Invocation.parse(Environment.of(del)).command());
  }

  @Test
  void point5ArgsComeInAnyOrderWithUnknownKeysAndEqualsSigns() throws CniException {
    CniArgs args =
        Invocation.parse(Environment.of(with("CNI_ARGS", "X=;K8S_POD_NAME=a=b;IgnoreUnknown=1;")))
            .args();
    assertEquals("a=b", args.get("K8S_POD_NAME").orElseThrow());
    assertTrue(args.get("X").isEmpty());
    assertTrue(args.get("K8S_POD_NAMESPACE").isEmpty());
  }

  @ParameterizedTest(name = "point 6: container id \"{0}\" is refused")
  @ValueSource(strings = {"-a", ".a", "_a", "a/b", "a b", "ä", "../x", "a\nb"})
  void badContainerId(String id) {
    assertTrue(refused(with("CNI_CONTAINERID", id)).msg().contains("CNI_CONTAINERID"));
  }

  @ParameterizedTest(name = "point 7: interface name \"{0}\" is refused")
  @ValueSource(strings = {".", "..", "a/b", "a:b", "a b", "a\tb", "sixteen-letters-"})
  void badIfName(String name) {
    assertTrue(refused(with("CNI_IFNAME", name)).msg().contains("CNI_IFNAME"));
  }

  @ParameterizedTest(name = "point 7: interface name \"{0}\" is taken")
  @ValueSource(strings = {"eth0", "fifteen-letters", "net1.100", "a@b"})
  void goodIfName(String name) throws CniException {
    assertEquals(name, Invocation.parse(Environment.of(with("CNI_IFNAME", name))).ifName());
  }

  private static Map<String, String> with(String variable, String value) {
    Map<String, String> changed = new HashMap<>(FULL);
    changed.put(variable, value);
    return changed;
  }

  private static CniException refused(Map<String, String> variables) {
    CniException e =
        assertThrows(CniException.class, () -> Invocation.parse(Environment.of(variables)));
    assertEquals(ErrorCode.INVALID_ENVIRONMENT, e.code());
    return e;
  }
}
