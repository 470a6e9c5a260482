package dev.azwg.wg.device.uapi;

import dev.azwg.wg.device.WireGuardClientContract;
import dev.azwg.wg.device.WireGuardTestbed;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** The userspace client against wireguard-go. */
@Tag("network")
class UapiClientNetworkTest extends WireGuardClientContract {
  @Override
  protected WireGuardTestbed openTestbed() throws IOException, InterruptedException {
    return UserspaceTestbed.open();
  }
}
