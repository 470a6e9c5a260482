package dev.azwg.wg.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.azwg.netlink.libc.JnaLibc;
import dev.azwg.netlink.libc.Libc;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class KernelRandomTest {
  @Test
  void theKernelFillsAllOfIt() throws IOException {
    byte[] one = new byte[4096];
    byte[] other = new byte[4096];
    KernelRandom random = new KernelRandom(new JnaLibc());
    random.fill(one);
    random.fill(other);
    assertTrue(!Arrays.equals(one, other));
    assertTrue(!Arrays.equals(Arrays.copyOfRange(one, 4064, 4096), new byte[32]));
  }

  @Test
  void goesOnAfterAShortAnswerAndAnInterrupt() throws IOException {
    int[] call = {0};
    Libc libc =
        withGetrandom(buffer -> {
          Arrays.fill(buffer, (byte) ++call[0]);
          return call[0] == 2 ? -4 : 3;
        });
    byte[] bytes = new byte[7];
    new KernelRandom(libc).fill(bytes);
    assertArrayEquals(new byte[] {1, 1, 1, 3, 3, 3, 4}, bytes);
    assertEquals(4, call[0]);
  }

  @Test
  void anErrorIsAnError() {
    assertThrows(
        IOException.class, () -> new KernelRandom(withGetrandom(b -> -38)).fill(new byte[32]));
    assertThrows(
        IOException.class, () -> new KernelRandom(withGetrandom(b -> 0)).fill(new byte[32]));
  }

  private static Libc withGetrandom(ToIntFunction<byte[]> getrandom) {
    return (Libc)
        Proxy.newProxyInstance(
            Libc.class.getClassLoader(),
            new Class<?>[] {Libc.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("getrandom")) {
                throw new UnsupportedOperationException(method.getName());
              }
              return getrandom.applyAsInt((byte[]) arguments[0]);
            });
  }
}
