/*
 * Which sizes pass between two places, both ways, with their content intact.
 *
 *   size-probe serve PORT SECONDS
 *   size-probe probe ADDRESS PORT PATIENCE_MS udp|tcp|all SIZES
 *
 * serve: prints "ready" once it listens on UDP and TCP; ends after SECONDS or on SIGTERM.
 *
 * probe: SIZES is a list of numbers and ranges, such as 64,1280-1500: UDP payloads in bytes. Each is sent to the server,
 * which says in a small packet whether it came whole, and sends as much back. A packet may be lost twice: the first one
 * over a path's MTU is, by the way that this MTU is found out. TCP: one connection for each transfer, of lengths around
 * multiples of the segment size and of TCP_LARGE, first towards the server and then from it. Every datagram and transfer carries a
 * hash (FNV-1a, 64 bits) of its content. Prints four lines (two, if only one protocol was asked for), "out" being towards
 * the server:
 *   udp-out|udp-back|tcp-out|tcp-back ok=N of=N retried=N mss=N failed=SIZE,SIZE...
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_UDP = 65507,
  MAX_SIZES = 4096,
  TRIES = 3,
  FAILED_TEXT = 120,
  GIVE_UP_TRIES_AFTER = 5, /* failures, from which on a size has one try */
  GIVE_UP_TCP_AFTER = 2,
  TCP_LARGE = 1 << 20,
  TCP_MAX = 16 << 20,
  MAX_SECONDS = 3600,
};

static const uint32_t MAGIC = 0x617a7770;

enum kind { REQUEST, VERDICT, ECHO, UPLOAD, DOWNLOAD };

struct header {
  uint32_t magic, kind, id, size; /* size: of the datagram or transfer */
  uint64_t hash;                  /* of what follows the header */
  uint32_t good, reserved;
};

struct column {
  int ok, of, retried, mss, failures;
  char failed[FAILED_TEXT];
};

static union {
  struct header header;
  uint8_t bytes[MAX_UDP];
} out, in;

static void fail(const char *what) {
  fprintf(stderr, "size-probe: %s: %s\n", what, strerror(errno));
  exit(1);
}

static long number(const char *text, char **end, const char *what, long least, long most) {
  errno = 0;
  long value = strtol(text, end, 10);
  if (errno || *end == text || value < least || value > most) {
    fprintf(stderr, "size-probe: %s must be a number from %ld to %ld: %s\n", what, least, most, text);
    exit(2);
  }
  return value;
}

static long whole_number(const char *text, const char *what, long least, long most) {
  char *end;
  long value = number(text, &end, what, least, most);
  if (*end) {
    fprintf(stderr, "size-probe: %s is not a number: %s\n", what, text);
    exit(2);
  }
  return value;
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static uint64_t hash_of(const uint8_t *bytes, size_t size) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
  return hash;
}

/* Content that no two datagrams share (xorshift64). */
static void fill(uint8_t *bytes, size_t size, uint64_t seed) {
  uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  for (size_t i = 0; i < size; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    bytes[i] = (uint8_t)state;
  }
}

/* Makes the datagram in out; a size that the header alone fills has no content. */
static void compose(enum kind kind, uint32_t id, size_t size) {
  uint8_t *content = out.bytes + sizeof out.header;
  fill(content, size - sizeof out.header, ((uint64_t)id << 8) + kind);
  out.header = (struct header){
      .magic = MAGIC, .kind = kind, .id = id, .size = (uint32_t)size, .hash = hash_of(content, size - sizeof out.header)};
}

/* Whether the datagram of that length in in is whole. */
static int whole(size_t length) {
  return length == in.header.size &&
         hash_of(in.bytes + sizeof in.header, length - sizeof in.header) == in.header.hash;
}

static void answer_datagram(int socket) {
  struct sockaddr_in from;
  socklen_t from_length = sizeof from;
  ssize_t length = recvfrom(socket, in.bytes, sizeof in, 0, (struct sockaddr *)&from, &from_length);
  if (length < (ssize_t)sizeof in.header || in.header.magic != MAGIC || in.header.kind != REQUEST) return;
  struct header verdict = {
      .magic = MAGIC, .kind = VERDICT, .id = in.header.id, .size = sizeof verdict, .good = (uint32_t)whole((size_t)length)};
  sendto(socket, &verdict, sizeof verdict, 0, (struct sockaddr *)&from, from_length);
  compose(ECHO, in.header.id, (size_t)length);
  sendto(socket, out.bytes, (size_t)length, 0, (struct sockaddr *)&from, from_length);
}

static void set_patience(int socket, long ms) {
  struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

static int write_all(int socket, const void *data, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t n = send(socket, (const uint8_t *)data + done, size - done, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    done += (size_t)n;
  }
  return 1;
}

static int read_all(int socket, void *data, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t n = recv(socket, (uint8_t *)data + done, size - done, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    done += (size_t)n;
  }
  return 1;
}

static uint8_t *memory(size_t size) {
  uint8_t *bytes = malloc(size ? size : 1);
  if (!bytes) fail("out of memory");
  return bytes;
}

static int send_content(int socket, struct header header) {
  uint8_t *content = memory(header.size);
  fill(content, header.size, ((uint64_t)header.id << 8) + header.kind);
  header.hash = hash_of(content, header.size);
  int sent = write_all(socket, &header, sizeof header) && write_all(socket, content, header.size);
  free(content);
  return sent;
}

static int receive_content(int socket, struct header header) {
  uint8_t *content = memory(header.size);
  int whole = read_all(socket, content, header.size) && hash_of(content, header.size) == header.hash;
  free(content);
  return whole;
}

static void answer_connection(int socket) {
  struct header header;
  if (!read_all(socket, &header, sizeof header) || header.magic != MAGIC || header.size > TCP_MAX) return;
  if (header.kind == DOWNLOAD) {
    if (send_content(socket, header)) {
      char end; /* the client closes when it has everything */
      (void)!read_all(socket, &end, 1);
    }
  } else if (header.kind == UPLOAD) {
    header.good = (uint32_t)receive_content(socket, header);
    write_all(socket, &header, sizeof header);
  }
}

static int run_server(char **arguments) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  at.sin_port = htons((uint16_t)whole_number(arguments[0], "PORT", 1, 65535));
  unsigned seconds = (unsigned)whole_number(arguments[1], "SECONDS", 1, MAX_SECONDS);
  int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  if (udp < 0 || tcp < 0) fail("socket");
  setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(udp, (struct sockaddr *)&at, sizeof at) < 0 || bind(tcp, (struct sockaddr *)&at, sizeof at) < 0) fail("bind");
  if (listen(tcp, 8) < 0) fail("listen");
  signal(SIGCHLD, SIG_IGN);
  alarm(seconds);
  puts("ready");
  fflush(stdout);
  struct pollfd waits[] = {{.fd = udp, .events = POLLIN}, {.fd = tcp, .events = POLLIN}};
  while (1) {
    if (poll(waits, 2, -1) < 0 && errno != EINTR) fail("poll");
    if (waits[0].revents & POLLIN) answer_datagram(udp);
    if (!(waits[1].revents & POLLIN)) continue;
    int connection = accept(tcp, NULL, NULL);
    if (connection < 0) continue;
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      alarm(seconds);
      set_patience(connection, 30000);
      answer_connection(connection);
      _exit(0);
    }
    close(connection);
  }
}

static void note_failure(struct column *column, long size) {
  size_t used = strlen(column->failed);
  column->failures++;
  if (used + 24 < FAILED_TEXT) {
    snprintf(column->failed + used, FAILED_TEXT - used, "%s%ld", used ? "," : "", size);
  } else if (column->failed[used - 1] != '.') {
    strcat(column->failed, "...");
  }
}

static void note(struct column *column, long size, int ok) {
  column->of++;
  if (ok) {
    column->ok++;
  } else {
    note_failure(column, size);
  }
}

static void probe_datagram(int socket, uint32_t id, long size, long patience, struct column *there, struct column *back) {
  int arrived = 0, returned = 0, tries = there->failures + back->failures < GIVE_UP_TRIES_AFTER ? TRIES : 1;
  for (int try = 0; try < tries && !(arrived && returned); try++) {
    if (try > 0) {
      there->retried += !arrived;
      back->retried += arrived;
    }
    compose(REQUEST, id, (size_t)size);
    /* EMSGSIZE and the like: the next try knows better, or none does. */
    (void)!send(socket, out.bytes, (size_t)size, 0);
    for (int64_t until = milliseconds() + patience; !(arrived && returned);) {
      int64_t left = until - milliseconds();
      struct pollfd wait = {.fd = socket, .events = POLLIN};
      if (left <= 0 || poll(&wait, 1, (int)left) <= 0) break;
      ssize_t length = recv(socket, in.bytes, sizeof in, 0);
      if (length < (ssize_t)sizeof in.header || in.header.magic != MAGIC || in.header.id != id) continue;
      if (in.header.kind == VERDICT && in.header.good) arrived = 1;
      if (in.header.kind == ECHO && length == size && whole((size_t)length)) returned = 1;
    }
  }
  note(there, size, arrived);
  note(back, size, returned);
}

static int connected(int type, const struct sockaddr_in *to, long patience) {
  int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  set_patience(fd, patience);
  if (connect(fd, (const struct sockaddr *)to, sizeof *to) == 0) return fd;
  close(fd);
  return -1;
}

static int transfer(const struct sockaddr_in *to, enum kind kind, uint32_t id, long length, long patience, int *mss) {
  int socket = connected(SOCK_STREAM, to, patience), good = 0;
  if (socket < 0) return 0;
  struct header header = {.magic = MAGIC, .kind = kind, .id = id, .size = (uint32_t)length};
  if (kind == UPLOAD) {
    good = send_content(socket, header) && read_all(socket, &header, sizeof header) && header.good;
  } else {
    good = write_all(socket, &header, sizeof header) && read_all(socket, &header, sizeof header) &&
           header.size == (uint32_t)length && receive_content(socket, header);
  }
  socklen_t size = sizeof *mss;
  getsockopt(socket, IPPROTO_TCP, TCP_MAXSEG, mss, &size);
  close(socket);
  return good;
}

static void probe_tcp(const struct sockaddr_in *to, enum kind kind, long patience, struct column *column) {
  static const int multiples[] = {1, 2, 3, 10};
  uint32_t id = 1;
  int unused;
  note(column, 1, transfer(to, kind, id++, 1, patience, &column->mss));
  for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++) {
    for (int beside = -1; beside <= 1; beside++) {
      long length = (long)multiples[i] * column->mss + beside;
      /* Each failure takes the whole patience. */
      int ok = column->failures < GIVE_UP_TCP_AFTER && length > 0 && transfer(to, kind, id++, length, patience, &unused);
      note(column, length, ok);
    }
  }
  int ok = column->failures < GIVE_UP_TCP_AFTER && transfer(to, kind, id, TCP_LARGE, patience, &unused);
  note(column, TCP_LARGE, ok);
}

static void print(const char *name, const struct column *column) {
  printf("%s ok=%d of=%d retried=%d mss=%d failed=%s\n", name, column->ok, column->of, column->retried, column->mss,
         column->failed[0] ? column->failed : "-");
}

static int parse_sizes(char *text, long *sizes) {
  int count = 0;
  while (1) {
    long first = number(text, &text, "a size", sizeof(struct header), MAX_UDP), last = first;
    if (*text == '-') last = number(text + 1, &text, "a size", first, MAX_UDP);
    for (long size = first; size <= last; size++) {
      if (count == MAX_SIZES) {
        fprintf(stderr, "size-probe: more than %d sizes\n", MAX_SIZES);
        exit(2);
      }
      sizes[count++] = size;
    }
    if (!*text) return count;
    if (*text++ != ',') {
      fprintf(stderr, "size-probe: not a list of sizes\n");
      exit(2);
    }
  }
}

static int run_probe(char **arguments) {
  struct sockaddr_in to = {.sin_family = AF_INET};
  if (inet_pton(AF_INET, arguments[0], &to.sin_addr) != 1) {
    fprintf(stderr, "size-probe: not an IPv4 address: %s\n", arguments[0]);
    return 2;
  }
  to.sin_port = htons((uint16_t)whole_number(arguments[1], "PORT", 1, 65535));
  long patience = whole_number(arguments[2], "PATIENCE_MS", 1, 60000);
  static long sizes[MAX_SIZES];
  int count = parse_sizes(arguments[4], sizes);
  static struct column there, back;
  if (strcmp(arguments[3], "tcp") != 0) {
    int socket = connected(SOCK_DGRAM, &to, patience);
    if (socket < 0) fail("connect");
    for (int i = 0; i < count; i++) probe_datagram(socket, (uint32_t)i + 1, sizes[i], patience, &there, &back);
    print("udp-out", &there);
    print("udp-back", &back);
  }
  if (strcmp(arguments[3], "udp") != 0) {
    memset(&there, 0, sizeof there);
    memset(&back, 0, sizeof back);
    probe_tcp(&to, UPLOAD, patience * 10, &there);
    probe_tcp(&to, DOWNLOAD, patience * 10, &back);
    print("tcp-out", &there);
    print("tcp-back", &back);
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "serve") == 0) return run_server(argv + 2);
  if (argc == 7 && strcmp(argv[1], "probe") == 0) return run_probe(argv + 2);
  fprintf(stderr, "usage: size-probe serve PORT SECONDS | size-probe probe ADDRESS PORT PATIENCE_MS udp|tcp|all SIZES\n");
  return 2;
}
