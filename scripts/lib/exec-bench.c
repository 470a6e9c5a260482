/*
 * Measures what it costs to start programs, from posix_spawn(3) to wait4(2), alternating between them.
 *
 *   exec-bench ROUNDS STDIN_FILE PROGRAM...
 *
 * Each program runs without arguments, with this process's environment, STDIN_FILE as stdin and /dev/null as stdout. In
 * every round each program runs once, so that a change of the machine's load hits all of them. Prints one line per
 * program, separated by tabs: path, size, and in microseconds wall min, median, p95, CPU (user and system) min, median,
 * p95, and the largest resident set in KiB. A program that fails ends the measurement.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { WARM_UP_ROUNDS = 3 };

extern char **environ;

struct program {
  char *path;
  long *wall, *cpu; /* one per round, in nanoseconds */
  long max_rss;     /* KiB */
};

static void fail(const char *what, int error) {
  fprintf(stderr, "exec-bench: %s: %s\n", what, strerror(error));
  exit(1);
}

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

static long of_timeval(struct timeval time) {
  return time.tv_sec * 1000000000L + time.tv_usec * 1000L;
}

static void run(struct program *program, int round, posix_spawn_file_actions_t *actions) {
  char *arguments[] = {program->path, NULL};
  pid_t pid;
  int status;
  struct rusage usage;
  long started = nanoseconds();
  int error = posix_spawn(&pid, program->path, actions, NULL, arguments, environ);
  if (error) fail(program->path, error);
  while (wait4(pid, &status, 0, &usage) < 0) {
    if (errno != EINTR) fail("wait4", errno);
  }
  long ended = nanoseconds();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "exec-bench: %s ended with wait status 0x%x\n", program->path, status);
    exit(1);
  }
  if (round < 0) return;
  program->wall[round] = ended - started;
  program->cpu[round] = of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime);
  if (usage.ru_maxrss > program->max_rss) program->max_rss = usage.ru_maxrss;
}

static int ascending(const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}

/* "min<TAB>median<TAB>p95" in microseconds */
static void print_statistics(long *values, int count) {
  qsort(values, (size_t)count, sizeof *values, ascending);
  printf("\t%ld\t%ld\t%ld", values[0] / 1000, values[count / 2] / 1000, values[(count * 95) / 100] / 1000);
}

int main(int argc, char **argv) {
  if (argc < 4 || atoi(argv[1]) < 1) {
    fprintf(stderr, "usage: exec-bench ROUNDS STDIN_FILE PROGRAM...\n");
    return 2;
  }
  int rounds = atoi(argv[1]), count = argc - 3;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, argv[2], O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);

  struct program *programs = calloc((size_t)count, sizeof *programs);
  if (!programs) fail("memory", errno);
  for (int i = 0; i < count; i++) {
    programs[i].path = argv[i + 3];
    programs[i].wall = calloc((size_t)rounds, sizeof(long));
    programs[i].cpu = calloc((size_t)rounds, sizeof(long));
    if (!programs[i].wall || !programs[i].cpu) fail("memory", errno);
  }
  for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (int i = 0; i < count; i++) run(&programs[i], round, &actions);
  }
  for (int i = 0; i < count; i++) {
    struct stat file;
    if (stat(programs[i].path, &file) < 0) fail(programs[i].path, errno);
    printf("%s\t%lld", programs[i].path, (long long)file.st_size);
    print_statistics(programs[i].wall, rounds);
    print_statistics(programs[i].cpu, rounds);
    printf("\t%ld\n", programs[i].max_rss);
  }
  return 0;
}
