package dev.azwg.wg.host;

import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.LinkMtus;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.libc.Errno;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.netns.NetworkNamespace;
import dev.azwg.netlink.route.Address;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.VethPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * The veth pairs of this node's attachments, whose MTU follows the tunnel's. A link that is too
 * wide is narrowed. One that is narrower than it could be is widened only if its MTU is one that
 * azwg gave it, and never beyond what the plugin found when it attached the pod: whoever else chose
 * an MTU had a reason.
 */
public final class PodLinks {
  private final Libc libc;
  private final RouteNetlink node;

  /**
   * The links of the pods of a node.
   *
   * @param node a socket in the node's own namespace
   */
  public PodLinks(Libc libc, RouteNetlink node) {
    this.libc = libc;
    this.node = node;
  }

  /**
   * Brings both ends of an attachment's link to an MTU. An attachment whose link is to be left
   * alone, and one whose pod is gone, is no error.
   *
   * @param mtu what fits the tunnel, in bytes
   * @param given what azwg has given links before
   * @return whether anything was changed
   * @throws IOException if the kernel refuses it
   */
  public boolean bringTo(Attachment attachment, int mtu, Collection<Integer> given)
      throws IOException {
    if (attachment.linkMtus().isEmpty()) {
      return false;
    }
    LinkMtus found = attachment.linkMtus().get();
    Optional<RouteNetlink> opened = open(attachment.netns());
    if (opened.isEmpty()) {
      return false;
    }
    try (RouteNetlink pod = opened.get()) {
      Optional<Link> link = pod.link(attachment.key().ifName());
      if (link.isEmpty() || !isOf(attachment, pod, link.get())) {
        return false;
      }
      boolean changed = bring(pod, link.get(), found.pod(), mtu, given);
      Optional<Link> other = VethPair.otherEnd(node, link.get());
      if (other.isPresent() && found.node().isPresent()) {
        changed |= bring(node, other.get(), found.node().getAsInt(), mtu, given);
      }
      return changed;
    } catch (NetlinkException e) {
      if (e.isRejectedWith(Errno.ENODEV)) {
        return false;
      }
      throw e;
    }
  }

  /** The namespace, unless it is gone: no such file, or nothing mounted on it any more. */
  private Optional<RouteNetlink> open(String netns) throws IOException {
    if (netns.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          NetworkNamespace.call(libc, Path.of(netns), () -> RouteNetlink.open(libc)));
    } catch (NetlinkException e) {
      Errno errno = e.errno();
      if (errno.equals(Errno.ENOENT) || errno.equals(Errno.EINVAL)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Whether the namespace is still the one that was attached. A path such as {@code
   * /proc/PID/ns/net} can come to stand for another one, the node's own even, whose eth0 is the
   * NIC.
   */
  private static boolean isOf(Attachment attachment, RouteNetlink pod, Link link)
      throws NetlinkException {
    for (Address address : pod.addresses(link.index())) {
      if (attachment.addresses().contains(IpPrefix.hostOf(address.address()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean bring(
      RouteNetlink netlink, Link link, int found, int mtu, Collection<Integer> given)
      throws NetlinkException {
    int target = Math.min(mtu, found);
    boolean ours = given.stream().anyMatch(each -> Math.min(each, found) == link.mtu());
    if (link.mtu() > target || (link.mtu() < target && ours)) {
      netlink.setLinkMtu(link.index(), target);
      return true;
    }
    return false;
  }
}
