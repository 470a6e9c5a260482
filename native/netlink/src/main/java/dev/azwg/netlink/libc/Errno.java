package dev.azwg.netlink.libc;

/**
 * An error number of the kernel, as a value: comparable, printable, and able to hold numbers that
 * this library has no name for.
 *
 * @param number the positive number of errno.h, or 0 for "no error"
 */
public record Errno(int number) {
  public static final Errno NONE = new Errno(0);
  public static final Errno EPERM = new Errno(1);
  public static final Errno ENOENT = new Errno(2);
  public static final Errno ESRCH = new Errno(3);
  public static final Errno EINTR = new Errno(4);
  public static final Errno EBADF = new Errno(9);
  public static final Errno EAGAIN = new Errno(11);
  public static final Errno EACCES = new Errno(13);
  public static final Errno EBUSY = new Errno(16);
  public static final Errno EEXIST = new Errno(17);
  public static final Errno ENODEV = new Errno(19);
  public static final Errno ENOTDIR = new Errno(20);
  public static final Errno EISDIR = new Errno(21);
  public static final Errno EINVAL = new Errno(22);
  public static final Errno ENOTTY = new Errno(25);
  public static final Errno ERANGE = new Errno(34);
  public static final Errno ENAMETOOLONG = new Errno(36);
  public static final Errno EMSGSIZE = new Errno(90);
  public static final Errno ENOPROTOOPT = new Errno(92);
  public static final Errno EPROTONOSUPPORT = new Errno(93);
  public static final Errno EOPNOTSUPP = new Errno(95);
  public static final Errno EAFNOSUPPORT = new Errno(97);
  public static final Errno EADDRINUSE = new Errno(98);
  public static final Errno EADDRNOTAVAIL = new Errno(99);
  public static final Errno ENETDOWN = new Errno(100);
  public static final Errno ENETUNREACH = new Errno(101);
  public static final Errno ENOBUFS = new Errno(105);
  public static final Errno ENOTCONN = new Errno(107);
  public static final Errno EHOSTUNREACH = new Errno(113);

  public Errno {
    if (number < 0) {
      throw new IllegalArgumentException("errno " + number + " is negative");
    }
  }

  /** The error in a result of {@link Libc}: {@link #NONE} if the call succeeded. */
  public static Errno ofResult(int result) {
    return result < 0 ? new Errno(-result) : NONE;
  }

  /** Whether {@code result}, as {@link Libc} returned it, is this error. */
  public boolean isResult(int result) {
    return result == -number;
  }

  /** The macro's name, such as {@code ENOENT}; {@code errno N} for an unknown number. */
  public String name() {
    if (number == 0) {
      return "success";
    }
    String name = ErrnoNames.name(number);
    return name.isEmpty() ? "errno " + number : name;
  }

  /** The text of strerror(3) in English, such as {@code No such file or directory}. */
  public String message() {
    if (number == 0) {
      return "Success";
    }
    String message = ErrnoNames.message(number);
    return message.isEmpty() ? "Unknown error " + number : message;
  }

  /** Name, number and text: {@code ENOENT (2, No such file or directory)}. */
  @Override
  public String toString() {
    return name() + " (" + number + ", " + message() + ")";
  }
}
