package dev.azwg.netlink.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ErrnoTest {
  @ParameterizedTest
  @CsvSource({
    "1, EPERM, Operation not permitted",
    "11, EAGAIN, Resource temporarily unavailable",
    "35, EDEADLK, Resource deadlock avoided",
    "95, EOPNOTSUPP, Operation not supported",
    "105, ENOBUFS, No buffer space available",
    "133, EHWPOISON, Memory page has hardware error",
    "0, success, Success",
    "41, errno 41, Unknown error 41",
    "512, errno 512, Unknown error 512",
  })
  void knowsNameAndMessage(int number, String name, String message) {
    Errno errno = new Errno(number);
    assertEquals(name, errno.name());
    assertEquals(message, errno.message());
    assertEquals(name + " (" + number + ", " + message + ")", errno.toString());
  }

  @Test
  void isTakenFromAResult() {
    assertEquals(Errno.ENOENT, Errno.ofResult(-2));
    assertEquals(Errno.NONE, Errno.ofResult(0));
    assertEquals(Errno.NONE, Errno.ofResult(17));
    assertTrue(Errno.EEXIST.isResult(-17));
    assertFalse(Errno.EEXIST.isResult(17));
    assertThrows(IllegalArgumentException.class, () -> new Errno(-1));
  }
}
