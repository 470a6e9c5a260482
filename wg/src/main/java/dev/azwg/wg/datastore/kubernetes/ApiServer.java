package dev.azwg.wg.datastore.kubernetes;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * How the API server is reached.
 *
 * @param url {@code https://HOST[:PORT]}
 * @param credentials a folder with {@code token} and {@code ca.crt}, as Kubernetes mounts a service
 *     account into a pod; the token is replaced there while the program runs
 */
public record ApiServer(URI url, Path credentials) {
  /** Where a pod finds its service account. */
  public static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  public ApiServer {
    Objects.requireNonNull(url);
    Objects.requireNonNull(credentials);
    if (!"https".equals(url.getScheme()) || url.getHost() == null || url.getUserInfo() != null) {
      throw new IllegalArgumentException("is not https://HOST[:PORT]");
    }
  }

  /**
   * Parses {@code https://HOST[:PORT]}.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static URI parseUrl(String text) {
    try {
      return new ApiServer(new URI(text), SERVICE_ACCOUNT).url();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not https://HOST[:PORT]", e);
    }
  }

  /**
   * The API server of the cluster that this process runs in, from KUBERNETES_SERVICE_HOST and
   * _PORT.
   *
   * @throws IllegalArgumentException if the environment does not name one
   */
  public static URI inCluster(Map<String, String> environment) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isEmpty()) {
      throw new IllegalArgumentException(
          "KUBERNETES_SERVICE_HOST is not set: not in a pod? (--api-server names the server)");
    }
    return parseUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
  }

  Path token() {
    return credentials.resolve("token");
  }

  Path certificateAuthority() {
    return credentials.resolve("ca.crt");
  }
}
