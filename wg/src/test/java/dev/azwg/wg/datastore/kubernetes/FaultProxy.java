package dev.azwg.wg.datastore.kubernetes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and the API server, ends TLS with the server's own certificate, and does
 * what networks and overloaded servers do. It speaks HTTP/1.1 only.
 */
final class FaultProxy implements AutoCloseable {
  private static final char[] PASSWORD = "proxy".toCharArray();

  /** Answers a request in the server's place, or says null to let it through. */
  interface Intruder {
    @Nullable String answer(String head);
  }

  /** At the end of an answer: it begins, and never ends. */
  static final String STALL = "<stall>";

  private final URI server;
  private final SSLContext trusting;
  private final SSLServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<String> heads = new ArrayList<>();
  private final Object gate = new Object();
  private boolean frozen;
  private int generation;
  private int frozenGeneration = -1;
  private volatile Intruder intruder = head -> null;

  private FaultProxy(URI server, SSLContext tls, SSLContext trusting) throws IOException {
    this.server = server;
    this.trusting = trusting;
    listener =
        (SSLServerSocket)
            tls.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  static FaultProxy start(ControlPlane plane) throws Exception {
    Path keys = plane.pki().resolve("proxy.p12");
    ControlPlane.execute(
        "",
        List.of(
            "openssl",
            "pkcs12",
            "-export",
            "-passout",
            "pass:" + new String(PASSWORD),
            "-out",
            keys.toString(),
            "-inkey",
            plane.pki().resolve("api.key").toString(),
            "-in",
            plane.pki().resolve("api.crt").toString(),
            "-certfile",
            plane.pki().resolve("ca.crt").toString()));
    FaultProxy proxy = new FaultProxy(plane.admin().url(), serving(keys), trusting(plane));
    Thread.ofVirtual().start(proxy::accept);
    return proxy;
  }

  ApiServer access(Path credentials) {
    return new ApiServer(URI.create("https://127.0.0.1:" + listener.getLocalPort()), credentials);
  }

  /** Nothing passes any more, and nobody is told: connections stay as they are. */
  void freeze() {
    synchronized (gate) {
      frozen = true;
      frozenGeneration = generation;
    }
  }

  void thaw() {
    synchronized (gate) {
      frozen = false;
      gate.notifyAll();
    }
  }

  /** What is frozen stays so, and what connects from now on passes. */
  void onlyNewPass() {
    synchronized (gate) {
      generation++;
      gate.notifyAll();
    }
  }

  /** Ends every connection. */
  void cut() {
    sockets.forEach(FaultProxy::closeQuietly);
  }

  /** As if nothing had been, for new connections; those that stand still are left alone. */
  void passFromNowOn() {
    intruder = head -> null;
  }

  /** From the next connection on. */
  void intrude(Intruder next) {
    intruder = next;
    cut();
  }

  /** The heads of the first requests of all connections so far. */
  List<String> heads() {
    synchronized (heads) {
      return List.copyOf(heads);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    thaw();
    cut();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        // Closed, or a handshake that its client gave up.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      int born;
      synchronized (gate) {
        born = generation;
      }
      passGate(born);
      InputStream in = client.getInputStream();
      byte[] head = readHead(in);
      String text = new String(head, StandardCharsets.ISO_8859_1);
      synchronized (heads) {
        heads.add(text);
      }
      String answer = intruder.answer(text);
      if (answer != null) {
        client
            .getOutputStream()
            .write(answer.replace(STALL, "").getBytes(StandardCharsets.ISO_8859_1));
        client.getOutputStream().flush();
        if (answer.endsWith(STALL)) {
          // Until the client, or cut(), ends it.
          in.transferTo(OutputStream.nullOutputStream());
          return;
        }
        client.shutdownOutput();
        // A socket that is closed with a request's body unread is reset, and the answer is lost.
        in.transferTo(OutputStream.nullOutputStream());
        return;
      }
      SSLSocket upstream =
          (SSLSocket) trusting.getSocketFactory().createSocket(server.getHost(), server.getPort());
      try (upstream) {
        sockets.add(upstream);
        upstream.getOutputStream().write(once(text).getBytes(StandardCharsets.ISO_8859_1));
        Thread back = Thread.ofVirtual().start(() -> pipe(upstream, client, born));
        pipe(client, upstream, born);
        back.join();
      } finally {
        sockets.remove(upstream);
      }
    } catch (IOException e) {
      // The other side has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(client);
    }
  }

  private void pipe(Socket from, Socket to, int born) {
    byte[] buffer = new byte[16384];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        passGate(born);
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException e) {
      // Ended below.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private void passGate(int born) {
    synchronized (gate) {
      while (frozen && born <= frozenGeneration) {
        try {
          gate.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** Each request on a connection of its own, so that each head is seen. */
  private static String once(String head) {
    return head.toLowerCase(Locale.ROOT).contains("\r\nupgrade:")
        ? head
        : head.replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
  }

  private static byte[] readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 4) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("no request");
      }
      head.write(b);
      ends = b == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : b == '\r' ? 1 : 0;
    }
    return head.toByteArray();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is what was wanted.
    }
  }

  private static SSLContext serving(Path keys) throws IOException, GeneralSecurityException {
    KeyStore own = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      own.load(in, PASSWORD);
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(own, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static SSLContext trusting(ControlPlane plane)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    try (InputStream in = Files.newInputStream(plane.pki().resolve("ca.crt"))) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
