package dev.azwg.plugin.spec;

import dev.azwg.ipam.ledger.AttachmentKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The environment of one call, checked. For commands that name no attachment the texts are empty.
 *
 * @param command what to do
 * @param containerId CNI_CONTAINERID
 * @param netns CNI_NETNS: the path of the network namespace; may be empty for DEL
 * @param ifName CNI_IFNAME
 * @param args CNI_ARGS
 */
public record Invocation(
    CniCommand command, String containerId, String netns, String ifName, CniArgs args) {

  /**
   * Reads the variables of the protocol. Every other variable is ignored.
   *
   * @throws CniException with {@link ErrorCode#INVALID_ENVIRONMENT}, naming every variable that is
   *     missing, or the one that is not as it should be
   */
  public static Invocation parse(Environment environment) throws CniException {
    String name = text(environment, Variable.COMMAND);
    CniCommand command =
        CniCommand.of(name)
            .orElseThrow(() -> invalid("unknown " + Variable.COMMAND + ": \"" + name + "\""));
    requireAll(command, environment);
    if (!command.namesAnAttachment()) {
      return new Invocation(command, "", "", "", CniArgs.NONE);
    }
    String containerId = text(environment, Variable.CONTAINER_ID);
    String ifName = text(environment, Variable.IF_NAME);
    require(Variable.CONTAINER_ID, AttachmentKey.containerIdProblem(containerId));
    require(Variable.IF_NAME, AttachmentKey.ifNameProblem(ifName));
    String netns = text(environment, Variable.NETNS);
    return new Invocation(command, containerId, netns, ifName, args(command, environment));
  }

  private static void requireAll(CniCommand command, Environment environment) throws CniException {
    List<String> missing = new ArrayList<>();
    for (String variable : command.required()) {
      if (text(environment, variable).isEmpty()) {
        missing.add(variable);
      }
    }
    if (!missing.isEmpty()) {
      throw invalid(
          command.name() + " needs " + String.join(", ", missing) + " in the environment");
    }
  }

  private static void require(String variable, @Nullable String problem) throws CniException {
    if (problem != null) {
      throw new CniException(ErrorCode.INVALID_ENVIRONMENT, "invalid " + variable, problem);
    }
  }

  /** DEL needs no arguments, so nothing that is wrong with them may keep it from its work. */
  private static CniArgs args(CniCommand command, Environment environment) throws CniException {
    return command == CniCommand.DEL
        ? CniArgs.NONE
        : CniArgs.parse(text(environment, Variable.ARGS));
  }

  private static String text(Environment environment, String variable) {
    @Nullable String value = environment.variable(variable);
    return value == null ? "" : value;
  }

  /** The attachment that the command names. Only for commands that name one. */
  public AttachmentKey key() {
    return new AttachmentKey(containerId, ifName);
  }

  /** What log lines name: the attachment, or nothing. */
  public String subject() {
    return command.namesAnAttachment() ? key().toString() : "-";
  }

  private static CniException invalid(String msg) {
    return new CniException(ErrorCode.INVALID_ENVIRONMENT, msg, "");
  }
}
