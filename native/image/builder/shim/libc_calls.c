/*
 * Plain C functions that the builder's runtime calls by name (libchelper): fixed-argument forms of
 * variadic functions, whose suffix spells the argument types (String, Decimal, Int), and a few
 * things that are macros or system calls in glibc.
 *
 * Names and signatures come from the @CFunction declarations in svm-25.0.2.jar.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

char **getEnviron(void) {
  return environ;
}

int getThreadId(void) {
  return (int)syscall(SYS_gettid);
}

/* CPU time that a thread spent in user mode in nanoseconds, -1 when unknown: proc(5), stat, (14) utime. */
int64_t getThreadUserTimeSlow(int tid) {
  char path[64];
  char stat[1024];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length = read(fd, stat, sizeof stat - 1);
  close(fd);
  if (length <= 0) return -1;
  stat[length] = 0;
  /* Field 2, the command name, may hold spaces and parentheses: count from the last one. */
  char *after_name = strrchr(stat, ')');
  unsigned long ticks;
  if (!after_name) return -1;
  if (sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu", &ticks) != 1) return -1;
  return (int64_t)ticks * (1000000000LL / sysconf(_SC_CLK_TCK));
}

void *mremapP(void *old_address, size_t old_size, size_t new_size, int flags, void *new_address) {
  return mremap(old_address, old_size, new_size, flags, new_address);
}

int fprintfSD(FILE *stream, const char *format, const char *string, int decimal) {
  return fprintf(stream, format, string, decimal);
}

int openSII(const char *path, int flags, int mode) {
  return open(path, flags, mode);
}

int openatISII(int directory, const char *path, int flags, int mode) {
  return openat(directory, path, flags, mode);
}

/* x86 keeps instruction and data caches coherent; the builtin is then empty. */
void codeSynchronization_clearCache(int64_t start, int64_t end) {
  __builtin___clear_cache((char *)start, (char *)end);
}

/* libjava.a has the time zone finder. Its argument, java.home, is not used on Linux. */
extern char *findJavaTZ_md(const char *java_home);

char *SVM_FindJavaTZmd(const char *mappings, int length) {
  (void)mappings;
  (void)length;
  return findJavaTZ_md("");
}
