package dev.azwg.wg.mesh;

import java.util.Objects;

/**
 * Something in the records that could not be followed and that an operator should know of.
 *
 * @param kind what is wrong
 * @param node the node whose record says so
 * @param subject the address, key or endpoint concerned, as text
 * @param detail the other node concerned or the rule applied
 */
public record Finding(Kind kind, String node, String subject, String detail)
    implements Comparable<Finding> {
  /** What is wrong. */
  public enum Kind {
    /** Another node uses the key already and keeps it. */
    DUPLICATE_KEY,
    /** The address must never be in a tunnel. */
    FORBIDDEN_ADDRESS,
    /** The address is a node's own. */
    CLAIM_OF_NODE_ADDRESS,
    /** The node address is one that this node's pod has. */
    NODE_ADDRESS_OF_OWN_POD,
    /** The record or claim dates from the future: a wrong clock, or an attempt to outrank all. */
    FUTURE_INSTANT,
    /** A newer claim holds. */
    SUPERSEDED_CLAIM,
    /** The record names no endpoint that can be used. */
    NO_ENDPOINT,
    /** The node has no key: no tunnel to it is possible. */
    NO_KEY
  }

  public Finding {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(node);
    Objects.requireNonNull(subject);
    Objects.requireNonNull(detail);
  }

  @Override
  public int compareTo(Finding other) {
    int order = kind.compareTo(other.kind);
    order = order != 0 ? order : node.compareTo(other.node);
    order = order != 0 ? order : subject.compareTo(other.subject);
    return order != 0 ? order : detail.compareTo(other.detail);
  }
}
