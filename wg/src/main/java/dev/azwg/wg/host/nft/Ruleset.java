package dev.azwg.wg.host.nft;

import static dev.azwg.wg.host.nft.Expressions.accept;
import static dev.azwg.wg.host.nft.Expressions.anyOf;
import static dev.azwg.wg.host.nft.Expressions.array;
import static dev.azwg.wg.host.nft.Expressions.binary;
import static dev.azwg.wg.host.nft.Expressions.conntrack;
import static dev.azwg.wg.host.nft.Expressions.count;
import static dev.azwg.wg.host.nft.Expressions.destinationType;
import static dev.azwg.wg.host.nft.Expressions.different;
import static dev.azwg.wg.host.nft.Expressions.drop;
import static dev.azwg.wg.host.nft.Expressions.equal;
import static dev.azwg.wg.host.nft.Expressions.mangle;
import static dev.azwg.wg.host.nft.Expressions.match;
import static dev.azwg.wg.host.nft.Expressions.maximumSegmentSize;
import static dev.azwg.wg.host.nft.Expressions.meta;
import static dev.azwg.wg.host.nft.Expressions.number;
import static dev.azwg.wg.host.nft.Expressions.payload;
import static dev.azwg.wg.host.nft.Expressions.setMarkBits;
import static dev.azwg.wg.host.nft.Expressions.text;
import static dev.azwg.wg.host.nft.Expressions.wrap;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The chains and rules of the table. Each chain is a filter of its own at one hook; none of them
 * lets through what another table refuses.
 */
final class Ruleset {
  /** hostVEthInterfacePrefix of azure-container-networking. */
  private static final String POD_LINKS = "azv*";

  /** Kubernetes' KUBE-MARK-MASQ. */
  private static final int MASQUERADE_MARK = 0x4000;

  /** IPv4 header and TCP header without options; IPv6's is 20 bytes larger. */
  private static final int TCP_HEADERS = 40;

  /** Ahead of everybody's reverse path filters, which look at the mark: "raw" is -300. */
  private static final int BEFORE_RAW = -310;

  private static final int MANGLE = -150;

  /** Behind destination NAT at -100, where kube-proxy sets its mark. */
  private static final int AFTER_DSTNAT = -99;

  private static final int FILTER = 0;

  /** Ahead of everybody's source NAT at 100: who binds a connection's source first has it. */
  private static final int BEFORE_SRCNAT = 90;

  static final String CLAMP_CHAIN = "clamp_segment_size";

  private final Transaction to;
  private final FirewallPolicy policy;

  Ruleset(Transaction to, FirewallPolicy policy) {
    this.to = to;
    this.policy = policy;
  }

  /** All chains with their rules. */
  void add(int tunnelMtu) {
    incoming();
    refusedForwards();
    outgoing();
    forwarded();
    to.addBaseChain(CLAMP_CHAIN, "filter", "forward", MANGLE);
    clamp(tunnelMtu);
    if (!policy.hostScope()) {
      translated();
      keepSource();
    }
  }

  /** The rules of the chain that clamps TCP's segment size, in both directions. */
  void clamp(int tunnelMtu) {
    for (String direction : new String[] {"oifname", "iifname"}) {
      for (boolean ipv4 : new boolean[] {true, false}) {
        to.addRule(
            CLAMP_CHAIN,
            List.of(
                equal(meta(direction), policy.device()),
                equal(meta("nfproto"), ipv4 ? "ipv4" : "ipv6"),
                match(
                    "==",
                    binary("&", payload("tcp", "flags"), array(text("syn"), text("rst"))),
                    text("syn")),
                // Never raises it: nft_exthdr.c of the kernel.
                mangle(maximumSegmentSize(), number(tunnelMtu - TCP_HEADERS - (ipv4 ? 0 : 20)))));
      }
    }
  }

  private void incoming() {
    String chain = "incoming";
    to.addBaseChain(chain, "filter", "prerouting", BEFORE_RAW);
    passNeighbourDiscovery(chain);
    to.addRule(
        chain, List.of(match("==", meta("iifname"), anyOf("lo", policy.device())), accept()));
    if (policy.hostScope()) {
      for (boolean ipv4 : new boolean[] {true, false}) {
        List<JsonObject> rule = encryptedForThisNode();
        rule.add(
            equal(address(ipv4, "saddr"), "@" + AddressGroup.PEERS.sets(ipv4).getFirst().name()));
        rule.add(setMarkBits(policy.fwmark()));
        rule.add(accept());
        to.addRule(chain, rule);
      }
    }
    List<JsonObject> handshakes = encryptedForThisNode();
    handshakes.add(accept());
    to.addRule(chain, handshakes);
    to.addRule(chain, List.of(equal(meta("iifname"), POD_LINKS), accept()));
    List<JsonObject> condition = new ArrayList<>();
    if (!policy.hostScope()) {
      // What is for the node itself is in the clear by scope, replies to it included.
      condition.add(different(destinationType(), "local"));
    }
    judge(chain, "saddr", condition, Counter.PLAINTEXT_IN, Counter.REFUSED_IN);
  }

  /** Packets for the device itself, which takes only what it can authenticate. */
  private List<JsonObject> encryptedForThisNode() {
    List<JsonObject> rule = new ArrayList<>();
    rule.add(match("==", payload("udp", "dport"), number(policy.listenPort())));
    rule.add(equal(destinationType(), "local"));
    return rule;
  }

  /** What routing is about to refuse never reaches a hook behind it: it is counted here. */
  private void refusedForwards() {
    if (!policy.strict()) {
      return;
    }
    String chain = "refused_forwards";
    to.addBaseChain(chain, "filter", "prerouting", AFTER_DSTNAT);
    for (AddressGroup.NamedSet set : allSets(AddressGroup.UNTUNNELLED)) {
      List<JsonObject> rule = new ArrayList<>();
      rule.add(without(policy.fwmark()));
      rule.add(different(destinationType(), "local"));
      if (!policy.hostScope()) {
        rule.add(without(MASQUERADE_MARK));
      }
      rule.add(equal(address(set.ipv4(), "daddr"), "@" + set.name()));
      rule.add(count(Counter.REFUSED_OUT));
      to.addRule(chain, rule);
    }
  }

  /** What the node itself sends. Outside host scope that is not ours to judge. */
  private void outgoing() {
    if (!policy.hostScope()) {
      return;
    }
    String chain = "outgoing";
    to.addBaseChain(chain, "filter", "output", FILTER);
    leaving(chain, List.of());
  }

  private void forwarded() {
    String chain = "forwarded";
    to.addBaseChain(chain, "filter", "forward", FILTER);
    leaving(chain, policy.hostScope() ? List.of() : List.of(without(MASQUERADE_MARK)));
  }

  private void leaving(String chain, List<JsonObject> condition) {
    passNeighbourDiscovery(chain);
    to.addRule(
        chain, List.of(match("==", meta("oifname"), anyOf("lo", policy.device())), accept()));
    to.addRule(chain, List.of(equal(meta("oifname"), POD_LINKS), accept()));
    List<JsonObject> conditions = new ArrayList<>();
    conditions.add(without(policy.fwmark()));
    conditions.addAll(condition);
    judge(chain, "daddr", conditions, Counter.PLAINTEXT_OUT, Counter.REFUSED_OUT);
  }

  /**
   * Nodes of one link find each other by the addresses that are refused in the clear. Such packets
   * come from the link itself, or they have a smaller hop limit: RFC 4861 section 7.1.
   */
  private void passNeighbourDiscovery(String chain) {
    if (policy.strict()) {
      to.addRule(
          chain,
          List.of(
              match(
                  "==",
                  payload("icmpv6", "type"),
                  anyOf("nd-neighbor-solicit", "nd-neighbor-advert")),
              match("==", payload("ip6", "hoplimit"), number(255)),
              accept()));
    }
  }

  /** Counts, or counts and refuses, what has an address of others' and is not in the tunnel. */
  private void judge(
      String chain, String field, List<JsonObject> conditions, Counter plaintext, Counter refused) {
    List<AddressGroup.NamedSet> judged = new ArrayList<>(allSets(AddressGroup.UNTUNNELLED));
    if (policy.strict()) {
      for (AddressGroup.NamedSet set : allSets(AddressGroup.EXEMPT)) {
        to.addRule(chain, List.of(equal(address(set.ipv4(), field), "@" + set.name()), accept()));
      }
      judged.addAll(allSets(AddressGroup.TUNNELLED));
      judged.addAll(allSets(AddressGroup.CLUSTER));
    }
    for (AddressGroup.NamedSet set : judged) {
      List<JsonObject> rule = new ArrayList<>(conditions.size() + 3);
      conditions.forEach(condition -> rule.add(condition.deepCopy()));
      rule.add(equal(address(set.ipv4(), field), "@" + set.name()));
      rule.add(count(policy.strict() ? refused : plaintext));
      if (policy.strict()) {
        rule.add(drop());
      }
      to.addRule(chain, rule);
    }
  }

  /**
   * Outside host scope a connection that kube-proxy masquerades passes the tunnel by, and so do the
   * replies of one that came to an address of this node: no peer takes a node's address from the
   * tunnel. kube-proxy's own mark is on the first packet of a connection only, so the connection
   * remembers it.
   */
  private void translated() {
    String remembered = "masqueraded";
    to.addBaseChain(remembered, "filter", "prerouting", AFTER_DSTNAT);
    to.addRule(
        remembered,
        List.of(
            match(
                "==", binary("&", meta("mark"), number(MASQUERADE_MARK)), number(MASQUERADE_MARK)),
            mangle(
                conntrack("mark"),
                binary("|", conntrack("mark"), number(Integer.toUnsignedLong(policy.fwmark()))))));
    String chain = "translated";
    to.addBaseChain(chain, "filter", "prerouting", MANGLE);
    to.addRule(
        chain,
        List.of(
            different(meta("iifname"), policy.device()),
            match(
                "!=",
                binary("&", conntrack("mark"), number(Integer.toUnsignedLong(policy.fwmark()))),
                number(0)),
            setMarkBits(policy.fwmark())));
    to.addRule(
        chain,
        List.of(
            different(meta("iifname"), policy.device()),
            equal(conntrack("direction"), "reply"),
            match("in", conntrack("status"), text("dnat")),
            setMarkBits(policy.fwmark())));
  }

  /** Outside host scope a peer takes only pods' addresses: what goes there keeps its source. */
  private void keepSource() {
    String chain = "keep_source";
    to.addBaseChain(chain, "nat", "postrouting", BEFORE_SRCNAT);
    for (boolean ipv4 : new boolean[] {true, false}) {
      JsonObject translation = new JsonObject();
      translation.addProperty("family", ipv4 ? "ip" : "ip6");
      translation.add("addr", address(ipv4, "saddr"));
      to.addRule(
          chain, List.of(equal(meta("oifname"), policy.device()), wrap("snat", translation)));
    }
  }

  private static JsonObject without(int mark) {
    return match("==", binary("&", meta("mark"), number(Integer.toUnsignedLong(mark))), number(0));
  }

  private static JsonObject address(boolean ipv4, String field) {
    return payload(ipv4 ? "ip" : "ip6", field);
  }

  private static List<AddressGroup.NamedSet> allSets(AddressGroup group) {
    List<AddressGroup.NamedSet> sets = new ArrayList<>(group.sets(true));
    sets.addAll(group.sets(false));
    return sets;
  }
}
