package dev.azwg.plugin.spec;

import java.util.List;
import java.util.Optional;

/**
 * CNI_COMMAND, with the variables that each command cannot do without (specification, section 2).
 *
 * <p>CNI_PATH is required of nobody: the specification calls it optional for most commands, and
 * this plugin starts no other.
 */
public enum CniCommand {
  ADD,
  DEL,
  CHECK,
  GC,
  STATUS,
  VERSION;

  /** The command with this exact name; empty for every other text, lower case included. */
  public static Optional<CniCommand> of(String name) {
    for (CniCommand command : values()) {
      if (command.name().equals(name)) {
        return Optional.of(command);
      }
    }
    return Optional.empty();
  }

  /** The variables that must be set and not empty. */
  public List<String> required() {
    return switch (this) {
      case ADD, CHECK -> List.of(Variable.CONTAINER_ID, Variable.NETNS, Variable.IF_NAME);
      // A runtime whose namespace has gone calls DEL with an empty CNI_NETNS.
      case DEL -> List.of(Variable.CONTAINER_ID, Variable.IF_NAME);
      case GC, STATUS, VERSION -> List.of();
    };
  }

  /** Whether the command is about one attachment, named by container id and interface name. */
  public boolean namesAnAttachment() {
    return !required().isEmpty();
  }
}
