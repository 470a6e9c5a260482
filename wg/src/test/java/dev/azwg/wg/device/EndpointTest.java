package dev.azwg.wg.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:51820, 192.0.2.1:51820",
    "192.0.2.1:1, 192.0.2.1:1",
    "192.0.2.1:65535, 192.0.2.1:65535",
    "[2001:db8::1]:51820, [2001:db8::1]:51820",
    "[2001:DB8:0:0:0:0:0:1]:51820, [2001:db8::1]:51820",
    "[::]:9, [::]:9",
  })
  void readsAndPrints(String text, String canonical) {
    Endpoint endpoint = Endpoint.parse(text).orElseThrow();
    assertEquals(canonical, endpoint.toString());
    assertEquals(Optional.of(endpoint), Endpoint.parse(canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":51820",
        "192.0.2.1",
        "192.0.2.1:",
        "192.0.2.1:0",
        "192.0.2.1:65536",
        "192.0.2.1:99999",
        "192.0.2.1:123456",
        "192.0.2.1:051",
        "192.0.2.1:+5",
        "192.0.2.1:-5",
        "192.0.2.1:5 ",
        " 192.0.2.1:5",
        "192.0.2:5",
        "192.0.2.01:5",
        "[192.0.2.1]:5",
        "2001:db8::1:5",
        "[2001:db8::1]5",
        "[2001:db8::1]",
        "[2001:db8::1:5",
        "2001:db8::1]:5",
        "[fe80::1%eth0]:5",
        "[]:5",
        "localhost:5",
        "node-1.example.com:51820",
        "192.0.2.1:\u0665",
      })
  void refuses(String text) {
    assertEquals(Optional.empty(), Endpoint.parse(text));
  }

  @Test
  void hasAPortAndNoZone() throws UnknownHostException {
    InetAddress address = InetAddress.ofLiteral("192.0.2.1");
    assertThrows(IllegalArgumentException.class, () -> new Endpoint(address, 0));
    assertThrows(IllegalArgumentException.class, () -> new Endpoint(address, 65536));
    InetAddress zoned =
        Inet6Address.getByAddress(null, InetAddress.ofLiteral("fe80::1").getAddress(), 2);
    assertThrows(IllegalArgumentException.class, () -> new Endpoint(zoned, 5));
  }
}
