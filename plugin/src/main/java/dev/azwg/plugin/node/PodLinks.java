package dev.azwg.plugin.node;

import dev.azwg.ipam.ledger.LinkMtus;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.netns.NetworkNamespace;
import dev.azwg.netlink.route.Link;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.netlink.route.VethPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** The MTU of the veth pair that connects a pod with its node. */
final class PodLinks {
  private final Libc libc;

  PodLinks(Libc libc) {
    this.libc = libc;
  }

  MtuChange lower(RouteNetlink node, String netns, String ifName, int mtu) throws IOException {
    try (RouteNetlink inPod = open(netns)) {
      Link pod =
          inPod
              .link(ifName)
              .orElseThrow(() -> new IOException("there is no " + ifName + " in " + netns));
      Optional<Link> host = VethPair.otherEnd(node, pod);
      boolean lowerPod = pod.mtu() > mtu;
      boolean lowerHost = host.isPresent() && host.get().mtu() > mtu;
      LinkMtus found =
          new LinkMtus(
              pod.mtu(), host.isPresent() ? OptionalInt.of(host.get().mtu()) : OptionalInt.empty());
      MtuChange change =
          new MtuChange(
              netns,
              ifName,
              Optional.of(found),
              lowerPod ? OptionalInt.of(pod.mtu()) : OptionalInt.empty(),
              lowerHost ? host.get().index() : 0,
              lowerHost ? OptionalInt.of(host.get().mtu()) : OptionalInt.empty());
      if (lowerPod) {
        inPod.setLinkMtu(pod.index(), mtu);
      }
      if (lowerHost) {
        lowerHostEnd(node, inPod, pod, host.get().index(), mtu);
      }
      return change;
    }
  }

  void restore(RouteNetlink node, MtuChange change) throws IOException {
    if (change.podMtu().isPresent()) {
      try (RouteNetlink inPod = open(change.netns())) {
        inPod.setLinkMtu(change.ifName(), change.podMtu().getAsInt());
      }
    }
    if (change.hostMtu().isPresent()) {
      node.setLinkMtu(change.hostIndex(), change.hostMtu().getAsInt());
    }
  }

  OptionalInt mtu(String netns, String ifName) throws IOException {
    try (RouteNetlink inPod = open(netns)) {
      Optional<Link> link = inPod.link(ifName);
      return link.isPresent() ? OptionalInt.of(link.get().mtu()) : OptionalInt.empty();
    }
  }

  private static void lowerHostEnd(
      RouteNetlink node, RouteNetlink inPod, Link pod, int hostIndex, int mtu) throws IOException {
    try {
      node.setLinkMtu(hostIndex, mtu);
    } catch (IOException e) {
      inPod.setLinkMtu(pod.index(), pod.mtu());
      throw e;
    }
  }

  private RouteNetlink open(String netns) throws IOException {
    return NetworkNamespace.call(libc, Path.of(netns), () -> RouteNetlink.open(libc));
  }
}
