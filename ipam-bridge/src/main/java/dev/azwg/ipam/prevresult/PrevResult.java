package dev.azwg.ipam.prevresult;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Members;
import dev.azwg.ipam.address.AddressException;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.address.TunnelPolicy;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.prevresult.PodAddresses.Withheld;
import dev.azwg.ipam.prevresult.PrevResultException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pod's addresses out of a CNI result of any version: {@code ip4} and {@code ip6} of
 * 0.1.0 and 0.2.0, {@code ips} of 0.3.0 to 1.1.0.
 *
 * <p>azure-vnet gives neither an {@code interface} index with its addresses nor a {@code sandbox}
 * with its interface, so both are used only where they are there: an address without an index is
 * the pod's, one with an index is if the interface has the pod's interface name and a sandbox, or
 * no interface of the result has one. The prefix length is the whole pod subnet's; it must be right
 * and is then dropped. The {@code version} of an address is not looked at.
 */
public final class PrevResult {
  private static final String ROOT = "prevResult";

  private final String ifName;
  private final JsonArray interfaces;
  private final boolean sandboxesKnown;

  /** Each address once, with the rule that forbids it, if one does. */
  private final Map<IpPrefix, TunnelPolicy.@Nullable Rule> found = new LinkedHashMap<>();

  private PrevResult(String ifName, JsonArray interfaces) {
    this.ifName = ifName;
    this.interfaces = interfaces;
    this.sandboxesKnown = anySandbox(interfaces);
  }

  /**
   * The addresses of the interface {@code ifName} (CNI_IFNAME).
   *
   * @param prevResult the member of the configuration, null or JSON null when there is none
   * @throws PrevResultException if the result is malformed; nothing of it may then be recorded
   */
  public static PodAddresses podAddresses(@Nullable JsonElement prevResult, String ifName)
      throws PrevResultException {
    if (prevResult == null || prevResult.isJsonNull()) {
      throw new PrevResultException(
          Reason.MISSING, ROOT, "is missing: azwg must be called as a chained plugin");
    }
    if (!prevResult.isJsonObject()) {
      throw wrongType(ROOT, "an object");
    }
    JsonObject result = prevResult.getAsJsonObject();
    PrevResult reader = new PrevResult(ifName, array(result, "interfaces"));
    if (isBefore030(result)) {
      reader.ipOf(result, "ip4");
      reader.ipOf(result, "ip6");
    } else {
      reader.ips(array(result, "ips"));
    }
    return reader.podAddresses();
  }

  /** The form of the result; where it has no version of its own, its members tell. */
  private static boolean isBefore030(JsonObject result) {
    String version = Members.string(Members.find(result, "cniVersion"));
    if (version == null || version.isEmpty()) {
      return Members.find(result, "ips") == null;
    }
    return version.startsWith("0.1.") || version.startsWith("0.2.");
  }

  private void ipOf(JsonObject result, String name) throws PrevResultException {
    JsonElement ip = Members.find(result, name);
    if (ip != null) {
      String location = ROOT + '.' + name;
      add(object(ip, location), "ip", location);
    }
  }

  private void ips(JsonArray ips) throws PrevResultException {
    for (int i = 0; i < ips.size(); i++) {
      String location = ROOT + ".ips[" + i + ']';
      JsonObject ip = object(ips.get(i), location);
      if (isOfPod(Members.find(ip, "interface"), location + ".interface")) {
        add(ip, "address", location);
      }
    }
  }

  private boolean isOfPod(@Nullable JsonElement index, String location) throws PrevResultException {
    if (index == null) {
      return true;
    }
    Long number = Members.integer(index);
    if (number == null) {
      throw wrongType(location, "an integer");
    }
    if (number < 0 || number >= interfaces.size()) {
      throw new PrevResultException(
          Reason.INTERFACE_INDEX, location, "there is no interface " + number);
    }
    int at = Math.toIntExact(number);
    JsonObject target = object(interfaces.get(at), ROOT + ".interfaces[" + at + ']');
    return ifName.equals(Members.string(Members.find(target, "name")))
        && (hasSandbox(target) || !sandboxesKnown);
  }

  private void add(JsonObject ip, String name, String parent) throws PrevResultException {
    String location = parent + '.' + name;
    JsonElement value = Members.find(ip, name);
    if (value == null) {
      throw new PrevResultException(Reason.ADDRESS, location, "is missing");
    }
    String text = Members.string(value);
    if (text == null) {
      throw wrongType(location, "a string");
    }
    try {
      IpPrefix address = IpPrefix.hostOfCidr(text);
      found.put(address, TunnelPolicy.forbidding(address));
    } catch (AddressException e) {
      throw new PrevResultException(Reason.ADDRESS, location, String.valueOf(e.getMessage()));
    }
    if (found.size() > Attachment.MAX_ADDRESSES) {
      throw new PrevResultException(
          Reason.TOO_MANY_ADDRESSES, location, "more than " + Attachment.MAX_ADDRESSES);
    }
  }

  private PodAddresses podAddresses() {
    List<IpPrefix> addresses = new ArrayList<>();
    List<Withheld> withheld = new ArrayList<>();
    for (Map.Entry<IpPrefix, TunnelPolicy.@Nullable Rule> entry : found.entrySet()) {
      TunnelPolicy.Rule rule = entry.getValue();
      if (rule == null) {
        addresses.add(entry.getKey());
      } else {
        withheld.add(new Withheld(entry.getKey(), rule));
      }
    }
    return new PodAddresses(addresses, withheld);
  }

  private static boolean anySandbox(JsonArray interfaces) {
    for (JsonElement element : interfaces) {
      if (element.isJsonObject() && hasSandbox(element.getAsJsonObject())) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasSandbox(JsonObject networkInterface) {
    String sandbox = Members.string(Members.find(networkInterface, "sandbox"));
    return sandbox != null && !sandbox.isEmpty();
  }

  private static JsonArray array(JsonObject result, String name) throws PrevResultException {
    JsonElement value = Members.find(result, name);
    if (value == null) {
      return new JsonArray();
    }
    if (!value.isJsonArray()) {
      throw wrongType(ROOT + '.' + name, "an array");
    }
    return value.getAsJsonArray();
  }

  private static JsonObject object(JsonElement value, String location) throws PrevResultException {
    if (!value.isJsonObject()) {
      throw wrongType(location, "an object");
    }
    return value.getAsJsonObject();
  }

  private static PrevResultException wrongType(String location, String expected) {
    return new PrevResultException(Reason.WRONG_TYPE, location, "is not " + expected);
  }
}
