// One time scale for everything recorded: CLOCK_MONOTONIC plus an offset to the Unix epoch that the pipeline refreshes.
//
// Recording reads it from the processor's counter where the kernel itself trusts that counter, at half the price; the
// pipeline anchors the reading to CLOCK_MONOTONIC anew each cycle. Within some 100 ns it may then be behind what it was
// before, or on another processor: whoever takes differences bounds them.
#pragma once
#include <stdint.h>
#include <time.h>

/// Offset from CLOCK_MONOTONIC to CLOCK_REALTIME in ns; written by sgs_clock_refresh only.
extern int64_t sgs_epoch_offset;

/// Measures offset and counter again (at start-up, and by the pipeline once a cycle, so that steps of the wall clock and
/// changes of the rate are followed).
void sgs_clock_refresh(void);

/// Whether recording reads the processor's counter. Off until the first refresh that knows its rate, and for good once the
/// counter and CLOCK_MONOTONIC disagree.
int sgs_clock_counts_ticks(void);

/// ns = anchor + ticks since the anchor × scale / 2³². `sequence` is odd while it is being written, 0 while it is off.
typedef struct { uint32_t sequence; uint64_t ticks, ns, scale; } sgs_tick_line;
extern sgs_tick_line sgs_ticks;

static inline uint64_t sgs_monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/// CLOCK_MONOTONIC as recording reads it.
static inline uint64_t sgs_recording_ns(void) {
#if defined(__x86_64__)
  uint32_t sequence = __atomic_load_n(&sgs_ticks.sequence, __ATOMIC_ACQUIRE);
  if (__builtin_expect(sequence != 0 && !(sequence & 1), 1)) {
    uint64_t anchor = __atomic_load_n(&sgs_ticks.ticks, __ATOMIC_RELAXED);
    uint64_t ns = __atomic_load_n(&sgs_ticks.ns, __ATOMIC_RELAXED);
    uint64_t scale = __atomic_load_n(&sgs_ticks.scale, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__builtin_expect(__atomic_load_n(&sgs_ticks.sequence, __ATOMIC_RELAXED) == sequence, 1)) {
      uint64_t now = __builtin_ia32_rdtsc();
      return now > anchor ? ns + (uint64_t)((unsigned __int128)(now - anchor) * scale >> 32) : ns;
    }
  }
#endif
  return sgs_monotonic_ns();
}

static inline uint64_t sgs_epoch(void) { return (uint64_t)__atomic_load_n(&sgs_epoch_offset, __ATOMIC_RELAXED); }

static inline uint64_t sgs_unix_from_monotonic(uint64_t ns) {
  return ns + sgs_epoch();
}

static inline uint64_t sgs_unix_ns(void) { return sgs_unix_from_monotonic(sgs_recording_ns()); }
