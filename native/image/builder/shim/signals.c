/*
 * sun.misc.Signal: the handler counts, a dispatcher thread on the Java side waits on a semaphore
 * and asks which signal came. Only async-signal-safe calls in the handler (signal-safety(7)).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <semaphore.h>
#include <signal.h>

static volatile int opened;
static sem_t arrived;
static volatile unsigned pending[NSIG];

int cSunMiscSignal_signalRangeCheck(int signal) {
  return signal > 0 && signal < NSIG;
}

/* 0 when this isolate has the signals now, 1 when another one has them, -1 with errno. */
int cSunMiscSignal_open(void) {
  if (__sync_lock_test_and_set(&opened, 1)) return 1;
  if (sem_init(&arrived, 0, 0) != 0) {
    __sync_lock_release(&opened);
    return -1;
  }
  return 0;
}

int cSunMiscSignal_close(void) {
  if (!opened) return 0;
  int result = sem_destroy(&arrived);
  for (int i = 0; i < NSIG; i++) pending[i] = 0;
  __sync_lock_release(&opened);
  return result;
}

int cSunMiscSignal_awaitSemaphore(void) {
  int result;
  do {
    result = sem_wait(&arrived);
  } while (result != 0 && errno == EINTR);
  return result;
}

int cSunMiscSignal_signalSemaphore(void) {
  return sem_post(&arrived);
}

/* A signal that has arrived and not been handed out yet, -1 if there is none. */
int cSunMiscSignal_checkPendingSignal(void) {
  for (int signal = 1; signal < NSIG; signal++) {
    unsigned count = pending[signal];
    while (count > 0) {
      if (__sync_bool_compare_and_swap(&pending[signal], count, count - 1)) return signal;
      count = pending[signal];
    }
  }
  return -1;
}

static void on_signal(int signal) {
  int saved_errno = errno;
  if (opened && cSunMiscSignal_signalRangeCheck(signal)) {
    __sync_fetch_and_add(&pending[signal], 1u);
    sem_post(&arrived);
  }
  errno = saved_errno;
}

void (*cSunMiscSignal_signalHandlerFunctionPointer(void))(int) {
  return on_signal;
}
