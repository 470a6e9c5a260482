package dev.azwg.wg.datastore.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/**
 * The custom resource that holds a peer record: cluster-scoped, named after its node. Spec and
 * status stay text here: what they say is parsed by the code that parses a record from anywhere.
 */
@Group(WireGuardPeer.GROUP)
@Version(WireGuardPeer.VERSION)
@Kind(WireGuardPeer.KIND)
@Plural(WireGuardPeer.PLURAL)
@Singular("wireguardpeer")
public final class WireGuardPeer extends CustomResource<JsonText, JsonText> {
  static final String GROUP = "azwg.dev";
  static final String VERSION = "v1alpha1";
  static final String KIND = "WireGuardPeer";
  static final String PLURAL = "wireguardpeers";

  private static final long serialVersionUID = 1L;

  /** An object to be filled and applied. */
  static WireGuardPeer named(String node) {
    WireGuardPeer peer = new WireGuardPeer();
    ObjectMeta metadata = new ObjectMeta();
    metadata.setName(node);
    peer.setMetadata(metadata);
    return peer;
  }

  /** What there is to know of an object without its content. */
  static WireGuardPeer stub(ObjectMeta of) {
    WireGuardPeer stub = new WireGuardPeer();
    ObjectMeta metadata = new ObjectMeta();
    metadata.setName(of.getName());
    metadata.setUid(of.getUid());
    metadata.setResourceVersion(of.getResourceVersion());
    stub.setMetadata(metadata);
    return stub;
  }

  @Override
  protected @Nullable JsonText initSpec() {
    return null;
  }

  @Override
  protected @Nullable JsonText initStatus() {
    return null;
  }
}
