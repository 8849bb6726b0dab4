#include "CSagascope.h"

int64_t sgs_epoch_offset;

static uint64_t realtime_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

void sgs_clock_refresh(void) {
  // The narrowest of a few tries bounds the error by half the time between two reads, some 20 ns.
  int64_t best = 0;
  uint64_t narrowest = UINT64_MAX;
  for (int i = 0; i < 5; i++) {
    uint64_t before = sgs_monotonic_ns(), wall = realtime_ns(), after = sgs_monotonic_ns();
    if (after - before < narrowest) {
      narrowest = after - before;
      best = (int64_t)(wall - (before + (after - before) / 2));
    }
  }
  __atomic_store_n(&sgs_epoch_offset, best, __ATOMIC_RELAXED);
}

__attribute__((constructor)) static void measure_at_start(void) { sgs_clock_refresh(); }
