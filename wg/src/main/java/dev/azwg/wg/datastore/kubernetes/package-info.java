/**
 * Kubernetes as the datastore: one WireGuardPeer per node, by fabric8's client and its informer.
 */
@NullMarked
package dev.azwg.wg.datastore.kubernetes;

import org.jspecify.annotations.NullMarked;
