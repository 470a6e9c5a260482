package dev.azwg.wg.datastore.kubernetes;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** Azure's custom resource that says which addresses a node has, as far as a watch needs it. */
@Group(NodeNetworkConfig.GROUP)
@Version(NodeNetworkConfig.VERSION)
@Kind("NodeNetworkConfig")
@Plural(NodeNetworkConfig.PLURAL)
@Singular("nodenetworkconfig")
public final class NodeNetworkConfig extends CustomResource<JsonText, JsonText>
    implements Namespaced {
  static final String GROUP = "acn.azure.com";
  static final String VERSION = "v1alpha";
  static final String PLURAL = "nodenetworkconfigs";

  /** Azure keeps them all there. */
  static final String NAMESPACE = "kube-system";

  /** What is there, on the API server, exactly when it knows of such objects. */
  static final String API_PATH = "/apis/" + GROUP + "/" + VERSION;

  /** All of them; one is below it, by its node's name. */
  static final String PATH = API_PATH + "/namespaces/" + NAMESPACE + "/" + PLURAL;

  private static final long serialVersionUID = 1L;

  @Override
  protected @Nullable JsonText initSpec() {
    return null;
  }

  @Override
  protected @Nullable JsonText initStatus() {
    return null;
  }
}
