/*
 * Measures what ADD and DEL of CNI plugins cost, from posix_spawn(3) to wait4(2), alternating between the plugins.
 *
 *   cni-bench ROUNDS PARALLEL NETNS_PREFIX NAME PLUGIN STDIN_PREFIX [NAME PLUGIN STDIN_PREFIX]...
 *
 * In every round, for each plugin: PARALLEL processes of ADD are started at once and awaited, then as many of DEL. The
 * process number I, from 0, has STDIN_PREFIX and I as its stdin, NETNS_PREFIX and I as CNI_NETNS, eth0 as CNI_IFNAME and
 * a container ID of its own. stdout goes to /dev/null. Prints a line for each plugin and command, separated by tabs:
 * name, command, in microseconds wall min, median, p95 and CPU (user and system) min, median, p95 of one process, the
 * median from the first start to the last end of a round, and the largest resident set in KiB. A plugin that fails ends
 * the measurement.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { WARM_UP_ROUNDS = 2, MAX_PARALLEL = 256, ENVIRONMENT_SIZE = 8, TEXT_SIZE = 4096 };

struct series {
  long *wall, *cpu, *batch; /* nanoseconds */
  size_t runs, batches;
  long max_rss; /* KiB */
};

struct plugin {
  char *name, *path, *stdin_prefix;
  struct series add, del;
};

struct process {
  pid_t pid;
  long started;
};

static void fail(const char *what, int error) {
  fprintf(stderr, "cni-bench: %s: %s\n", what, strerror(error));
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

static pid_t start(const struct plugin *plugin, const char *command, const char *netns_prefix, int round, int number) {
  char text[ENVIRONMENT_SIZE][TEXT_SIZE], stdin_file[TEXT_SIZE];
  char *environment[ENVIRONMENT_SIZE + 1] = {0};
  char *arguments[] = {plugin->path, NULL};
  const char *path = getenv("CNI_PATH");
  int used = 0;
  snprintf(text[used++], TEXT_SIZE, "CNI_COMMAND=%s", command);
  snprintf(text[used++], TEXT_SIZE, "CNI_CONTAINERID=bench-%d-%d", round + WARM_UP_ROUNDS, number);
  snprintf(text[used++], TEXT_SIZE, "CNI_NETNS=%s%d", netns_prefix, number);
  snprintf(text[used++], TEXT_SIZE, "CNI_IFNAME=eth0");
  snprintf(text[used++], TEXT_SIZE, "CNI_PATH=%s", path ? path : "");
  snprintf(text[used++], TEXT_SIZE, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
  snprintf(text[used++], TEXT_SIZE,
           "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=bench;K8S_POD_NAME=p%d;K8S_POD_INFRA_CONTAINER_ID=i%d;"
           "K8S_POD_UID=u%d",
           number, number, number);
  for (int i = 0; i < used; i++) environment[i] = text[i];
  snprintf(stdin_file, sizeof stdin_file, "%s%d", plugin->stdin_prefix, number);

  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (!error) error = posix_spawn_file_actions_addopen(&actions, 0, stdin_file, O_RDONLY, 0);
  if (!error) error = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  if (!error) error = posix_spawn(&pid, plugin->path, &actions, NULL, arguments, environment);
  if (error) fail(plugin->path, error);
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

static int index_of(const struct process *processes, int count, pid_t pid) {
  for (int i = 0; i < count; i++) {
    if (processes[i].pid == pid) return i;
  }
  fprintf(stderr, "cni-bench: unexpected child %d\n", (int)pid);
  exit(1);
}

static void run(const struct plugin *plugin, const char *command, struct series *series, const char *netns_prefix,
                int round, int parallel) {
  struct process processes[MAX_PARALLEL];
  long first = nanoseconds(), ended = first;
  for (int i = 0; i < parallel; i++) {
    processes[i].started = nanoseconds();
    processes[i].pid = start(plugin, command, netns_prefix, round, i);
  }
  for (int awaited = 0; awaited < parallel; awaited++) {
    int status;
    struct rusage usage;
    pid_t pid;
    while ((pid = wait4(-1, &status, 0, &usage)) < 0) {
      if (errno != EINTR) fail("wait4", errno);
    }
    ended = nanoseconds();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      fprintf(stderr, "cni-bench: %s: %s ended with wait status 0x%x\n", plugin->name, command, status);
      exit(1);
    }
    int number = index_of(processes, parallel, pid);
    if (round < 0) continue;
    series->wall[series->runs] = ended - processes[number].started;
    series->cpu[series->runs++] = of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime);
    if (usage.ru_maxrss > series->max_rss) series->max_rss = usage.ru_maxrss;
  }
  if (round >= 0) series->batch[series->batches++] = ended - first;
}

static int ascending(const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}

static void print_statistics(long *values, size_t count) {
  qsort(values, count, sizeof *values, ascending);
  printf("\t%ld\t%ld\t%ld", values[0] / 1000, values[count / 2] / 1000, values[(count * 95) / 100] / 1000);
}

static void print(const char *name, const char *command, struct series *series) {
  printf("%s\t%s", name, command);
  print_statistics(series->wall, series->runs);
  print_statistics(series->cpu, series->runs);
  qsort(series->batch, series->batches, sizeof *series->batch, ascending);
  printf("\t%ld\t%ld\n", series->batch[series->batches / 2] / 1000, series->max_rss);
}

static void *allocated(void *memory) {
  if (!memory) fail("out of memory", ENOMEM);
  return memory;
}

static void allocate(struct series *series, int rounds, int parallel) {
  size_t runs = (size_t)rounds * (size_t)parallel;
  series->wall = allocated(calloc(runs, sizeof *series->wall));
  series->cpu = allocated(calloc(runs, sizeof *series->cpu));
  series->batch = allocated(calloc((size_t)rounds, sizeof *series->batch));
}

int main(int argc, char **argv) {
  if (argc < 7 || (argc - 4) % 3 != 0) {
    fprintf(stderr, "usage: cni-bench ROUNDS PARALLEL NETNS_PREFIX NAME PLUGIN STDIN_PREFIX [...]\n");
    return 2;
  }
  int rounds = atoi(argv[1]), parallel = atoi(argv[2]), count = (argc - 4) / 3;
  if (rounds < 1 || parallel < 1 || parallel > MAX_PARALLEL) {
    fprintf(stderr, "cni-bench: ROUNDS must be positive and PARALLEL from 1 to %d\n", MAX_PARALLEL);
    return 2;
  }
  struct plugin *plugins = allocated(calloc((size_t)count, sizeof *plugins));
  for (int i = 0; i < count; i++) {
    plugins[i].name = argv[4 + 3 * i];
    plugins[i].path = argv[5 + 3 * i];
    plugins[i].stdin_prefix = argv[6 + 3 * i];
    allocate(&plugins[i].add, rounds, parallel);
    allocate(&plugins[i].del, rounds, parallel);
  }
  for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (int i = 0; i < count; i++) {
      run(&plugins[i], "ADD", &plugins[i].add, argv[3], round, parallel);
      run(&plugins[i], "DEL", &plugins[i].del, argv[3], round, parallel);
    }
  }
  for (int i = 0; i < count; i++) {
    print(plugins[i].name, "ADD", &plugins[i].add);
    print(plugins[i].name, "DEL", &plugins[i].del);
  }
  return 0;
}
