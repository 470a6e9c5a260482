package dev.azwg.plugin.spec;

/** The environment variables of the CNI protocol. */
public final class Variable {
  public static final String COMMAND = "CNI_COMMAND";
  public static final String CONTAINER_ID = "CNI_CONTAINERID";
  public static final String NETNS = "CNI_NETNS";
  public static final String IF_NAME = "CNI_IFNAME";
  public static final String ARGS = "CNI_ARGS";

  private Variable() {}
}
