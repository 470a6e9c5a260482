package dev.azwg.plugin.node;

import dev.azwg.ipam.address.IpPrefix;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What the plugin changes and reads in the kernel of its node. */
public interface NodeKernel {
  /**
   * Puts a {@code throw} route for each address into a table, so that what goes to it is looked up
   * further, in the main table, where the pod's own route is.
   *
   * @return the addresses whose route was not there before
   * @throws IOException if the kernel refused a route; then none of the new ones is left
   */
  List<IpPrefix> addThrowRoutes(int table, Collection<IpPrefix> addresses) throws IOException;

  /**
   * Takes the {@code throw} routes of addresses out of a table. Routes that are not there are no
   * error.
   */
  void deleteThrowRoutes(int table, Collection<IpPrefix> addresses) throws IOException;

  /** Those of the addresses that have a {@code throw} route in the table. */
  Set<IpPrefix> throwRoutesOf(int table, Collection<IpPrefix> addresses) throws IOException;

  /**
   * Lowers the MTU of a pod's link, and of the other end of the veth pair if it is in our own
   * network namespace. Never raises one.
   *
   * @param netns the path of the pod's network namespace
   * @param ifName the link's name in it
   * @return what was changed, to be undone if ADD fails
   */
  MtuChange lowerPodMtu(String netns, String ifName, int mtu) throws IOException;

  /** Puts back what {@link #lowerPodMtu} has changed. */
  void restorePodMtu(MtuChange change) throws IOException;

  /** The MTU of a pod's link; empty if there is no such link. */
  OptionalInt podMtu(String netns, String ifName) throws IOException;
}
