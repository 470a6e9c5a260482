package dev.azwg.netlink.fake;

/** The calls that {@link FakeKernel} counts and can be told to fail. */
public enum FakeCall {
  SOCKET,
  BIND,
  GETSOCKNAME,
  SETSOCKOPT,
  SEND,
  RECV,
  POLL,
  OPEN,
  CLOSE,
  SETNS,
  FLOCK,
  GETRANDOM
}
