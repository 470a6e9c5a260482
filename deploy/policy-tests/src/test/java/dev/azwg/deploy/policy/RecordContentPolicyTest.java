package dev.azwg.deploy.policy;

import static dev.azwg.deploy.policy.AdmissionRequest.recorded;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no record may say. */
class RecordContentPolicyTest extends PolicyTest {
  private static final String V4_ADDRESS =
      "spec.nodeAddresses has what is not a unicast IPv4 address";
  private static final String V6_ADDRESS =
      "spec.nodeAddresses has what is not a global or unique local IPv6 address";
  private static final String ADDRESS =
      "spec.nodeAddresses has a link-local or multicast address or one of Azure's own";
  private static final String V4_ENDPOINT =
      "spec.endpoints has what is not a unicast IPv4 address with a port";
  private static final String V6_ENDPOINT =
      "spec.endpoints has what is not a global or unique local IPv6 address in brackets with a port";
  private static final String ENDPOINT =
      "spec.endpoints has a link-local or multicast address or one of Azure's own";
  private static final String V4_CLAIM =
      "spec.claims has what is not a range of unicast IPv4 addresses of /20 or longer";
  private static final String V6_CLAIM =
      "spec.claims has what is not a range of global or unique local IPv6 addresses of /64 or longer";
  private static final String CLAIM =
      "spec.claims has a link-local or multicast address or one of Azure's own";

  RecordContentPolicyTest() throws Exception {
    super("record-content.yaml");
  }

  private static AdmissionRequest nodeAddress(String address) {
    return recorded("apply-own")
        .with("object/spec/nodeAddresses", "['10.240.0.4','" + address + "']");
  }

  private static AdmissionRequest endpoint(String endpoint) {
    return recorded("create-own").with("object/spec/endpoints", "['" + endpoint + "']");
  }

  private static AdmissionRequest claim(String prefix) {
    return recorded("apply-own")
        .with(
            "object/spec/claims",
            "[{'prefix':'10.244.1.7/32','since':'2026-01-01T00:00:00Z'},"
                + "{'prefix':'"
                + prefix
                + "','since':'2026-01-01T00:00:00Z'}]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"create-own", "create-own-post", "apply-own", "apply-other", "merge-other"})
  void whatWasRecordedIsAdmitted(String recording) {
    assertAdmitted(recorded(recording));
  }

  @ParameterizedTest
  @ValueSource(strings = {"status-own", "delete-own", "delete-by-garbage-collector"})
  void whatHasNoNewSpecificationIsPassedOver(String recording) {
    assertPassedOver(recorded(recording));
  }

  /** An administrator, too, is told; but not of a record that was bad before. */
  @Test
  void onlyAChangeOfTheSpecificationIsJudged() {
    assertPassedOver(recorded("replace-by-admin"));
    AdmissionRequest bad =
        recorded("replace-by-admin").with("object/spec/nodeAddresses", "['127.0.0.1']");
    assertRefused(V4_ADDRESS, bad);
    assertPassedOver(bad.with("oldObject/spec/nodeAddresses", "['127.0.0.1']"));
    assertAdmitted(recorded("apply-own").with("oldObject/spec", "null"));
  }

  /** What the schema asks for may be missing where a later one does not. */
  @Test
  void aRecordThatSaysNothingIsAdmitted() {
    assertAdmitted(recorded("create-own").with("object/spec", "{}"));
    assertAdmitted(recorded("create-own").with("object/spec", "null"));
  }

  @Test
  void theKeyOfAllZerosIsNoKey() {
    AdmissionRequest own = recorded("create-own");
    assertRefused(
        "spec.publicKey is no key", own.with("object/spec/publicKey", "'" + "A".repeat(43) + "='"));
    assertAdmitted(own.with("object/spec/publicKey", "'" + "A".repeat(42) + "E='"));
    assertAdmitted(own.with("object/spec/publicKey", "null"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0.0.1",
        "10.0.0.255",
        "100.64.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "168.63.129.17",
        "168.63.129.160",
        "169.253.0.1",
        "169.255.0.1",
        "192.168.0.1",
        "223.255.255.255",
        "fd00::",
        "2001:db8::1",
        "2001:db8:1:2:3:4:5:6",
        "fe7f::1",
        "fec0::1",
        "ff::1",
        "fe8::1",
        "f::1"
      })
  void unicastAddressesAreAdmitted(String address) {
    boolean ipv6 = address.contains(":");
    assertAdmitted(nodeAddress(address));
    assertAdmitted(endpoint((ipv6 ? "[" + address + "]" : address) + ":51820"));
    assertAdmitted(claim(address + (ipv6 ? "/128" : "/32")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.255.255",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "10.0.0.256",
        "10.0.0",
        "010.0.0.1",
        "10.0.0.01",
        "1.2.3.4.5",
        "node-a",
        ""
      })
  void whatIsNoUnicastIpv4AddressIsRefused(String address) {
    assertRefused(V4_ADDRESS, nodeAddress(address));
    assertRefused(V4_ENDPOINT, endpoint(address + ":51820"));
    assertRefused(V4_CLAIM, claim(address + "/32"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "0::1",
        "0:0:0:0:0:0:0:1",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "FE80::1",
        "2001:DB8::1",
        "fd00::1%eth0",
        "02001:db8::1",
        "fd00:1"
      })
  void whatIsNoCanonicalUnicastIpv6AddressIsRefused(String address) {
    assertRefused(V6_ADDRESS, nodeAddress(address));
    assertRefused(V6_ENDPOINT, endpoint("[" + address + "]:51820"));
    assertRefused(V6_CLAIM, claim(address + "/128"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "168.63.129.16",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.1.1",
        "fe80::1234:5678:9abc",
        "febf::1",
        "ff02::1",
        "ff0e::1",
        "ffff::1"
      })
  void addressesOfALinkOfAGroupAndOfAzureAreRefused(String address) {
    boolean ipv6 = address.contains(":");
    assertRefused(ADDRESS, nodeAddress(address));
    assertRefused(ENDPOINT, endpoint((ipv6 ? "[" + address + "]" : address) + ":51820"));
    assertRefused(CLAIM, claim(address + (ipv6 ? "/128" : "/32")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.240.0.4",
        "10.240.0.4:0",
        "10.240.0.4:051820",
        "10.240.0.4:123456",
        "10.240.0.4:-1",
        "10.240.0.4:51820/udp",
        "fd00::4:51820",
        "node-a:51820"
      })
  void anEndpointIsAnAddressAndAPort(String endpoint) {
    assertRefused(V4_ENDPOINT, endpoint(endpoint));
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.3.0/24",
    "10.224.0.32/28",
    "10.244.16.0/20",
    "10.244.3.7/32",
    "168.62.0.0/20",
    "fd12:3456:789a::/64",
    "fd12:3456:789a:0:3::/112"
  })
  void rangesOfANodeAreAdmitted(String prefix) {
    assertAdmitted(claim(prefix));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.244.0.0/16",
        "10.244.0.0/19",
        "10.244.3.0/33",
        "10.244.3.0",
        "10.244.3.0/024"
      })
  void rangesOfManyNodesAreRefused(String prefix) {
    assertRefused(V4_CLAIM, claim(prefix));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::/0",
        "2000::/3",
        "fd00::/8",
        "fd00:10::/63",
        "fd00:10::/129",
        "fd00:10::",
        "fd00:10::/064"
      })
  void rangesOfManyNodesAreRefusedInIpv6Too(String prefix) {
    assertRefused(V6_CLAIM, claim(prefix));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "168.63.129.0/24",
        "168.63.128.0/20",
        "168.63.129.16/28",
        "168.63.129.16/31",
        "168.63.129.17/31",
        "168.63.1.0/30",
        "169.254.16.0/20",
        "169.254.1.1/32",
        "fe80::/64",
        "ff02::/64"
      })
  void rangesWithForbiddenAddressesAreRefused(String prefix) {
    assertRefused(CLAIM, claim(prefix));
  }
}
