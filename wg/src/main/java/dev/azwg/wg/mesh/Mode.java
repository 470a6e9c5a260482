package dev.azwg.wg.mesh;

/** What happens to traffic towards a node for which there is no working tunnel. */
public enum Mode {
  /** It leaves unencrypted, as it would without azwg, and is counted. */
  PERMISSIVE,
  /** It is refused. */
  STRICT
}
