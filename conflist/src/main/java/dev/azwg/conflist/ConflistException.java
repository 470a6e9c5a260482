package dev.azwg.conflist;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A network configuration list is left as it is. The message says why. */
public final class ConflistException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** There is no such file. */
    ABSENT,
    /** The file cannot be read. */
    UNREADABLE,
    /** The file cannot be replaced; it is as it was. */
    UNWRITABLE,
    /** The file was replaced by somebody else between our reading and our writing. */
    CHANGED_MEANWHILE,
    /** No content: perhaps its writer has only begun. */
    EMPTY,
    /** The document ends too early: perhaps its writer is still at work. */
    TRUNCATED,
    /** Not a JSON document within the bounds, or with a member that is there twice. */
    INVALID,
    /**
     * Not a list: {@code plugins} is missing, not an array, empty, or has an element of no type.
     */
    NOT_A_LIST,
    /** azure-vnet is not among the plugins: this is not an Azure CNI node. */
    NO_AZURE_VNET,
    /** cilium-cni is among the plugins and owns the datapath. */
    CILIUM,
    /** Bridge mode: pods of one subnet reach each other without the node's routing table. */
    BRIDGE_MODE,
    /** Tunnel mode: as bridge mode, by way of the host's switch. */
    TUNNEL_MODE,
    /** Transparent-vlan mode: pod addresses are a tenant's and may repeat. */
    TRANSPARENT_VLAN_MODE,
    /** Multitenancy: pod addresses are a tenant's and may repeat. */
    MULTITENANCY,
    /** azure-vnet is in a mode that this program does not know. */
    UNKNOWN_MODE
  }

  private final Reason reason;

  ConflistException(Reason reason, String detail, @Nullable Throwable cause) {
    super(detail, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
