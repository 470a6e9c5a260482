package dev.azwg.ipam.ledger;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.JsonText;
import dev.azwg.conflist.json.Members;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.LedgerException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The attachment file's content, format version 1: one JSON object with {@code version}, {@code
 * containerID}, {@code ifName}, {@code netns}, {@code network}, {@code addresses}, {@code pod}
 * (optional), {@code linkMtus} (optional) and {@code createdAt}. Members that this version does not
 * know are ignored.
 */
final class AttachmentCodec {
  private static final long VERSION = 1;

  private final Path file;
  private final JsonObject object;

  private AttachmentCodec(Path file, JsonObject object) {
    this.file = file;
    this.object = object;
  }

  static byte[] encode(Attachment attachment) {
    JsonObject object = new JsonObject();
    object.addProperty("version", VERSION);
    object.addProperty("containerID", attachment.key().containerId());
    object.addProperty("ifName", attachment.key().ifName());
    object.addProperty("netns", attachment.netns());
    object.addProperty("network", attachment.network());
    JsonArray addresses = new JsonArray();
    for (IpPrefix address : attachment.addresses()) {
      addresses.add(address.toString());
    }
    object.add("addresses", addresses);
    if (attachment.pod().isPresent()) {
      PodIdentity identity = attachment.pod().get();
      JsonObject pod = new JsonObject();
      pod.addProperty("namespace", identity.namespace());
      pod.addProperty("name", identity.name());
      pod.addProperty("uid", identity.uid());
      object.add("pod", pod);
    }
    if (attachment.linkMtus().isPresent()) {
      LinkMtus mtus = attachment.linkMtus().get();
      JsonObject found = new JsonObject();
      found.addProperty("pod", mtus.pod());
      mtus.node().ifPresent(node -> found.addProperty("node", node));
      object.add("linkMtus", found);
    }
    object.addProperty("createdAt", Timestamp.format(attachment.createdAt()));
    return (JsonText.compact(object) + '\n').getBytes(StandardCharsets.UTF_8);
  }

  /** Reads a file's content; {@code file} is for messages. */
  static Attachment decode(byte[] content, Path file) throws LedgerException {
    JsonElement document;
    try {
      document = StrictJson.parse(content, Dialect.EXACT, Ledger.MAX_FILE_BYTES);
    } catch (JsonException e) {
      Reason reason =
          e.reason() == JsonException.Reason.TOO_LARGE ? Reason.TOO_LARGE : Reason.NOT_JSON;
      throw new LedgerException(reason, file, String.valueOf(e.getMessage()), e);
    }
    if (!document.isJsonObject()) {
      throw new LedgerException(Reason.NOT_JSON, file, "not a JSON object", null);
    }
    return new AttachmentCodec(file, document.getAsJsonObject()).attachment();
  }

  private Attachment attachment() throws LedgerException {
    Long version = Members.integer(object.get("version"));
    if (version == null) {
      throw invalid("version", "is missing or not an integer");
    }
    if (version != VERSION) {
      throw new LedgerException(Reason.UNKNOWN_VERSION, file, "version " + version, null);
    }
    Instant createdAt = Timestamp.parse(string(object, "createdAt"));
    if (createdAt == null) {
      throw invalid("createdAt", "is not a UTC time with nanoseconds (RFC 3339)");
    }
    return new Attachment(
        key(),
        string(object, "netns"),
        string(object, "network"),
        List.copyOf(addresses()),
        pod(),
        linkMtus(),
        createdAt);
  }

  private AttachmentKey key() throws LedgerException {
    String containerId = string(object, "containerID");
    String ifName = string(object, "ifName");
    String problem = AttachmentKey.containerIdProblem(containerId);
    if (problem != null) {
      throw invalid("containerID", problem);
    }
    problem = AttachmentKey.ifNameProblem(ifName);
    if (problem != null) {
      throw invalid("ifName", problem);
    }
    return new AttachmentKey(containerId, ifName);
  }

  private Set<IpPrefix> addresses() throws LedgerException {
    JsonElement member = object.get("addresses");
    if (member == null || !member.isJsonArray()) {
      throw invalid("addresses", "is missing or not an array");
    }
    JsonArray array = member.getAsJsonArray();
    if (array.size() > Attachment.MAX_ADDRESSES) {
      throw invalid("addresses", "has more than " + Attachment.MAX_ADDRESSES + " elements");
    }
    Set<IpPrefix> addresses = new LinkedHashSet<>();
    for (JsonElement element : array) {
      IpPrefix address = address(element);
      if (!address.isHost() || !addresses.add(address)) {
        throw invalid("addresses", address + " is not a single address, or is there twice");
      }
    }
    return addresses;
  }

  private IpPrefix address(JsonElement element) throws LedgerException {
    String text = Members.string(element);
    if (text == null) {
      throw invalid("addresses", "has an element that is not a string");
    }
    try {
      return IpPrefix.parse(text);
    } catch (AddressException e) {
      throw invalid("addresses", String.valueOf(e.getMessage()));
    }
  }

  private Optional<PodIdentity> pod() throws LedgerException {
    JsonElement pod = object.get("pod");
    if (pod == null || pod.isJsonNull()) {
      return Optional.empty();
    }
    if (!pod.isJsonObject()) {
      throw invalid("pod", "is not an object");
    }
    JsonObject identity = pod.getAsJsonObject();
    return Optional.of(
        new PodIdentity(
            string(identity, "namespace"), string(identity, "name"), string(identity, "uid")));
  }

  private Optional<LinkMtus> linkMtus() throws LedgerException {
    JsonElement found = object.get("linkMtus");
    if (found == null || found.isJsonNull()) {
      return Optional.empty();
    }
    if (!found.isJsonObject()) {
      throw invalid("linkMtus", "is not an object");
    }
    JsonObject mtus = found.getAsJsonObject();
    return Optional.of(
        new LinkMtus(
            mtu(mtus, "pod"),
            mtus.has("node") ? OptionalInt.of(mtu(mtus, "node")) : OptionalInt.empty()));
  }

  private int mtu(JsonObject parent, String name) throws LedgerException {
    Long mtu = Members.integer(parent.get(name));
    if (mtu == null || !LinkMtus.isMtu(mtu)) {
      throw invalid("linkMtus." + name, "is not a link's MTU");
    }
    return mtu.intValue();
  }

  private String string(JsonObject parent, String name) throws LedgerException {
    String text = Members.string(parent.get(name));
    if (text == null) {
      throw invalid(name, "is missing or not a string");
    }
    return text;
  }

  private LedgerException invalid(String member, String detail) {
    return new LedgerException(Reason.INVALID_MEMBER, file, member + ": " + detail, null);
  }
}
