package dev.azwg.netlink.netfilter;

/** Numbers of {@code linux/netfilter/nf_tables.h} and its neighbours, named as there. */
public final class NftConstants {
  private NftConstants() {}

  // linux/netfilter.h: families of tables.
  public static final int NFPROTO_INET = 1;
  public static final int NFPROTO_IPV4 = 2;
  public static final int NFPROTO_NETDEV = 5;
  public static final int NFPROTO_IPV6 = 10;

  // linux/netfilter/nfnetlink.h: the upper byte of a message type is the subsystem.
  static final int NFNL_SUBSYS_NFTABLES = 10;
  static final int NFNLGRP_NFTABLES = 7;
  static final int NFGENMSG_LENGTH = 4;

  // Messages whose first attribute is the name of a table.
  static final int NFT_MSG_NEWTABLE = 0;
  static final int NFT_MSG_DELTABLE = 2;
  static final int NFT_MSG_NEWCHAIN = 3;
  static final int NFT_MSG_DELCHAIN = 5;
  static final int NFT_MSG_NEWRULE = 6;
  static final int NFT_MSG_DELRULE = 8;
  static final int NFT_MSG_NEWSET = 9;
  static final int NFT_MSG_DELSET = 11;
  static final int NFT_MSG_NEWSETELEM = 12;
  static final int NFT_MSG_DELSETELEM = 14;
  static final int NFT_MSG_NEWOBJ = 18;
  static final int NFT_MSG_DELOBJ = 20;
  static final int NFT_MSG_NEWFLOWTABLE = 22;
  static final int NFT_MSG_DELFLOWTABLE = 24;

  /** Ends the messages of a transaction. */
  static final int NFT_MSG_NEWGEN = 15;

  /** NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE and so on: it is 1 in all of them. */
  static final int NFTA_TABLE = 1;

  static final int NFTA_GEN_ID = 1;
  static final int NFTA_GEN_PROC_PID = 2;
  static final int NFTA_GEN_PROC_NAME = 3;
}
