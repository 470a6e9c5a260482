package dev.azwg.netlink.route;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.fake.FakeHandler;
import dev.azwg.netlink.fake.FakeReply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The sections of {@code ip-recorded.txt}: what one run of ip(8) sent and received. */
record Recording(List<byte[]> sent, List<byte[]> received) {

  static Map<String, Recording> all() {
    Map<String, Recording> recordings = new LinkedHashMap<>();
    try (InputStream in = Recording.class.getResourceAsStream("ip-recorded.txt")) {
      if (in == null) {
        throw new IllegalStateException("ip-recorded.txt is missing");
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      Recording current = new Recording(new ArrayList<>(), new ArrayList<>());
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("[")) {
          current = new Recording(new ArrayList<>(), new ArrayList<>());
          recordings.put(line.substring(1, line.indexOf(']')), current);
        } else if (line.startsWith("> ")) {
          current.sent.add(HexFormat.of().parseHex(line.substring(2)));
        } else if (line.startsWith("< ")) {
          current.received.add(HexFormat.of().parseHex(line.substring(2)));
        }
      }
      return recordings;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last message that was sent: those before it look interfaces up. */
  NetlinkMessage request() throws NetlinkException {
    return NetlinkMessage.parse("recorded", sent.getLast()).getFirst();
  }

  /** The received messages of a type, in order. */
  List<NetlinkMessage> received(int type) throws NetlinkException {
    List<NetlinkMessage> messages = new ArrayList<>();
    for (byte[] datagram : received) {
      for (NetlinkMessage message : NetlinkMessage.parse("recorded", datagram)) {
        if (message.type() == type) {
          messages.add(message);
        }
      }
    }
    return messages;
  }

  /** Answers a dump request with the recorded messages of a type. */
  FakeHandler replay(int type) {
    return request -> {
      FakeReply reply = FakeReply.to(request);
      for (NetlinkMessage message : received(type)) {
        reply.part(type, payload(message));
      }
      return List.of(reply.done().toDatagram());
    };
  }

  private static byte[] payload(NetlinkMessage message) {
    byte[] bytes = message.toByteArray();
    return Arrays.copyOfRange(bytes, NetlinkMessage.HEADER_LENGTH, bytes.length);
  }

  /**
   * A message without what is free: sequence and port number, order of attributes, the nested flag,
   * and the NUL at the end of strings.
   */
  static Map<String, Object> canonical(
      NetlinkMessage message, int headerLength, Set<Integer> nested) throws NetlinkException {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("type", message.type());
    fields.put("flags", Integer.toHexString(message.flags()));
    byte[] header = Arrays.copyOf(payload(message), headerLength);
    fields.put("header", HexFormat.of().formatHex(header));
    fields.put("attributes", attributes(message.attributes(headerLength), nested));
    return fields;
  }

  private static Map<Integer, Object> attributes(AttributeReader reader, Set<Integer> nested)
      throws NetlinkException {
    Map<Integer, Object> fields = new TreeMap<>();
    while (reader.next()) {
      if (nested.contains(reader.type())) {
        fields.put(reader.type(), attributes(reader.nested(), Set.of()));
      } else {
        fields.put(reader.type(), value(reader.bytes()));
      }
    }
    return fields;
  }

  private static String value(byte[] bytes) {
    boolean text = bytes.length > 1 && bytes[0] >= 'a' && bytes[0] <= 'z';
    int length = text && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
    return HexFormat.of().formatHex(bytes, 0, length);
  }
}
