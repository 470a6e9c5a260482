package dev.azwg.wg.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Whether the kernel receives a device's packets in a thread of its own for each queue: {@code
 * /sys/class/net/DEVICE/threaded} (Documentation/networking/napi.rst). A WireGuard device has one
 * queue for each peer, so it can only be set once there is a peer.
 */
public final class NapiThreading {
  /** What the operator wants. */
  public enum Wish {
    /** Threads. */
    ON,
    /** Software interrupts. */
    OFF,
    /** Whatever it is. */
    LEAVE
  }

  /** What came of it. */
  public enum Outcome {
    /** It was so before, or is not to be changed. */
    UNCHANGED,
    /** It has been changed. */
    CHANGED,
    /** The kernel has no such setting (before 5.12), or refuses it for this device (EOPNOTSUPP). */
    NOT_SUPPORTED
  }

  private final Path file;
  private final Wish wish;

  /**
   * The setting of a device.
   *
   * @param devices {@code /sys/class/net}
   */
  public NapiThreading(Path devices, String device, Wish wish) {
    this.file = devices.resolve(device).resolve("threaded");
    this.wish = Objects.requireNonNull(wish);
  }

  /** Brings the setting to what is wanted. That it cannot be is no failure: all works without. */
  public Outcome apply() {
    if (wish == Wish.LEAVE) {
      return Outcome.UNCHANGED;
    }
    String wanted = wish == Wish.ON ? "1" : "0";
    try {
      if (Files.readString(file).strip().equals(wanted)) {
        return Outcome.UNCHANGED;
      }
      Files.write(file, (wanted + "\n").getBytes(StandardCharsets.US_ASCII));
      return Outcome.CHANGED;
    } catch (IOException e) {
      return Outcome.NOT_SUPPORTED;
    }
  }
}
