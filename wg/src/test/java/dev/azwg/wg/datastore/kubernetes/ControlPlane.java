package dev.azwg.wg.datastore.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A real API server with its etcd, started by scripts/lib/control-plane.sh on the loopback
 * interface of the network namespace that the tests run in.
 */
final class ControlPlane implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);

  private final Path directory;
  private final Map<String, Process> running = new HashMap<>();

  private ControlPlane(Path directory) {
    this.directory = directory;
  }

  static ControlPlane start(Path directory) throws IOException, InterruptedException {
    ControlPlane plane = new ControlPlane(directory);
    try {
      plane.start();
      return plane;
    } catch (Throwable e) {
      plane.close();
      throw e;
    }
  }

  private void start() throws IOException, InterruptedException {
    call("", List.of("prepare", directory.toString()));
    run("etcd");
    startApi();
    installKind();
  }

  void installKind() throws IOException, InterruptedException {
    apply(Files.readString(root().resolve("deploy/base/crd.yaml")));
    kubectl("", "wait", "--for=condition=established", "crd/wireguardpeers.azwg.dev");
  }

  void startApi(String... options) throws IOException, InterruptedException {
    run("api", options);
    long deadline = System.nanoTime() + START.toNanos();
    while (tryCall("ready", directory.toString()) != 0) {
      assertTrue(running("api").isAlive(), () -> "the API server ended: " + log("api"));
      assertTrue(System.nanoTime() < deadline, () -> "the API server is not ready: " + log("api"));
      Thread.sleep(100);
    }
  }

  /** Ends the API server as a crash does. */
  void killApi() throws InterruptedException {
    kill("api");
  }

  /** Makes etcd forget all revisions but the newest. */
  void compact() throws IOException, InterruptedException {
    call("", List.of("compact", directory.toString()));
  }

  void startControllers() throws IOException {
    run("controllers");
  }

  /** An administrator's access. */
  ApiServer admin() throws IOException {
    return new ApiServer(
        URI.create(Files.readString(directory.resolve("url"))), directory.resolve("admin"));
  }

  Path pki() {
    return directory.resolve("pki");
  }

  /** Applies YAML, or JSON with apostrophes for quotation marks. */
  String apply(String manifest) throws IOException, InterruptedException {
    return kubectl(
        manifest.startsWith("{") ? manifest.replace('\'', '"') : manifest, "apply", "-f", "-");
  }

  /** A Node with that InternalIP. */
  void addNode(String name, String address) throws IOException, InterruptedException {
    apply("{" + nodeMetadata(name) + "}");
    setAddress(name, address);
  }

  /** The Node's InternalIP from now on. */
  void setAddress(String name, String address) throws IOException, InterruptedException {
    String status = ",'status':{'addresses':[{'type':'InternalIP','address':'" + address + "'}]}}";
    kubectl(
        ("{" + nodeMetadata(name) + status).replace('\'', '"'),
        "replace",
        "--raw",
        "/api/v1/nodes/" + name + "/status",
        "-f",
        "-");
  }

  private static String nodeMetadata(String name) {
    return "'apiVersion':'v1','kind':'Node','metadata':{'name':'" + name + "'}";
  }

  /** Teaches the server Azure's NodeNetworkConfig, as far as it is read. */
  void addPools() throws IOException, InterruptedException {
    apply(
        "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition',"
            + "'metadata':{'name':'nodenetworkconfigs.acn.azure.com'},"
            + "'spec':{'group':'acn.azure.com','scope':'Namespaced',"
            + "'names':{'plural':'nodenetworkconfigs','singular':'nodenetworkconfig',"
            + "'kind':'NodeNetworkConfig','listKind':'NodeNetworkConfigList'},"
            + "'versions':[{'name':'v1alpha','served':true,'storage':true,'schema':"
            + "{'openAPIV3Schema':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}]}}");
    kubectl("", "wait", "--for=condition=established", "crd/nodenetworkconfigs.acn.azure.com");
  }

  /** A node's pool: one range of an overlay. */
  void setPool(String node, String address, String range) throws IOException, InterruptedException {
    apply(
        "{'apiVersion':'acn.azure.com/v1alpha','kind':'NodeNetworkConfig',"
            + "'metadata':{'name':'"
            + node
            + "','namespace':'kube-system'},"
            + "'status':{'networkContainers':[{'id':'one','assignmentMode':'static',"
            + "'type':'overlay','nodeIP':'"
            + address
            + "','primaryIP':'"
            + range
            + "','subnetAddressSpace':'10.244.0.0/16'}]}}");
  }

  /** kubectl as administrator; its output. */
  String kubectl(String input, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig"));
    command.add(directory.resolve("kubeconfig").toString());
    command.addAll(List.of(arguments));
    return execute(input, command);
  }

  @Override
  public void close() {
    for (String name : List.of("controllers", "api", "etcd")) {
      Process process = running.remove(name);
      if (process != null) {
        process.destroyForcibly().onExit().join();
      }
    }
  }

  private Process running(String name) {
    return Objects.requireNonNull(running.get(name), name);
  }

  private void kill(String name) throws InterruptedException {
    Process process = running(name);
    process.destroyForcibly();
    assertTrue(process.waitFor(10, TimeUnit.SECONDS), name);
    running.remove(name);
  }

  private void run(String part, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(script(), part, directory.toString()));
    command.addAll(List.of(options));
    running.put(
        part,
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(part + ".log").toFile())
            .start());
  }

  private String log(String part) {
    try {
      return Files.readString(directory.resolve(part + ".log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private int tryCall(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private void call(String input, List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script()));
    command.addAll(arguments);
    execute(input, command);
  }

  static String execute(String input, List<String> command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> command + ": " + output);
    return output;
  }

  private static String script() {
    return root().resolve("scripts/lib/control-plane.sh").toString();
  }

  /** Maven runs the tests of a module in its folder. */
  private static Path root() {
    return Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  }
}
