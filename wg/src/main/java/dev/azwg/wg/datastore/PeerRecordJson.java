package dev.azwg.wg.datastore;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.device.Endpoint;
import dev.azwg.wg.key.KeyFormatException;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.PeerRecord;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a peer record: {@code {"version":1,"node":..,"publicKey":..,"keySince":..,
 * "endpoints":[..],"nodeAddresses":[..],"hostScope":..,"mtu":..,"claims":[{"prefix":..,"since":..}]}}.
 * Unknown members are passed over, so that a newer node can say more; everything known is checked.
 */
public final class PeerRecordJson {
  /** 5000 claims of 80 characters: four times what a node can have. */
  public static final int MAXIMUM_BYTES = 512 * 1024;

  private static final int MAXIMUM_CLAIMS = 4096;
  private static final int MAXIMUM_ADDRESSES = 64;
  private static final int VERSION = 1;

  /** RFC 791: every host takes that much. */
  private static final int MINIMUM_MTU = 576;

  private static final int MAXIMUM_MTU = 65535;
  private static final int MAXIMUM_MTU_DIGITS = 5;

  /**
   * What stands for a key where each field must have a value; an empty text some servers take for
   * null.
   */
  private static final String NO_KEY = "none";

  private PeerRecordJson() {}

  /** The record as one UTF-8 line. */
  public static byte[] encode(PeerRecord record) {
    JsonObject object = new JsonObject();
    object.addProperty("version", VERSION);
    object.addProperty("node", record.node());
    addSpec(object, record);
    return (object + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** What the record says, without the node's name and the form's version. */
  public static String encodeSpec(PeerRecord record) {
    JsonObject object = new JsonObject();
    // Named even where there is none: a field that an apply leaves out may stay as it was.
    object.addProperty("publicKey", NO_KEY);
    addSpec(object, record);
    return object.toString();
  }

  private static void addSpec(JsonObject object, PeerRecord record) {
    record.publicKey().ifPresent(key -> object.addProperty("publicKey", key.toString()));
    object.addProperty("keySince", record.keySince().toString());
    JsonArray endpoints = new JsonArray();
    record.endpoints().forEach(endpoint -> endpoints.add(endpoint.toString()));
    object.add("endpoints", endpoints);
    JsonArray addresses = new JsonArray();
    record
        .nodeAddresses()
        .forEach(address -> addresses.add(IpPrefix.hostOf(address).addressText()));
    object.add("nodeAddresses", addresses);
    object.addProperty("hostScope", record.hostScope());
    if (record.mtu() != 0) {
      object.addProperty("mtu", record.mtu());
    }
    JsonArray claims = new JsonArray();
    for (Claim claim : record.claims()) {
      JsonObject element = new JsonObject();
      element.addProperty("prefix", claim.prefix().toString());
      element.addProperty("since", claim.since().toString());
      claims.add(element);
    }
    object.add("claims", claims);
  }

  /**
   * Refuses a record that no reader would follow.
   *
   * @throws DatastoreException with reason {@code TOO_LARGE}
   */
  public static void requireReadable(PeerRecord record, String where) throws DatastoreException {
    if (record.claims().size() > MAXIMUM_CLAIMS
        || record.nodeAddresses().size() > MAXIMUM_ADDRESSES
        || record.endpoints().size() > MAXIMUM_ADDRESSES) {
      throw new DatastoreException(
          DatastoreException.Reason.TOO_LARGE,
          where,
          record.claims().size()
              + " claims and "
              + record.nodeAddresses().size()
              + " addresses are more than any reader follows");
    }
  }

  /**
   * Reads a record.
   *
   * @param document the record as UTF-8
   * @param where what to call the document in an error
   * @throws DatastoreException if it is not a record
   */
  public static PeerRecord decode(byte[] document, String where) throws DatastoreException {
    Reader reader = new Reader(object(document, where), where);
    return reader.record(reader.node());
  }

  /**
   * Reads what {@link #encodeSpec} writes.
   *
   * @param document the JSON object as UTF-8
   * @param node the node whose record it is
   * @param where what to call the document in an error
   * @throws DatastoreException if it is not what a record says
   */
  public static PeerRecord decodeSpec(byte[] document, String node, String where)
      throws DatastoreException {
    if (!NodeName.isValid(node)) {
      throw malformed(where, "node", "not a node name");
    }
    return new Reader(object(document, where), where).record(node);
  }

  private static JsonObject object(byte[] document, String where) throws DatastoreException {
    if (document.length > MAXIMUM_BYTES) {
      throw new DatastoreException(
          DatastoreException.Reason.TOO_LARGE, where, "more than " + MAXIMUM_BYTES + " bytes");
    }
    try {
      JsonElement root = StrictJson.parse(document, Dialect.EXACT, MAXIMUM_BYTES);
      if (root instanceof JsonObject object) {
        return object;
      }
      throw malformed(where, "$", "not an object");
    } catch (JsonException e) {
      throw new DatastoreException(
          DatastoreException.Reason.MALFORMED_RECORD, where, "not JSON: " + e.getMessage(), e);
    }
  }

  private static DatastoreException malformed(String where, String member, String detail) {
    return new DatastoreException(
        DatastoreException.Reason.MALFORMED_RECORD, where, member + ": " + detail);
  }

  private record Reader(JsonObject object, String where) {
    String node() throws DatastoreException {
      JsonElement version = object.get("version");
      if (!(version instanceof JsonPrimitive number) || !number.getAsString().equals("1")) {
        throw malformed(where, "version", "must be " + VERSION);
      }
      String node = text(object, "node");
      if (!NodeName.isValid(node)) {
        throw malformed(where, "node", "not a node name");
      }
      return node;
    }

    PeerRecord record(String node) throws DatastoreException {
      Optional<PublicKey> key = Optional.empty();
      if (object.has("publicKey") && !text(object, "publicKey").equals(NO_KEY)) {
        key = Optional.of(value("publicKey", text(object, "publicKey"), PublicKey::parse));
      }
      List<Endpoint> endpoints = new ArrayList<>();
      for (JsonElement element : array("endpoints", MAXIMUM_ADDRESSES)) {
        endpoints.add(value("endpoints", string("endpoints", element), Reader::endpoint));
      }
      List<InetAddress> addresses = new ArrayList<>();
      for (JsonElement element : array("nodeAddresses", MAXIMUM_ADDRESSES)) {
        IpPrefix host = value("nodeAddresses", string("nodeAddresses", element), IpPrefix::ofHost);
        addresses.add(host.address());
      }
      return new PeerRecord(
          node,
          key,
          value("keySince", text(object, "keySince"), Instant::parse),
          endpoints,
          addresses,
          flag("hostScope"),
          mtu(),
          claims());
    }

    private List<Claim> claims() throws DatastoreException {
      List<Claim> claims = new ArrayList<>();
      // The claims of a pool are of one date.
      Map<Instant, Instant> dates = new HashMap<>();
      for (JsonElement element : array("claims", MAXIMUM_CLAIMS)) {
        if (!(element instanceof JsonObject claim)) {
          throw malformed(where, "claims", "not a list of objects");
        }
        IpPrefix prefix = value("claims[].prefix", text(claim, "prefix"), IpPrefix::parse);
        Instant since = value("claims[].since", text(claim, "since"), Instant::parse);
        claims.add(new Claim(prefix, dates.computeIfAbsent(since, date -> date)));
      }
      return claims;
    }

    private int mtu() throws DatastoreException {
      JsonElement element = object.get("mtu");
      if (element == null) {
        return 0;
      }
      if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
        String text = primitive.getAsString();
        if (text.length() <= MAXIMUM_MTU_DIGITS
            && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
          int mtu = Integer.parseInt(text);
          if (mtu >= MINIMUM_MTU && mtu <= MAXIMUM_MTU) {
            return mtu;
          }
        }
      }
      throw malformed(where, "mtu", "must be " + MINIMUM_MTU + " to " + MAXIMUM_MTU);
    }

    private boolean flag(String member) throws DatastoreException {
      if (object.get(member) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
        return primitive.getAsBoolean();
      }
      throw malformed(where, member, "must be true or false");
    }

    private JsonArray array(String member, int maximum) throws DatastoreException {
      if (object.get(member) instanceof JsonArray array && array.size() <= maximum) {
        return array;
      }
      throw malformed(where, member, "must be a list of at most " + maximum);
    }

    private String text(JsonObject in, String member) throws DatastoreException {
      return string(member, in.get(member));
    }

    private String string(String member, @Nullable JsonElement element) throws DatastoreException {
      if (element instanceof JsonPrimitive primitive && primitive.isString()) {
        return primitive.getAsString();
      }
      throw malformed(where, member, "must be a string");
    }

    private interface TextParser<T> {
      T parse(String text) throws AddressException, KeyFormatException;
    }

    private static Endpoint endpoint(String text) {
      return Endpoint.parse(text)
          .orElseThrow(() -> new IllegalArgumentException("not ADDRESS:PORT or [ADDRESS]:PORT"));
    }

    private <T> T value(String member, String text, TextParser<T> parser)
        throws DatastoreException {
      try {
        return parser.parse(text);
      } catch (AddressException
          | DateTimeException
          | IllegalArgumentException
          | KeyFormatException e) {
        throw malformed(where, member, String.valueOf(e.getMessage()));
      }
    }
  }
}
