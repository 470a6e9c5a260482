package dev.azwg.ipam.address;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunnelPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "10.244.3.27/32, ",
    "172.30.0.5/32, ",
    "168.63.129.15/32, ",
    "168.63.129.17/32, ",
    "169.253.255.255/32, ",
    "240.0.0.1/32, ",
    "fd12:3456:789a:0:2::1b/128, ",
    "2001:db8::1/128, ",
    "fec0::1/128, ",
    "::2/128, ",
    "0.0.0.0/32, UNSPECIFIED",
    "::/128, UNSPECIFIED",
    "127.0.0.1/32, LOOPBACK",
    "::1/128, LOOPBACK",
    "169.254.1.1/32, LINK_LOCAL",
    "169.254.169.254/32, LINK_LOCAL",
    "fe80::1234:5678:9abc/128, LINK_LOCAL",
    "febf::1/128, LINK_LOCAL",
    "224.0.0.5/32, MULTICAST",
    "ff02::1/128, MULTICAST",
    "255.255.255.255/32, BROADCAST",
    "168.63.129.16/32, AZURE_HOST",
    "168.63.128.0/17, AZURE_HOST",
    "0.0.0.0/0, UNSPECIFIED",
    "::/0, UNSPECIFIED",
    "128.0.0.0/1, LINK_LOCAL",
  })
  void forbids(String prefix, TunnelPolicy.Rule rule) throws AddressException {
    assertEquals(rule, TunnelPolicy.forbidding(IpPrefix.parse(prefix)));
  }
}
