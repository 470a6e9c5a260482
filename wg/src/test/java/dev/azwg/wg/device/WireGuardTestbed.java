package dev.azwg.wg.device;

import java.io.IOException;

/** A WireGuard device in a network namespace of its own, the client under test, and wg(8). */
public interface WireGuardTestbed extends AutoCloseable {
  /** The client under test. */
  WireGuardClient client();

  /** The device's name. */
  String device();

  /** Runs a command where the device is, and returns its standard output. It must succeed. */
  String run(String... command) throws IOException, InterruptedException;

  /** Removes the device and what it was in. */
  @Override
  void close() throws IOException;
}
