// Cells of sharded instruments: eight bytes at the same index in every thread's block. Each has one writer, its thread, so
// that a relaxed load and store are enough; readers see whole words, and sum them over the blocks.
//
// Beside each count that can have exemplars is the value beyond which the next measurement is offered as one; it starts at
// zero, so that the first one is.
#pragma once
#include <stdint.h>
#include <string.h>
#include "sgs_thread.h"

/// Takes `count` cells in every thread's block, present and future; the first one's index, or -1 when none are left.
int64_t sgs_cells_reserve(uint64_t count);
/// The sums of `count` cells, each over all threads.
void sgs_cells_sum(const uint32_t *cells, uint64_t count, uint64_t *sums);

static inline uint64_t sgs_load(const uint64_t *at) { return __atomic_load_n(at, __ATOMIC_RELAXED); }
static inline void sgs_store(uint64_t *at, uint64_t value) { __atomic_store_n(at, value, __ATOMIC_RELAXED); }

static inline double sgs_load_double(const uint64_t *at, uint64_t mask) {
  uint64_t bits = sgs_load(at) ^ mask;
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

static inline void sgs_store_double(uint64_t *at, double value, uint64_t mask) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  sgs_store(at, bits ^ mask);
}

// MARK: sums

static inline void sgs_cell_add(uint32_t cell, uint64_t value) {
  uint64_t *at = sgs_self()->cells + cell;
  sgs_store(at, sgs_load(at) + value);
}

#define SGS_COUNTER_CELLS 2u   // the sum, and where the next exemplar is due

/// Adds; not 0 when the measurement may become an exemplar.
static inline int sgs_counter_add(uint32_t cell, uint64_t value) {
  uint64_t *at = sgs_self()->cells + cell;
  uint64_t sum = sgs_load(at) + value;
  sgs_store(at, sum);
  return __builtin_expect(sum > at[1], 0);
}

/// What this thread counted here.
static inline uint64_t sgs_cell_own(uint32_t cell) { return sgs_load(sgs_self()->cells + cell); }

/// The next measurement that may become an exemplar is the one after which this thread's count has grown by `gap`.
static inline void sgs_cell_offered(uint32_t cell, uint64_t gap) {
  uint64_t *at = sgs_self()->cells + cell;
  at[1] = sgs_load(at) + gap - 1;
}

// MARK: histograms with bounds: sum, smallest, largest, then a count and its next exemplar for each bucket

#define SGS_HISTOGRAM_CELLS(buckets) (3u + 2u * (buckets))
#define SGS_HISTOGRAM_BUCKET(first, bucket) ((first) + 3u + 2u * (bucket))
// A cell starts as zero, which must read as "none yet": the extremes are kept as the difference to their infinities.
#define SGS_PLUS_INFINITY 0x7FF0000000000000ull
#define SGS_MINUS_INFINITY 0xFFF0000000000000ull

/// Counts in a bucket, and unless `value` is infinite or not a number in sum and extremes; not 0 when it may become an
/// exemplar.
static inline int sgs_histogram_record(uint32_t first, uint32_t bucket, double value) {
  uint64_t *cells = sgs_self()->cells + first;
  uint64_t *at = cells + SGS_HISTOGRAM_BUCKET(0, bucket);
  uint64_t count = sgs_load(at) + 1;
  sgs_store(at, count);
  if (__builtin_expect(value - value == 0, 1)) {
    sgs_store_double(cells, sgs_load_double(cells, 0) + value, 0);
    if (__builtin_expect(value < sgs_load_double(cells + 1, SGS_PLUS_INFINITY), 0))
      sgs_store_double(cells + 1, value, SGS_PLUS_INFINITY);
    if (__builtin_expect(value > sgs_load_double(cells + 2, SGS_MINUS_INFINITY), 0))
      sgs_store_double(cells + 2, value, SGS_MINUS_INFINITY);
  }
  return __builtin_expect(count > at[1], 0);
}

typedef struct sgs_histogram_total {
  double sum, min, max;   // min > max: nothing finite was measured
} sgs_histogram_total;

/// A histogram over all threads; `counts` has room for its buckets.
sgs_histogram_total sgs_histogram_sum(uint32_t first, uint32_t buckets, uint64_t *counts);
