package dev.azwg.wg.device.kernel;

import dev.azwg.wg.device.WireGuardClientContract;
import dev.azwg.wg.device.WireGuardTestbed;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** The same with every change cut into the smallest possible messages. */
@Tag("network")
class KernelClientSplittingNetworkTest extends WireGuardClientContract {
  @Override
  protected WireGuardTestbed openTestbed() throws IOException, InterruptedException {
    return KernelTestbed.open(SetDeviceEncoder.MIN_LIMIT);
  }
}
