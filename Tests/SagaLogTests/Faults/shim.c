// For LD_PRELOAD: system calls that do what they may do, and seldom do.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t each(const char *name) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 10) : 0;
}

// SHIM_SHORT_WRITE=n: each nth write is cut after 40 bytes, which are written.
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  static uint64_t calls, nth = UINT64_MAX;
  if (nth == UINT64_MAX) nth = each("SHIM_SHORT_WRITE");
  if (nth && __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % nth == 0 && count > 40) count = 40;
  return syscall(SYS_pwrite64, file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return pwrite64(file, bytes, count, offset);
}

// SHIM_CLOCK=n: after each n readings the wall clock is an hour ahead, an hour behind, right, in turns.
int clock_gettime(clockid_t clock, struct timespec *time) {
  static uint64_t calls, nth = UINT64_MAX;
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (nth == UINT64_MAX) nth = each("SHIM_CLOCK");
  if (clock != CLOCK_REALTIME || !nth || result) return result;
  static const int hours[] = {0, 1, -1};
  time->tv_sec += 3600 * hours[__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) / nth % 3];
  return result;
}
