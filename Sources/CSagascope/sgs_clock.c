#include "CSagascope.h"
#include <stdio.h>

int64_t sgs_epoch_offset;
sgs_tick_line sgs_ticks;

static uint64_t realtime_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void refresh_offset(void) {
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
  // Clock discipline slews both clocks alike, so only a step changes their difference. What is less than the error of
  // this reading would only put the spans of one trace out of order.
  int64_t change = best - (int64_t)sgs_epoch();
  if (change < 0) change = -change;
  if ((uint64_t)change > narrowest + 1000) __atomic_store_n(&sgs_epoch_offset, best, __ATOMIC_RELAXED);
}

#if defined(__x86_64__)
#include <cpuid.h>

typedef struct { uint64_t ticks, ns; } reading;
enum { UNKNOWN = 0, TRUSTED, DISTRUSTED };

static uint32_t is_refreshing;   // by one thread at a time; the others do without
static int trust;
static reading anchor;

/// The counter runs at one rate in all states of the processor, and the kernel keeps its own time by it.
static int kernel_trusts_ticks(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(0x80000007, &a, &b, &c, &d) || !(d & 1u << 8)) return 0;
  char name[16] = "";
  FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
  if (!file) return 0;
  int is_tsc = fgets(name, sizeof name, file) && strcmp(name, "tsc\n") == 0;
  fclose(file);
  return is_tsc;
}

static reading read_both(void) {
  reading best = {0, 0};
  uint64_t narrowest = UINT64_MAX;
  for (int i = 0; i < 5; i++) {
    uint64_t before = __builtin_ia32_rdtsc(), ns = sgs_monotonic_ns(), after = __builtin_ia32_rdtsc();
    if (after - before < narrowest) {
      narrowest = after - before;
      best = (reading){before + (after - before) / 2, ns};
    }
  }
  return best;
}

static void publish(reading now, uint64_t scale) {
  uint32_t sequence = sgs_ticks.sequence;
  __atomic_store_n(&sgs_ticks.sequence, sequence | 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  __atomic_store_n(&sgs_ticks.ticks, now.ticks, __ATOMIC_RELAXED);
  __atomic_store_n(&sgs_ticks.ns, now.ns, __ATOMIC_RELAXED);
  __atomic_store_n(&sgs_ticks.scale, scale, __ATOMIC_RELAXED);
  sequence = (sequence | 1) + 1;
  __atomic_store_n(&sgs_ticks.sequence, sequence ? sequence : 2, __ATOMIC_RELEASE);
}

static void distrust(void) {
  trust = DISTRUSTED;
  __atomic_store_n(&sgs_ticks.sequence, 0, __ATOMIC_RELEASE);
}

static void refresh_ticks(void) {
  if (trust == UNKNOWN) {
    trust = kernel_trusts_ticks() ? TRUSTED : DISTRUSTED;
    anchor = read_both();
    return;
  }
  if (trust == DISTRUSTED) return;
  reading now = read_both();
  // Shorter than this, the error of the two readings would show in the rate.
  enum { shortest = 10000000 };
  if (now.ns - anchor.ns < shortest) return;
  if (now.ticks <= anchor.ticks) return distrust();
  uint64_t scale = (uint64_t)(((unsigned __int128)(now.ns - anchor.ns) << 32) / (now.ticks - anchor.ticks));
  // Clock discipline changes the rate by 500 ppm at most. More than that is a counter that stood still or jumped.
  uint64_t known = sgs_ticks.sequence ? sgs_ticks.scale : scale;
  uint64_t difference = scale > known ? scale - known : known - scale;
  if (difference > known / 500) return distrust();
  anchor = now;
  publish(now, scale);
}

void sgs_clock_refresh(void) {
  refresh_offset();
  if (__atomic_exchange_n(&is_refreshing, 1, __ATOMIC_ACQUIRE)) return;
  refresh_ticks();
  __atomic_store_n(&is_refreshing, 0, __ATOMIC_RELEASE);
}
#else
void sgs_clock_refresh(void) { refresh_offset(); }
#endif

int sgs_clock_counts_ticks(void) { return __atomic_load_n(&sgs_ticks.sequence, __ATOMIC_RELAXED) != 0; }

__attribute__((constructor)) static void measure_at_start(void) { sgs_clock_refresh(); }
