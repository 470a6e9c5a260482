import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An admission webhook that admits everything and keeps what it was asked: one file NNNN.json for each AdmissionReview, written
 * before the answer, so that it is there when the client's request returns. Prints its port, and runs until it is ended.
 *
 * <p>java RecordAdmission.java KEYSTORE PASSWORD DIRECTORY
 */
final class RecordAdmission {
  private static final int MAXIMUM_BYTES = 8 << 20;
  // The API server writes the request's uid first; the only member of the request that an answer needs.
  private static final Pattern UID = Pattern.compile("\"request\":\\{\"uid\":\"([-0-9a-f]{36})\"");

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[2]);
    HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls(Path.of(args[0]), args[1].toCharArray())));
    int[] count = {0};
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] review = exchange.getRequestBody().readNBytes(MAXIMUM_BYTES);
            byte[] answer = answer(review);
            synchronized (count) {
              keep(directory, ++count[0], review);
            }
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  private static byte[] answer(byte[] review) throws IOException {
    Matcher uid = UID.matcher(new String(review, StandardCharsets.UTF_8));
    if (!uid.find()) {
      throw new IOException("not an AdmissionReview");
    }
    return ("{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"response\":{\"uid\":\""
            + uid.group(1)
            + "\",\"allowed\":true}}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void keep(Path directory, int number, byte[] review) throws IOException {
    Path whole = directory.resolve("%04d.json".formatted(number));
    Path part = directory.resolve("%04d.part".formatted(number));
    Files.write(part, review);
    Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
  }

  private static SSLContext tls(Path keyStore, char[] password) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keyStore)) {
      keys.load(in, password);
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
