package dev.azwg.wg.watcher;

import dev.azwg.ipam.pool.PoolException;
import dev.azwg.wg.datastore.Datastore;
import dev.azwg.wg.datastore.DatastoreException;
import dev.azwg.wg.datastore.DirectoryDatastore;
import dev.azwg.wg.datastore.kubernetes.ApiServer;
import dev.azwg.wg.datastore.kubernetes.KubernetesDatastore;
import dev.azwg.wg.datastore.kubernetes.NodeNetworkConfigSource;
import dev.azwg.wg.pool.PoolSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Which datastore the daemon was told to use. */
sealed interface DatastoreChoice {
  /** A folder with one file per node. */
  record Directory(Path directory) implements DatastoreChoice {
    public Directory {
      Objects.requireNonNull(directory);
    }

    @Override
    public Datastore open(String node, InstantSource clock) {
      return new DirectoryDatastore(directory, clock);
    }
  }

  /**
   * The cluster's API server.
   *
   * @param verify whether records are checked against what the platform says of their nodes
   */
  record Kubernetes(ApiServer server, boolean verify) implements DatastoreChoice {
    public Kubernetes {
      Objects.requireNonNull(server);
    }

    @Override
    public Datastore open(String node, InstantSource clock) throws DatastoreException {
      return KubernetesDatastore.open(server, node, verify);
    }

    @Override
    public Optional<PoolSource> openPool(String node) throws PoolException {
      return Optional.of(NodeNetworkConfigSource.start(server, node));
    }
  }

  String DIRECTORY_SCHEME = "directory:";
  String KUBERNETES = "kubernetes";

  /**
   * The datastore, for one node.
   *
   * @throws DatastoreException if it can never be reached as it was described
   */
  Datastore open(String node, InstantSource clock) throws DatastoreException;

  /**
   * What knows the addresses that the platform has given to the node, if that is where the records
   * are too.
   *
   * @throws PoolException if it can never be reached as it was described
   */
  default Optional<PoolSource> openPool(String node) throws PoolException {
    return Optional.empty();
  }

  static void addOptions(CommandSpec spec) {
    spec.addOption(
        OptionText.option(
            "--api-server",
            "URL",
            "",
            "The API server, https://HOST[:PORT]; by default the one of the cluster that the program"
                + " runs in. Only for --datastore kubernetes."));
    spec.addOption(
        OptionText.option(
            "--api-credentials",
            "DIR",
            ApiServer.SERVICE_ACCOUNT.toString(),
            "Where the service account's token and ca.crt are. Only for --datastore kubernetes."));
  }

  /**
   * Parses {@code directory:DIR} or {@code kubernetes}.
   *
   * @param verify whether records are checked where there is something to check them against
   * @throws IllegalArgumentException if it is something else
   */
  static DatastoreChoice of(
      String value, OptionText text, Map<String, String> environment, boolean verify) {
    if (value.equals(KUBERNETES)) {
      URI url =
          text.value(
              "--api-server",
              each -> each.isEmpty() ? ApiServer.inCluster(environment) : ApiServer.parseUrl(each));
      return new Kubernetes(new ApiServer(url, text.value("--api-credentials", Path::of)), verify);
    }
    if (!value.startsWith(DIRECTORY_SCHEME) || value.length() == DIRECTORY_SCHEME.length()) {
      throw new IllegalArgumentException("is neither directory:DIR nor kubernetes");
    }
    return new Directory(Path.of(value.substring(DIRECTORY_SCHEME.length())));
  }
}
