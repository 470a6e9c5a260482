package dev.azwg.wg.device.kernel;

import dev.azwg.wg.device.WireGuardClientContract;
import dev.azwg.wg.device.WireGuardTestbed;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** The kernel client against a kernel that has WireGuard; skipped on others. */
@Tag("network")
class KernelClientNetworkTest extends WireGuardClientContract {
  @Override
  protected WireGuardTestbed openTestbed() throws IOException, InterruptedException {
    return KernelTestbed.open(KernelClient.MESSAGE_LIMIT);
  }
}
