package dev.azwg.wg.device.uapi;

import dev.azwg.netlink.libc.Errno;
import dev.azwg.wg.device.Device;
import dev.azwg.wg.device.DeviceConfig;
import dev.azwg.wg.device.DeviceName;
import dev.azwg.wg.device.ParkedPeer;
import dev.azwg.wg.device.PeerConfig;
import dev.azwg.wg.device.WireGuardClient;
import dev.azwg.wg.device.WireGuardException;
import dev.azwg.wg.device.WireGuardException.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The client of userspace implementations: one connection per exchange, each with a deadline.
 *
 * <p>The other side applies a request line by line while it holds its lock. An error ends it there:
 * what stood before has been applied.
 */
public final class UapiClient implements WireGuardClient {
  /** Where implementations create their sockets. */
  public static final Path DEFAULT_DIRECTORY = Path.of("/var/run/wireguard");

  /** Long enough for thousands of peers on a loaded machine. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private final Path directory;
  private final Duration timeout;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Boolean> removesInPlace = new HashMap<>();

  /** A client of the sockets in {@link #DEFAULT_DIRECTORY}. */
  public UapiClient() {
    this(DEFAULT_DIRECTORY, DEFAULT_TIMEOUT);
  }

  /**
   * A client of the sockets {@code NAME.sock} in a directory.
   *
   * @param timeout for each exchange as a whole
   */
  public UapiClient(Path directory, Duration timeout) {
    this.directory = directory;
    this.timeout = timeout;
  }

  /** The socket of a device. */
  public Path socket(String name) throws WireGuardException {
    return directory.resolve(DeviceName.require(name) + ".sock");
  }

  @Override
  public Device device(String name) throws WireGuardException {
    lock.lock();
    try {
      UapiAnswer<Device> answer =
          exchange(name, UapiWriter::get, lines -> new UapiReader(name, lines).device());
      requireSuccess(name, "get", answer.errno());
      return answer.value();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void configure(String name, DeviceConfig config) throws WireGuardException {
    lock.lock();
    try {
      requireSuccess(name, "set", set(name, ParkedPeer.asDeviceTakesIt(this, name, config)));
    } catch (WireGuardException e) {
      // The process may be another one, of another version, when we try again.
      removesInPlace.remove(name);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Asked with {@code update_only} for a peer that does not exist: a side that knows {@code
   * allowed_ip=-} has nothing to do, an older one cannot parse it and answers EINVAL.
   */
  @Override
  public boolean canRemoveAllowedIp(String name) throws WireGuardException {
    lock.lock();
    try {
      Boolean known = removesInPlace.get(name);
      if (known != null) {
        return known;
      }
      PeerConfig probe =
          PeerConfig.builder(ParkedPeer.KEY).updateOnly().removeAllowedIp(ParkedPeer.PROBE).build();
      Errno errno = set(name, DeviceConfig.ofPeers(List.of(probe)));
      if (!errno.equals(Errno.EINVAL)) {
        requireSuccess(name, "set", errno);
      }
      removesInPlace.put(name, errno.equals(Errno.NONE));
      return errno.equals(Errno.NONE);
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is open between exchanges. */
  @Override
  public void close() {}

  private Errno set(String name, DeviceConfig config) throws WireGuardException {
    return exchange(
        name, writer -> writer.set(config), lines -> new UapiReader(name, lines).result());
  }

  private <T> T exchange(String name, Request request, Answer<T> answer) throws WireGuardException {
    Path path = socket(name);
    try (UapiSocket socket = connect(name, path)) {
      IOException unsent = send(socket, request);
      try (UapiLines lines = new UapiLines(name, socket)) {
        return answer.read(lines);
      } catch (IOException e) {
        if (unsent != null) {
          unsent.addSuppressed(e);
          throw unsent;
        }
        throw e;
      }
    } catch (WireGuardException e) {
      throw e;
    } catch (IOException e) {
      throw new WireGuardException(name, Reason.IO, Errno.NONE, path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Sends the request. The other side stops reading at the first line that it refuses, and closes
   * after its answer: then the answer says more than the error of our write, which is returned.
   */
  private static @Nullable IOException send(UapiSocket socket, Request request)
      throws WireGuardException {
    try (UapiWriter writer = new UapiWriter(socket)) {
      request.write(writer);
      return null;
    } catch (WireGuardException e) {
      throw e;
    } catch (IOException e) {
      return e;
    }
  }

  private UapiSocket connect(String name, Path path) throws IOException {
    try {
      return UapiSocket.connect(name, path, timeout);
    } catch (WireGuardException e) {
      throw e;
    } catch (IOException e) {
      Reason reason = Reason.IO;
      String detail = String.valueOf(e.getMessage());
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        reason = Reason.NO_DEVICE;
        detail = "there is no such socket";
      } else if (e instanceof ConnectException) {
        reason = Reason.NO_DEVICE;
        detail = "nobody listens on the socket: the process has ended";
      } else if (!Files.isWritable(path)) {
        reason = Reason.PERMISSION;
      }
      throw new WireGuardException(name, reason, Errno.NONE, path + ": " + detail, e);
    }
  }

  private static void requireSuccess(String name, String operation, Errno errno)
      throws WireGuardException {
    if (!errno.equals(Errno.NONE)) {
      throw WireGuardException.refused(name, operation, errno, "", null);
    }
  }

  @FunctionalInterface
  private interface Request {
    void write(UapiWriter writer) throws IOException;
  }

  @FunctionalInterface
  private interface Answer<T> {
    T read(UapiLines lines) throws IOException;
  }
}
