/*
 * The part of OpenJDK's JVM_* interface (jvm.h) that the statically linked JDK libraries may really
 * call in an executable. For every other JVM_* symbol that the archives mention, build-shim.sh
 * generates a trap that aborts with its name: the builder replaces the Java callers, so reaching one
 * is a bug, and it must not pass unnoticed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <jni.h>

/* Called by the runtime before the first native library is used. */
void initialize(void) {}

/* ---- time ---- */

static struct timespec now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time;
}

jlong JVM_CurrentTimeMillis(JNIEnv *env, jclass ignored) {
  struct timespec time = now(CLOCK_REALTIME);
  return (jlong)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

jlong JVM_NanoTime(JNIEnv *env, jclass ignored) {
  struct timespec time = now(CLOCK_MONOTONIC);
  return (jlong)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Nanoseconds since `offset` seconds after the epoch, -1 when that is more than 2^32 s away (jdk.internal.misc.VM). */
jlong JVM_GetNanoTimeAdjustment(JNIEnv *env, jclass ignored, jlong offset) {
  struct timespec time = now(CLOCK_REALTIME);
  int64_t seconds = (int64_t)time.tv_sec - offset;
  if (seconds > 0x100000000LL || seconds < -0x100000000LL) return -1;
  return seconds * 1000000000 + time.tv_nsec;
}

/* ---- processors, libraries, properties of the VM ---- */

jint JVM_ActiveProcessorCount(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (jint)online : 1;
}

void *JVM_LoadLibrary(const char *name, jboolean throw_exception) {
  return dlopen(name, RTLD_LAZY);
}

void JVM_UnloadLibrary(void *handle) {
  dlclose(handle);
}

void *JVM_FindLibraryEntry(void *handle, const char *name) {
  return dlsym(handle, name);
}

jboolean JVM_IsStaticallyLinked(void) {
  return JNI_TRUE;
}

jboolean JVM_IsSupportedJNIVersion(jint version) {
  switch (version) {
    case JNI_VERSION_1_1:
    case JNI_VERSION_1_2:
    case JNI_VERSION_1_4:
    case JNI_VERSION_1_6:
    case JNI_VERSION_1_8:
    case JNI_VERSION_9:
    case JNI_VERSION_10:
      return JNI_TRUE;
    default:
      return version >= JNI_VERSION_19;
  }
}

jboolean JVM_IsUseContainerSupport(void) {
  return JNI_FALSE;
}

jboolean JVM_IsContainerized(void) {
  return JNI_FALSE;
}

jboolean JVM_IsForeignLinkerSupported(void) {
  return JNI_FALSE;
}

jboolean JVM_IsContinuationsSupported(void) {
  return JNI_TRUE;
}

jboolean JVM_IsPreviewEnabled(void) {
  return JNI_FALSE;
}

char *JVM_NativePath(char *path) {
  return path;
}

jstring JVM_GetTemporaryDirectory(JNIEnv *env) {
  return (*env)->NewStringUTF(env, "/tmp");
}

/* ---- monitors of the zip library ---- */

void *JVM_RawMonitorCreate(void) {
  pthread_mutex_t *monitor = malloc(sizeof *monitor);
  if (monitor) pthread_mutex_init(monitor, NULL);
  return monitor;
}

void JVM_RawMonitorDestroy(void *monitor) {
  pthread_mutex_destroy(monitor);
  free(monitor);
}

jint JVM_RawMonitorEnter(void *monitor) {
  return pthread_mutex_lock(monitor);
}

void JVM_RawMonitorExit(void *monitor) {
  pthread_mutex_unlock(monitor);
}

/* ---- signals and the end of the process ---- */

/* jvm.h: handler 2 stands for the VM's own handler; an executable has none, so that is the default. */
void *JVM_RegisterSignal(jint signal, void *handler) {
  struct sigaction action, old;
  memset(&action, 0, sizeof action);
  sigfillset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  action.sa_handler = handler == (void *)2 ? SIG_DFL : (void (*)(int))handler;
  return sigaction(signal, &action, &old) == 0 ? (void *)old.sa_handler : (void *)-1;
}

jboolean JVM_RaiseSignal(jint signal) {
  return raise(signal) == 0;
}

jint JVM_FindSignal(const char *name) {
  for (int signal = 1; signal < NSIG; signal++) {
    const char *abbreviation = sigabbrev_np(signal);
    if (abbreviation && !strcmp(abbreviation, name)) return signal;
  }
  return -1;
}

void JVM_Halt(jint code) {
  _exit(code);
}

void JVM_BeforeHalt(void) {}

void JVM_Yield(JNIEnv *env, jclass ignored) {
  sched_yield();
}
