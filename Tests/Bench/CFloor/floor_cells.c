#include "floor_cells.h"
#include <math.h>
#include <string.h>

static _Thread_local uint64_t counter;

typedef struct {
  uint64_t buckets[FLOOR_HISTOGRAM_BOUNDS + 1];
  double sum;
} floor_histogram;

static _Thread_local floor_histogram histogram;

// Relaxed atomics cost what plain accesses cost, and keep the compiler from turning the loop into one addition.
static inline void add_one(uint64_t *cell) {
  __atomic_store_n(cell, __atomic_load_n(cell, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

uint64_t floor_counter_add(uint64_t count) {
  for (uint64_t i = 0; i < count; i++) add_one(&counter);
  return counter;
}

uint64_t floor_histogram_record(const double bounds[FLOOR_HISTOGRAM_BOUNDS], const double *values, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    uint64_t bucket = 0;
    for (uint64_t step = (FLOOR_HISTOGRAM_BOUNDS + 1) / 2; step > 0; step /= 2)
      bucket += values[i] > bounds[bucket + step - 1] ? step : 0;
    add_one(&histogram.buckets[bucket]);
    *(volatile double *)&histogram.sum += values[i];
  }
  uint64_t total = 0;
  for (int i = 0; i <= FLOOR_HISTOGRAM_BOUNDS; i++) total += histogram.buckets[i];
  return total;
}

static _Thread_local struct {
  uint64_t buckets[256];
  double sum;
} exponential;

uint64_t floor_exponential_record(const double *values, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    int64_t bucket = (int64_t)ceil(log2(values[i]) * 8) - 1;
    add_one(&exponential.buckets[(uint64_t)bucket % 256]);
    *(volatile double *)&exponential.sum += values[i];
  }
  uint64_t total = 0;
  for (int i = 0; i < 256; i++) total += exponential.buckets[i];
  return total;
}

void floor_cells_read(const uint64_t *cells, uint64_t *into, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) into[i] = __atomic_load_n(cells + i, __ATOMIC_RELAXED);
}
