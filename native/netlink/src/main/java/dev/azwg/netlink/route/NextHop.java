package dev.azwg.netlink.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One path of a multipath route.
 *
 * @param outputInterface the index of the interface
 * @param gateway the next hop's address; null if the destination is on the link
 * @param weight 1 to 256, the share of flows that take this path
 */
public record NextHop(int outputInterface, @Nullable InetAddress gateway, int weight) {
  public NextHop {
    if (weight < 1 || weight > 256) {
      throw new IllegalArgumentException("weight " + weight);
    }
  }
}
