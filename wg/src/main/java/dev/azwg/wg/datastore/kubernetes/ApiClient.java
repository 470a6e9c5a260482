package dev.azwg.wg.datastore.kubernetes;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.impl.KubernetesClientImpl;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/**
 * fabric8's client without what it looks up by name at run time, which an executable does not have:
 * the handlers of every built-in type, the search for an HTTP client, the registry of types.
 */
final class ApiClient extends KubernetesClientImpl {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int REQUEST_MILLIS = 10_000;
  private static final int RECONNECT_MILLIS = 500;

  /** Of one request, at 200, 400, ... ms or later if the server asks for it. */
  private static final int RETRIES = 4;

  private static final int RETRY_MILLIS = 200;

  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMillis(REQUEST_MILLIS * 8 / 10);

  /** Parsing what the server sends, one message after another, and nothing beside it. */
  private static final int THREADS = 2;

  private ApiClient(HttpClient http, Config config) {
    super(http, config, new Threads(), serialization());
  }

  private static KubernetesSerialization serialization() {
    KubernetesSerialization serialization =
        new KubernetesSerialization(
            JsonMapper.builder().addModule(JsonText.module()).build(), false);
    // What a watch says when it cannot go on. A Status that is not recognised as one is taken for
    // noise, and the watch is begun again at the revision that is gone, for ever.
    serialization.registerKubernetesResource(Status.class);
    return serialization;
  }

  /** A client that asks as {@code userAgent}. */
  static ApiClient of(ApiServer server, String userAgent) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server.url().toString())
            .withCaCertFile(server.certificateAuthority().toString())
            .withOauthTokenProvider(new TokenFile(server.token()))
            .withUserAgent(userAgent)
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestTimeout(REQUEST_MILLIS)
            .withWatchReconnectInterval(RECONNECT_MILLIS)
            .withRequestRetryBackoffLimit(RETRIES)
            .withRequestRetryBackoffInterval(RETRY_MILLIS)
            // The JDK goes on using an HTTP/2 connection on which requests time out, and closes one
            // of HTTP/1.1.
            .withHttp2Disable(true)
            .build();
    HttpClient http =
        new JdkHttpClientFactory()
            .newBuilder(config)
            .addOrReplaceInterceptor(RetryAfter.NAME, new RetryAfter(LONGEST_RETRY_AFTER))
            .build();
    return new ApiClient(http, config);
  }

  @Override
  protected void registerDefaultHandlers() {
    // Two types are used, each of which brings its own.
  }

  private static final class Threads implements KubernetesClientBuilder.ExecutorSupplier {
    private final ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("kubernetes-", 0).factory());

    @Override
    public Executor get() {
      return threads;
    }

    @Override
    public void onClose(Executor executor) {
      threads.shutdownNow();
    }
  }
}
