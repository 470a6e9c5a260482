package dev.azwg.netlink.generic;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.BatchFailure;
import dev.azwg.netlink.MessageDecoder;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkRequest;
import dev.azwg.netlink.NetlinkSocket;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds generic netlink families and speaks with them, in the network namespace in which it was
 * opened. May be used from any thread afterwards; one call runs at a time.
 */
public final class GenericNetlink implements AutoCloseable {
  // linux/genetlink.h
  private static final int GENL_ID_CTRL = NetlinkConstants.NLMSG_MIN_TYPE;
  private static final int CTRL_VERSION = 2;
  private static final int CTRL_CMD_GETFAMILY = 3;
  private static final int CTRL_ATTR_FAMILY_ID = 1;
  private static final int CTRL_ATTR_FAMILY_NAME = 2;
  private static final int CTRL_ATTR_VERSION = 3;
  private static final int CTRL_ATTR_MCAST_GROUPS = 7;
  private static final int CTRL_ATTR_MCAST_GRP_NAME = 1;
  private static final int CTRL_ATTR_MCAST_GRP_ID = 2;

  private static final GenericFamily CONTROLLER =
      new GenericFamily(GENL_ID_CTRL, "nlctrl", CTRL_VERSION, Map.of());

  private final NetlinkSocket socket;

  private GenericNetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static GenericNetlink open(Libc libc) throws NetlinkException {
    return new GenericNetlink(NetlinkSocket.open(libc, NetlinkConstants.NETLINK_GENERIC));
  }

  /** Looks a family up by its name; empty if the kernel does not have it. */
  public Optional<GenericFamily> family(String name) throws NetlinkException {
    AttributeWriter attributes = new AttributeWriter().string(CTRL_ATTR_FAMILY_NAME, name);
    GenericRequest request =
        new GenericRequest("CTRL_CMD_GETFAMILY", CONTROLLER, CTRL_CMD_GETFAMILY, attributes);
    try {
      List<GenericFamily> families =
          request(request, (message, found) -> found.accept(family(message)));
      return families.stream().findFirst();
    } catch (NetlinkException e) {
      if (e.isRejectedWith(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Sends a command and waits until the kernel has carried it out. */
  public void request(GenericRequest request) throws NetlinkException {
    socket.request(request.encode());
  }

  /** Sends a command and decodes the replies before its acknowledgement. */
  public <T> List<T> request(GenericRequest request, GenericDecoder<T> decoder)
      throws NetlinkException {
    return socket.request(request.encode(), adapt(decoder));
  }

  /**
   * Lists with NLM_F_DUMP and decodes each message; begun anew if what is listed changes meanwhile.
   *
   * @throws NetlinkException DUMP_INTERRUPTED if it changed at every attempt
   */
  public <T> List<T> dump(GenericRequest request, GenericDecoder<T> decoder)
      throws NetlinkException {
    return socket.dump(request.encode(), adapt(decoder));
  }

  /**
   * Sends many commands in few system calls, in order. One that the kernel refuses does not stop
   * those after it.
   *
   * @return the refused ones in order; empty if all were carried out
   */
  public List<BatchFailure> batch(List<GenericRequest> requests) throws NetlinkException {
    List<NetlinkRequest> encoded = requests.stream().map(GenericRequest::encode).toList();
    return socket.batch(encoded);
  }

  /** Closes the socket, after the call that is running. Closing twice is harmless. */
  @Override
  public void close() {
    socket.close();
  }

  private static <T> MessageDecoder<T> adapt(GenericDecoder<T> decoder) {
    return (message, results) -> decoder.decode(GenericMessage.of(message), results);
  }

  private static GenericFamily family(GenericMessage message) throws NetlinkException {
    int id = 0;
    int version = 0;
    String name = "";
    Map<String, Integer> groups = new HashMap<>();
    AttributeReader attributes = message.attributes();
    while (attributes.next()) {
      switch (attributes.type()) {
        case CTRL_ATTR_FAMILY_ID -> id = attributes.u16();
        case CTRL_ATTR_FAMILY_NAME -> name = attributes.string();
        case CTRL_ATTR_VERSION -> version = attributes.u32();
        case CTRL_ATTR_MCAST_GROUPS -> readGroups(attributes.nested(), groups);
        default -> {}
      }
    }
    if (id < NetlinkConstants.NLMSG_MIN_TYPE || name.isEmpty()) {
      throw message.message().fault("a family without number or name", 0);
    }
    return new GenericFamily(id, name, version, groups);
  }

  private static void readGroups(AttributeReader groups, Map<String, Integer> found)
      throws NetlinkException {
    while (groups.next()) {
      String name = null;
      @Nullable Integer id = null;
      AttributeReader group = groups.nested();
      while (group.next()) {
        switch (group.type()) {
          case CTRL_ATTR_MCAST_GRP_NAME -> name = group.string();
          case CTRL_ATTR_MCAST_GRP_ID -> id = group.u32();
          default -> {}
        }
      }
      if (name != null && id != null) {
        found.put(name, id);
      }
    }
  }
}
