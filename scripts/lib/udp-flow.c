/*
 * Paced UDP packets with sequence numbers and times, and what became of them.
 *
 *   udp-flow send ADDRESS PORT FLOWS RATE SIZE SECONDS RUN
 *   udp-flow receive PORT FLOWS SECONDS RUN
 *
 * send: RATE packets a second with SIZE bytes of payload, dealt out in turn to FLOWS sockets, so many source ports. Never more
 * than BURST_MS' worth in one go: who was kept from sending for longer sends later, not faster. Ends after SECONDS, or in good order
 * on SIGTERM. Each flow ends with marks that tell how many packets it had. Prints one line:
 *   sent=N refused=N rate=N pause_ms=N     refused: by this host's own kernel, counted as sent; pause: the longest between two
 *
 * receive: prints "ready" once it listens, and ends half a second after the last flow's mark, at the latest after SECONDS.
 * Packets with another RUN are not counted. Prints
 *   received=N duplicated=N reordered=N ended=FLOWS expected=N overflowed=N gap_ms=N delay_ms=N
 * where gap is the longest time within any flow without a packet, delay the longest from send to receive (both ends have
 * one clock), overflowed what this socket's own buffer could not take, expected the sum of the marks; before it, at most
 * MAX_LINES each of
 *   gap flow=F from_us=T to_us=T skipped=N   times in microseconds since 1970; how many numbers the packet after it
 *                                          left out; if none, at least LATE_MS long
 *   missing flow=F first=SEQ count=N after_us=T   sent after T
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_FLOWS = 64,
  MAX_PACKETS = 1 << 24, /* of one flow */
  MAX_SIZE = 65507,
  MAX_SECONDS = 3600,
  MAX_RATE = 10000000,
  MAX_LINES = 400,
  LATE_MS = 100,
  BURST_MS = 5,
  BUFFER_BYTES = 64 << 20,
  END_MARKS = 10,
  END_MARK_SPACING_MS = 20,
  SETTLE_MS = 200, /* what is under way arrives before the marks */
  DRAIN_MS = 500,
  BATCH = 64,
};

static const uint32_t MAGIC = 0x617a7766;

struct header {
  uint32_t magic, run, flow, is_end;
  uint64_t sequence; /* in a mark: how many there were */
  int64_t sent_at;   /* CLOCK_MONOTONIC, nanoseconds */
};

struct flow {
  uint8_t *seen;
  int64_t *marks; /* when every MARK_EVERY-th packet was sent */
  uint64_t received, duplicated, reordered, next, expected;
  int64_t last_at;
  int ended;
};

enum { MARK_EVERY = 256 };

static volatile sig_atomic_t stopped;

static void stop(int signal) {
  (void)signal;
  stopped = 1;
}

static void fail(const char *what) {
  fprintf(stderr, "udp-flow: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void sleep_until(int64_t time) {
  struct timespec until = {.tv_sec = time / 1000000000, .tv_nsec = time % 1000000000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static long number(const char *text, const char *what, long least, long most) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno || end == text || *end || value < least || value > most) {
    fprintf(stderr, "udp-flow: %s must be a number from %ld to %ld, not %s\n", what, least, most, text);
    exit(2);
  }
  return value;
}

/* The kernel's own refusal (no route, no buffer, an ICMP error that came back) is a packet lost, not the end. */
static int send_packet(int socket, const void *packet, size_t size) {
  for (;;) {
    if (send(socket, packet, size, 0) >= 0) return 1;
    if (errno != EINTR) return 0;
  }
}

static int run_sender(char **arguments) {
  struct sockaddr_in to = {.sin_family = AF_INET};
  if (inet_pton(AF_INET, arguments[0], &to.sin_addr) != 1) {
    fprintf(stderr, "udp-flow: not an IPv4 address: %s\n", arguments[0]);
    return 2;
  }
  to.sin_port = htons((uint16_t)number(arguments[1], "PORT", 1, 65535));
  int flows = (int)number(arguments[2], "FLOWS", 1, MAX_FLOWS);
  long rate = number(arguments[3], "RATE", 1, MAX_RATE);
  size_t size = (size_t)number(arguments[4], "SIZE", sizeof(struct header), MAX_SIZE);
  long seconds = number(arguments[5], "SECONDS", 1, MAX_SECONDS);
  uint32_t run = (uint32_t)number(arguments[6], "RUN", 0, UINT32_MAX);
  int sockets[MAX_FLOWS];
  uint64_t sequence[MAX_FLOWS] = {0};
  for (int i = 0; i < flows; i++) {
    sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sockets[i] < 0 || connect(sockets[i], (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
  }
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  prctl(PR_SET_TIMERSLACK, 1UL);
  static union {
    struct header header;
    uint8_t bytes[MAX_SIZE];
  } packet;
  for (size_t i = 0; i < size; i++) packet.bytes[i] = (uint8_t)(i * 131 + 7);
  packet.header = (struct header){.magic = MAGIC, .run = run};

  const double interval = 1e9 / (double)rate;
  const double burst = (double)rate * BURST_MS / 1e3 > 1 ? (double)rate * BURST_MS / 1e3 : 1;
  uint64_t sent = 0, refused = 0;
  int64_t begun = nanoseconds(CLOCK_MONOTONIC), last = begun, pause = 0;
  int64_t deadline = begun + seconds * INT64_C(1000000000);
  double due_at = (double)begun;
  while (!stopped) {
    int64_t now = nanoseconds(CLOCK_MONOTONIC);
    if (now >= deadline) break;
    if ((double)now - due_at > burst * interval) due_at = (double)now - burst * interval;
    while (due_at <= (double)now) {
      int flow = (int)(sent % (uint64_t)flows);
      if (sequence[flow] >= MAX_PACKETS) {
        stopped = 1;
        break;
      }
      packet.header.flow = (uint32_t)flow;
      packet.header.sequence = sequence[flow]++;
      packet.header.sent_at = nanoseconds(CLOCK_MONOTONIC);
      if (packet.header.sent_at - last > pause) pause = packet.header.sent_at - last;
      last = packet.header.sent_at;
      if (!send_packet(sockets[flow], &packet, size)) refused++;
      sent++;
      due_at += interval;
    }
    sleep_until((int64_t)due_at);
  }
  int64_t ended = nanoseconds(CLOCK_MONOTONIC);
  sleep_until(ended + SETTLE_MS * 1000000);
  packet.header.is_end = 1;
  for (int mark = 0; mark < END_MARKS; mark++) {
    for (int i = 0; i < flows; i++) {
      packet.header.flow = (uint32_t)i;
      packet.header.sequence = sequence[i];
      send_packet(sockets[i], &packet, sizeof packet.header);
    }
    sleep_until(nanoseconds(CLOCK_MONOTONIC) + END_MARK_SPACING_MS * 1000000);
  }
  printf("sent=%llu refused=%llu rate=%.0f pause_ms=%.1f\n", (unsigned long long)sent, (unsigned long long)refused,
         (double)sent * 1e9 / (double)(ended - begun), (double)pause / 1e6);
  return 0;
}

static int64_t realtime_offset;

static long long as_us(int64_t monotonic) {
  return (long long)((monotonic + realtime_offset) / 1000);
}

static int64_t longest_gap, longest_delay;

static void take(struct flow *flow, int number, const struct header *header, int64_t now) {
  static int lines;
  if (header->is_end) {
    if (!flow->ended) flow->expected = header->sequence;
    flow->ended = 1;
    return;
  }
  uint64_t sequence = header->sequence;
  if (sequence >= MAX_PACKETS) return;
  if (flow->seen[sequence / 8] & (1 << sequence % 8)) {
    flow->duplicated++;
    return;
  }
  flow->seen[sequence / 8] |= (uint8_t)(1 << sequence % 8);
  flow->received++;
  if (sequence % MARK_EVERY == 0) flow->marks[sequence / MARK_EVERY] = header->sent_at;
  if (sequence < flow->next) flow->reordered++;
  uint64_t skipped = sequence > flow->next ? sequence - flow->next : 0;
  if (sequence >= flow->next) flow->next = sequence + 1;
  if (now - header->sent_at > longest_delay) longest_delay = now - header->sent_at;
  if (flow->last_at) {
    int64_t gap = now - flow->last_at;
    if (gap > longest_gap) longest_gap = gap;
    if ((skipped > 0 || gap >= LATE_MS * INT64_C(1000000)) && lines++ < MAX_LINES) {
      printf("gap flow=%d from_us=%lld to_us=%lld skipped=%llu\n", number, as_us(flow->last_at), as_us(now),
             (unsigned long long)skipped);
    }
  }
  flow->last_at = now;
}

static void print_missing(const struct flow *flow, int number) {
  static int lines;
  uint64_t end = flow->expected > flow->next ? flow->expected : flow->next;
  if (end > MAX_PACKETS) end = MAX_PACKETS;
  for (uint64_t i = 0; i < end && lines < MAX_LINES; i++) {
    uint64_t first = i;
    while (i < end && !(flow->seen[i / 8] & (1 << i % 8))) i++;
    if (i == first) continue;
    uint64_t mark = first / MARK_EVERY;
    while (mark > 0 && !flow->marks[mark]) mark--;
    printf("missing flow=%d first=%llu count=%llu after_us=%lld\n", number, (unsigned long long)first,
           (unsigned long long)(i - first), flow->marks[mark] ? as_us(flow->marks[mark]) : 0);
    lines++;
  }
}

static int run_receiver(char **arguments) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  at.sin_port = htons((uint16_t)number(arguments[0], "PORT", 1, 65535));
  int flows = (int)number(arguments[1], "FLOWS", 1, MAX_FLOWS);
  long seconds = number(arguments[2], "SECONDS", 1, MAX_SECONDS);
  uint32_t run = (uint32_t)number(arguments[3], "RUN", 0, UINT32_MAX);
  int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), bytes = BUFFER_BYTES;
  if (socket_fd < 0) fail("socket");
  if (setsockopt(socket_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0) fail("SO_RCVBUFFORCE");
  if (bind(socket_fd, (struct sockaddr *)&at, sizeof at) < 0) fail("bind");
  static struct flow all[MAX_FLOWS];
  for (int i = 0; i < flows; i++) {
    all[i].seen = calloc(MAX_PACKETS / 8, 1);
    all[i].marks = calloc(MAX_PACKETS / MARK_EVERY, sizeof *all[i].marks);
    if (!all[i].seen || !all[i].marks) fail("out of memory");
  }
  static struct header headers[BATCH];
  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) {
    parts[i] = (struct iovec){.iov_base = &headers[i], .iov_len = sizeof headers[i]};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  realtime_offset = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC);
  puts("ready");
  fflush(stdout);
  int64_t deadline = nanoseconds(CLOCK_MONOTONIC) + seconds * INT64_C(1000000000);
  int ended = 0;
  while (1) {
    int64_t left = deadline - nanoseconds(CLOCK_MONOTONIC);
    struct pollfd wait = {.fd = socket_fd, .events = POLLIN};
    if (left <= 0) break;
    if (poll(&wait, 1, (int)(left / 1000000) + 1) < 0 && errno != EINTR) fail("poll");
    int count = recvmmsg(socket_fd, messages, BATCH, MSG_DONTWAIT, NULL);
    int64_t now = nanoseconds(CLOCK_MONOTONIC);
    for (int i = 0; i < count; i++) {
      if (messages[i].msg_len < sizeof headers[i] || headers[i].magic != MAGIC || headers[i].run != run ||
          headers[i].flow >= (uint32_t)flows) {
        continue;
      }
      struct flow *flow = &all[headers[i].flow];
      int had_ended = flow->ended;
      take(flow, (int)headers[i].flow, &headers[i], now);
      ended += flow->ended - had_ended;
      if (ended == flows && !had_ended && now + DRAIN_MS * 1000000 < deadline) {
        deadline = now + DRAIN_MS * 1000000;
      }
    }
  }
  struct flow sum = {0};
  for (int i = 0; i < flows; i++) {
    print_missing(&all[i], i);
    sum.received += all[i].received;
    sum.duplicated += all[i].duplicated;
    sum.reordered += all[i].reordered;
    sum.expected += all[i].expected;
  }
  uint32_t memory[SK_MEMINFO_VARS] = {0};
  socklen_t length = sizeof memory;
  if (getsockopt(socket_fd, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0) fail("SO_MEMINFO");
  printf("received=%llu duplicated=%llu reordered=%llu ended=%d expected=%llu overflowed=%u gap_ms=%.1f delay_ms=%.1f\n",
         (unsigned long long)sum.received, (unsigned long long)sum.duplicated, (unsigned long long)sum.reordered, ended,
         (unsigned long long)sum.expected, memory[SK_MEMINFO_DROPS], (double)longest_gap / 1e6,
         (double)longest_delay / 1e6);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 9 && strcmp(argv[1], "send") == 0) return run_sender(argv + 2);
  if (argc == 6 && strcmp(argv[1], "receive") == 0) return run_receiver(argv + 2);
  fprintf(stderr, "usage: udp-flow send ADDRESS PORT FLOWS RATE SIZE SECONDS RUN | udp-flow receive PORT FLOWS SECONDS RUN\n");
  return 2;
}
