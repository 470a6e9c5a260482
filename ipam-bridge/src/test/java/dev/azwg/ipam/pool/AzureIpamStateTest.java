package dev.azwg.ipam.pool;

import static dev.azwg.ipam.pool.PoolFixtures.address;
import static dev.azwg.ipam.pool.PoolFixtures.resource;
import static dev.azwg.ipam.pool.PoolFixtures.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.ipam.pool.AddressPool.Why;
import dev.azwg.ipam.pool.AddressPool.Withheld;
import dev.azwg.ipam.pool.PoolException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AzureIpamStateTest {
  private static AddressPool parse(String content) throws PoolException {
    return AzureIpamState.parse(
        content.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
        "test",
        List.of(address("10.240.0.4")));
  }

  private static String pool(String subnet, String members) {
    return "{'IPAM':{'AddressSpaces':{'local':{'Pools':{'" + subnet + "':{" + members + "}}}}}}";
  }

  private static String record(String address) {
    return "'" + address + "':{'ID':'','Addr':'" + address + "','InUse':false}";
  }

  @Test
  void theNicsSecondaryAddressesAreThePoolInUseOrNot() throws IOException {
    AddressPool pool =
        AzureIpamState.parse(
            resource("azure-vnet-ipam.json"), "file", List.of(address("10.240.0.4")));
    assertEquals(set("10.240.0.36", "10.240.0.37", "10.240.0.52"), pool.prefixes());
    assertEquals(List.of(), pool.withheld());
  }

  @Test
  void theNodesOwnAddressAndTheGatewayAreNotClaimed() throws PoolException {
    AddressPool pool =
        parse(
            pool(
                "10.240.0.0/16",
                "'Gateway':'10.240.0.1','Addresses':{"
                    + String.join(
                        ",", record("10.240.0.1"), record("10.240.0.4"), record("10.240.0.9"))
                    + "}"));
    assertEquals(set("10.240.0.9"), pool.prefixes());
    assertEquals(
        List.of(
            new Withheld("10.240.0.1/32", Why.GATEWAY),
            new Withheld("10.240.0.4/32", Why.NODE_ADDRESS)),
        pool.withheld());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"{'IPAM':{}}", "{'IPAM':{'AddressSpaces':{'local':{'Pools':{}}}}}", "{'IPAM':null}"})
  void aFileWithoutSubnetsYetIsAnEmptyPool(String content) throws PoolException {
    assertTrue(parse(content).prefixes().isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      value = {
        "; NOT_JSON",
        "{'IPAM':{'Addr; NOT_JSON",
        "[]; NOT_JSON",
        "{'Network':{}}; UNKNOWN_VERSION",
        "{'IPAM':[]}; INVALID_MEMBER",
        "{'IPAM':{'AddressSpaces':{'local':{'Pools':{'10.240.0.0/16':null}}}}}; INVALID_MEMBER",
        "{'IPAM':{'AddressSpaces':{'local':{'Pools':{'eth0':{}}}}}}; ADDRESS"
      })
  void whatIsNoStateFileIsRefused(String content, Reason reason) {
    String text = content == null ? "" : content;
    assertEquals(reason, assertThrows(PoolException.class, () -> parse(text)).reason());
  }

  @ParameterizedTest
  @CsvSource({
    "10.241.0.9, OUTSIDE_SUBNET",
    "fd00::9, OUTSIDE_SUBNET",
    "10.240.0.0/24, ADDRESS",
    "10.240.0.999, ADDRESS",
    "'', INVALID_MEMBER"
  })
  void anAddressThatCannotBeTheNicsIsRefused(String address, Reason reason) {
    String content = pool("10.240.0.0/16", "'Addresses':{" + record(address) + "}");
    assertEquals(reason, assertThrows(PoolException.class, () -> parse(content)).reason());
  }

  @Test
  void moreAddressesThanAnyNicHasAreRefused() {
    String many =
        IntStream.rangeClosed(0, PoolBuilder.MAX_PREFIXES)
            .mapToObj(i -> record("10.240." + (1 + i / 256) + "." + i % 256))
            .collect(Collectors.joining(","));
    String content = pool("10.240.0.0/16", "'Addresses':{" + many + "}");
    assertEquals(
        Reason.TOO_LARGE, assertThrows(PoolException.class, () -> parse(content)).reason());
  }
}
