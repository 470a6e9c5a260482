package dev.azwg.wg.device;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.wg.key.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code wg show NAME dump} as text that can be compared: without secrets, peers and allowed IPs
 * sorted.
 */
final class WgDump {
  private static final String NONE = "(none)";

  private WgDump() {}

  /** What wg(8) printed. */
  static String normalize(String output) {
    String[] lines = output.split("\n", -1);
    List<String> result = new ArrayList<>();
    // The first line: private key, public key, listen port, fwmark.
    result.add(lines[0].substring(lines[0].indexOf('\t') + 1));
    for (int i = 1; i < lines.length; i++) {
      if (!lines[i].isEmpty()) {
        String[] fields = lines[i].split("\t", -1);
        fields[1] = fields[1].equals(NONE) ? NONE : "(hidden)";
        if (!fields[3].equals(NONE)) {
          fields[3] =
              List.of(fields[3].split(",", -1)).stream().sorted().collect(Collectors.joining(","));
        }
        result.add(String.join("\t", fields));
      }
    }
    return sorted(result);
  }

  /** What wg(8) would print of this device. */
  static String of(Device device) {
    List<String> result = new ArrayList<>();
    result.add(
        device.publicKey().map(PublicKey::toString).orElse(NONE)
            + "\t"
            + device.listenPort()
            + "\t"
            + (device.fwmark() == 0 ? "off" : "0x" + Integer.toHexString(device.fwmark())));
    for (Peer peer : device.peers()) {
      String allowedIps =
          peer.allowedIps().stream()
              .map(IpPrefix::toString)
              .sorted()
              .collect(Collectors.joining(","));
      result.add(
          String.join(
              "\t",
              peer.publicKey().toString(),
              peer.hasPresharedKey() ? "(hidden)" : NONE,
              peer.endpoint().map(Endpoint::toString).orElse(NONE),
              allowedIps.isEmpty() ? NONE : allowedIps,
              Long.toString(peer.lastHandshake().map(java.time.Instant::getEpochSecond).orElse(0L)),
              Long.toString(peer.rxBytes()),
              Long.toString(peer.txBytes()),
              peer.persistentKeepalive() == 0
                  ? "off"
                  : Integer.toString(peer.persistentKeepalive())));
    }
    return sorted(result);
  }

  private static String sorted(List<String> lines) {
    String peers = lines.stream().skip(1).sorted().collect(Collectors.joining("\n"));
    return lines.getFirst() + "\n" + peers;
  }
}
