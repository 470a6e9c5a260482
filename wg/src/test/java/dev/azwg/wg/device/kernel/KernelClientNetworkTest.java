package dev.azwg.wg.device.kernel;

import dev.azwg.wg.device.WireGuardClientContract;
import dev.azwg.wg.device.WireGuardTestbed;
import java.io.IOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The kernel client against a kernel that has WireGuard; skipped on others. */
@Tag("network")
class KernelClientNetworkTest {
  /** As it is used. */
  @Nested
  class WithLargeMessages extends WireGuardClientContract {
    @Override
    protected WireGuardTestbed openTestbed() throws IOException, InterruptedException {
      return KernelTestbed.open(32 << 10);
    }
  }

  /** With every change cut into the smallest possible messages. */
  @Nested
  class WithSmallestMessages extends WireGuardClientContract {
    @Override
    protected WireGuardTestbed openTestbed() throws IOException, InterruptedException {
      return KernelTestbed.open(SetDeviceEncoder.MIN_LIMIT);
    }
  }
}
