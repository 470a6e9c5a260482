package dev.azwg.netlink.netfilter;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.MulticastSocket;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkException.Reason;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.netfilter.NftEvent.Overrun;
import dev.azwg.netlink.netfilter.NftEvent.TableChanged;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Tells of changes to one nftables table of the network namespace in which it was opened.
 *
 * <p>The kernel tells of every table, and a transaction of another agent may have ten thousands of
 * messages: of each no more is read than its family and its table's name, and a transaction is one
 * event. One thread calls {@link #next}; any thread may close.
 */
public final class NftMonitor implements AutoCloseable {
  private final MulticastSocket socket;
  private final int family;
  private final String table;
  // The messages of a transaction may come in several datagrams.
  private boolean touched;

  private NftMonitor(MulticastSocket socket, int family, String table) {
    this.socket = socket;
    this.family = family;
    this.table = Objects.requireNonNull(table);
  }

  /**
   * Subscribes in the calling thread's network namespace.
   *
   * @param family an {@code NFPROTO_} value of {@link NftConstants}
   * @throws NetlinkException SYSTEM_CALL with EPROTONOSUPPORT if the kernel has no nfnetlink
   */
  public static NftMonitor open(Libc libc, int family, String table) throws NetlinkException {
    MulticastSocket socket =
        MulticastSocket.open(
            libc,
            NetlinkConstants.NETLINK_NETFILTER,
            List.of(NftConstants.NFNLGRP_NFTABLES),
            "NFT_MSG_NEW");
    return new NftMonitor(socket, family, table);
  }

  /**
   * Waits for messages and returns what those that are there say of the table.
   *
   * @return empty if they say nothing or the time ran out; a single {@link Overrun} if messages
   *     were lost
   * @throws NetlinkException CLOSED if the monitor is or was closed; MALFORMED if a message is not
   *     understood, which may have been about the table
   */
  public List<NftEvent> next(Duration timeout) throws NetlinkException {
    try {
      List<NftEvent> events = new ArrayList<>();
      for (NetlinkMessage message : socket.next(timeout)) {
        read(message, events);
      }
      return events;
    } catch (NetlinkException e) {
      // What is left of the transaction is of no use.
      touched = false;
      if (e.reason() == Reason.OVERRUN) {
        return List.of(new Overrun());
      }
      throw e;
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  private void read(NetlinkMessage message, List<NftEvent> events) throws NetlinkException {
    if (message.type() >>> 8 != NftConstants.NFNL_SUBSYS_NFTABLES) {
      return;
    }
    int type = message.type() & 0xff;
    if (type == NftConstants.NFT_MSG_NEWGEN) {
      if (touched) {
        events.add(generation(message));
      }
      touched = false;
    } else if (!touched && namesTable(type)) {
      touched = isAboutTable(message);
    }
  }

  private static boolean namesTable(int type) {
    return switch (type) {
      case NftConstants.NFT_MSG_NEWTABLE,
          NftConstants.NFT_MSG_DELTABLE,
          NftConstants.NFT_MSG_NEWCHAIN,
          NftConstants.NFT_MSG_DELCHAIN,
          NftConstants.NFT_MSG_NEWRULE,
          NftConstants.NFT_MSG_DELRULE,
          NftConstants.NFT_MSG_NEWSET,
          NftConstants.NFT_MSG_DELSET,
          NftConstants.NFT_MSG_NEWSETELEM,
          NftConstants.NFT_MSG_DELSETELEM,
          NftConstants.NFT_MSG_NEWOBJ,
          NftConstants.NFT_MSG_DELOBJ,
          NftConstants.NFT_MSG_NEWFLOWTABLE,
          NftConstants.NFT_MSG_DELFLOWTABLE ->
          true;
      default -> false;
    };
  }

  private boolean isAboutTable(NetlinkMessage message) throws NetlinkException {
    AttributeReader attributes = message.attributes(NftConstants.NFGENMSG_LENGTH);
    if (message.u8(0) != family) {
      return false;
    }
    while (attributes.next()) {
      if (attributes.type() == NftConstants.NFTA_TABLE) {
        return attributes.string().equals(table);
      }
    }
    return false;
  }

  private static TableChanged generation(NetlinkMessage message) throws NetlinkException {
    AttributeReader attributes = message.attributes(NftConstants.NFGENMSG_LENGTH);
    int id = 0;
    int processId = 0;
    String process = "";
    while (attributes.next()) {
      switch (attributes.type()) {
        case NftConstants.NFTA_GEN_ID -> id = attributes.u32BigEndian();
        case NftConstants.NFTA_GEN_PROC_PID -> processId = attributes.u32BigEndian();
        case NftConstants.NFTA_GEN_PROC_NAME -> process = attributes.string();
        default -> {}
      }
    }
    return new TableChanged(id, message.portId(), processId, process);
  }
}
