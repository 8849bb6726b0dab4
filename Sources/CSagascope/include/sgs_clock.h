// One clock for everything recorded: CLOCK_MONOTONIC plus an offset to the Unix epoch that the pipeline refreshes. Within
// a span time never runs backwards, and a timestamp costs one clock read.
#pragma once
#include <stdint.h>
#include <time.h>

/// Offset from CLOCK_MONOTONIC to CLOCK_REALTIME in ns; written by sgs_clock_refresh only.
extern int64_t sgs_epoch_offset;

/// Measures the offset again (at start-up, and by the pipeline once a cycle, so that steps of the wall clock are followed).
void sgs_clock_refresh(void);

static inline uint64_t sgs_monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static inline uint64_t sgs_epoch(void) { return (uint64_t)__atomic_load_n(&sgs_epoch_offset, __ATOMIC_RELAXED); }

static inline uint64_t sgs_unix_from_monotonic(uint64_t ns) {
  return ns + sgs_epoch();
}

static inline uint64_t sgs_unix_ns(void) { return sgs_unix_from_monotonic(sgs_monotonic_ns()); }
