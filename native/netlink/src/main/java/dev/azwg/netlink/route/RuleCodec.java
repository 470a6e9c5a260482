package dev.azwg.netlink.route;

import dev.azwg.netlink.AttributeReader;
import dev.azwg.netlink.AttributeWriter;
import dev.azwg.netlink.NetlinkConstants;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.netlink.NetlinkMessage;
import dev.azwg.netlink.NetlinkRequest;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Rule messages: {@code struct fib_rule_hdr} and {@code FRA_} attributes of linux/fib_rules.h. */
final class RuleCodec {
  private static final int FIB_RULE_HDR_LENGTH = 12;
  private static final int FAMILY_OFFSET = 0;
  private static final int DST_LEN_OFFSET = 1;
  private static final int SRC_LEN_OFFSET = 2;
  private static final int TOS_OFFSET = 3;
  private static final int TABLE_OFFSET = 4;
  private static final int ACTION_OFFSET = 7;
  private static final int FLAGS_OFFSET = 8;

  private static final int FRA_DST = 1;
  private static final int FRA_SRC = 2;
  private static final int FRA_IIFNAME = 3;
  private static final int FRA_GOTO = 4;
  private static final int FRA_PRIORITY = 6;
  private static final int FRA_FWMARK = 10;
  private static final int FRA_SUPPRESS_IFGROUP = 13;
  private static final int FRA_SUPPRESS_PREFIXLEN = 14;
  private static final int FRA_TABLE = 15;
  private static final int FRA_FWMASK = 16;
  private static final int FRA_OIFNAME = 17;
  private static final int FRA_PROTOCOL = 21;
  private static final int FRA_IP_PROTO = 22;
  private static final int FRA_SPORT_RANGE = 23;
  private static final int FRA_DPORT_RANGE = 24;

  private static final int FIB_RULE_INVERT = 0x2;

  private RuleCodec() {}

  static NetlinkRequest dump(int family) {
    byte[] header =
        ByteBuffer.allocate(FIB_RULE_HDR_LENGTH).put(FAMILY_OFFSET, (byte) family).array();
    return new NetlinkRequest(
        "RTM_GETRULE", RouteConstants.RTM_GETRULE, 0, header, new AttributeWriter());
  }

  static NetlinkRequest add(Rule rule) {
    int flags = NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL;
    return request("RTM_NEWRULE", RouteConstants.RTM_NEWRULE, flags, rule);
  }

  static NetlinkRequest delete(Rule rule) {
    return request("RTM_DELRULE", RouteConstants.RTM_DELRULE, 0, rule);
  }

  static Rule decode(NetlinkMessage message) throws NetlinkException {
    int family = message.u8(FAMILY_OFFSET);
    RuleAction action = RuleAction.ofNumber(message.u8(ACTION_OFFSET));
    if (!Prefixes.isFamily(family)) {
      throw message.fault("family " + family, FAMILY_OFFSET);
    }
    if (action == null) {
      throw message.fault("unknown rule action", ACTION_OFFSET);
    }
    Fields fields = new Fields();
    fields.table = message.u8(TABLE_OFFSET);
    AttributeReader attributes = message.attributes(FIB_RULE_HDR_LENGTH);
    while (attributes.next()) {
      fields.read(attributes);
    }
    return new Rule(
        family,
        fields.priority,
        action,
        fields.table,
        fields.target,
        (message.u32(FLAGS_OFFSET) & FIB_RULE_INVERT) != 0,
        fields.fwmark,
        fields.fwmask,
        fields.inputInterface,
        fields.outputInterface,
        prefix(message, fields.source, family, SRC_LEN_OFFSET),
        prefix(message, fields.destination, family, DST_LEN_OFFSET),
        message.u8(TOS_OFFSET),
        fields.ipProtocol,
        fields.sourcePorts,
        fields.destinationPorts,
        fields.protocol,
        fields.suppressPrefixLength,
        fields.suppressGroup);
  }

  private static @Nullable RulePrefix prefix(
      NetlinkMessage message, @Nullable InetAddress address, int family, int lengthOffset)
      throws NetlinkException {
    if (address == null) {
      return null;
    }
    int length = message.u8(lengthOffset);
    if (Prefixes.family(address) != family || length > Prefixes.width(family)) {
      throw message.fault("a selector that does not fit the family", lengthOffset);
    }
    return new RulePrefix(address, length);
  }

  /** What the attributes say, until all have been read. */
  private static final class Fields {
    private int priority;
    private int table;
    private int target;
    private int fwmark;
    private int fwmask;
    private @Nullable String inputInterface;
    private @Nullable String outputInterface;
    private @Nullable InetAddress source;
    private @Nullable InetAddress destination;
    private int ipProtocol;
    private @Nullable PortRange sourcePorts;
    private @Nullable PortRange destinationPorts;
    private int protocol;
    private int suppressPrefixLength = -1;
    private int suppressGroup = -1;

    void read(AttributeReader attributes) throws NetlinkException {
      switch (attributes.type()) {
        case FRA_PRIORITY -> priority = attributes.u32();
        case FRA_TABLE -> table = attributes.u32();
        case FRA_GOTO -> target = attributes.u32();
        case FRA_FWMARK -> fwmark = attributes.u32();
        case FRA_FWMASK -> fwmask = attributes.u32();
        case FRA_IIFNAME -> inputInterface = attributes.string();
        case FRA_OIFNAME -> outputInterface = attributes.string();
        case FRA_SRC -> source = attributes.address();
        case FRA_DST -> destination = attributes.address();
        case FRA_IP_PROTO -> ipProtocol = attributes.u8();
        case FRA_SPORT_RANGE -> sourcePorts = ports(attributes);
        case FRA_DPORT_RANGE -> destinationPorts = ports(attributes);
        case FRA_PROTOCOL -> protocol = attributes.u8();
        case FRA_SUPPRESS_PREFIXLEN -> suppressPrefixLength = attributes.u32();
        case FRA_SUPPRESS_IFGROUP -> suppressGroup = attributes.u32();
        default -> {}
      }
    }
  }

  /** struct fib_rule_port_range: two native 16-bit numbers. */
  private static PortRange ports(AttributeReader attribute) throws NetlinkException {
    ByteBuffer range = ByteBuffer.wrap(attribute.bytes(4)).order(ByteOrder.nativeOrder());
    int first = Short.toUnsignedInt(range.getShort(0));
    int last = Short.toUnsignedInt(range.getShort(2));
    if (first < 1 || last < first || last == 0xffff) {
      throw attribute.fault("ports " + first + " to " + last);
    }
    return new PortRange(first, last);
  }

  private static NetlinkRequest request(String operation, int type, int flags, Rule rule) {
    boolean wide = Integer.compareUnsigned(rule.table(), 0xff) > 0;
    RulePrefix source = rule.source();
    RulePrefix destination = rule.destination();
    byte[] header =
        ByteBuffer.allocate(FIB_RULE_HDR_LENGTH)
            .order(ByteOrder.nativeOrder())
            .put(FAMILY_OFFSET, (byte) rule.family())
            .put(DST_LEN_OFFSET, (byte) (destination == null ? 0 : destination.prefixLength()))
            .put(SRC_LEN_OFFSET, (byte) (source == null ? 0 : source.prefixLength()))
            .put(TOS_OFFSET, (byte) rule.tos())
            .put(TABLE_OFFSET, (byte) (wide ? RouteConstants.RT_TABLE_UNSPEC : rule.table()))
            .put(ACTION_OFFSET, (byte) rule.action().number())
            .putInt(FLAGS_OFFSET, rule.invert() ? FIB_RULE_INVERT : 0)
            .array();
    return new NetlinkRequest(operation, type, flags, header, attributes(rule, wide));
  }

  private static AttributeWriter attributes(Rule rule, boolean wide) {
    AttributeWriter attributes = new AttributeWriter();
    attributes.u32(FRA_PRIORITY, rule.priority());
    if (wide) {
      attributes.u32(FRA_TABLE, rule.table());
    }
    if (rule.action() == RuleAction.GOTO) {
      attributes.u32(FRA_GOTO, rule.target());
    }
    if (rule.fwmask() != 0) {
      attributes.u32(FRA_FWMARK, rule.fwmark()).u32(FRA_FWMASK, rule.fwmask());
    }
    name(attributes, FRA_IIFNAME, rule.inputInterface());
    name(attributes, FRA_OIFNAME, rule.outputInterface());
    prefix(attributes, FRA_SRC, rule.source());
    prefix(attributes, FRA_DST, rule.destination());
    if (rule.ipProtocol() != 0) {
      attributes.u8(FRA_IP_PROTO, rule.ipProtocol());
    }
    ports(attributes, FRA_SPORT_RANGE, rule.sourcePorts());
    ports(attributes, FRA_DPORT_RANGE, rule.destinationPorts());
    if (rule.protocol() != RouteConstants.RTPROT_UNSPEC) {
      attributes.u8(FRA_PROTOCOL, rule.protocol());
    }
    if (rule.suppressPrefixLength() >= 0) {
      attributes.u32(FRA_SUPPRESS_PREFIXLEN, rule.suppressPrefixLength());
    }
    if (rule.suppressGroup() >= 0) {
      attributes.u32(FRA_SUPPRESS_IFGROUP, rule.suppressGroup());
    }
    return attributes;
  }

  private static void name(AttributeWriter attributes, int type, @Nullable String name) {
    if (name != null) {
      attributes.string(type, name);
    }
  }

  private static void prefix(AttributeWriter attributes, int type, @Nullable RulePrefix prefix) {
    if (prefix != null) {
      attributes.address(type, prefix.address());
    }
  }

  private static void ports(AttributeWriter attributes, int type, @Nullable PortRange ports) {
    if (ports != null) {
      byte[] range =
          ByteBuffer.allocate(4)
              .order(ByteOrder.nativeOrder())
              .putShort((short) ports.first())
              .putShort((short) ports.last())
              .array();
      attributes.bytes(type, range);
    }
  }
}
