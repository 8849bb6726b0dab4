// Histograms with bounds. Each thread's share is a run of cells: sum, smallest, largest, the range of plain values, then a
// count and its next exemplar for each bucket.
#pragma once
#include <stdint.h>
#include <string.h>
#include "sgs_cells.h"

// A cell starts as zero, which must read as "none yet": the extremes are kept as the difference to their infinities.
#define SGS_PLUS_INFINITY 0x7FF0000000000000ull
#define SGS_MINUS_INFINITY 0xFFF0000000000000ull

enum { SGS_HISTOGRAM_SUM, SGS_HISTOGRAM_MIN, SGS_HISTOGRAM_MAX, SGS_HISTOGRAM_PLAIN, SGS_HISTOGRAM_WIDTH, SGS_HISTOGRAM_HEAD };

static inline uint32_t sgs_histogram_cells(uint32_t buckets) { return SGS_HISTOGRAM_HEAD + 2 * buckets; }
/// The cell of a bucket's count; the one after it says where its next exemplar is due.
static inline uint32_t sgs_histogram_count_cell(uint32_t first, uint64_t bucket) {
  return first + SGS_HISTOGRAM_HEAD + 2 * (uint32_t)bucket;
}

/// A number that orders as the value does; NaN is beyond the infinity of its sign. Bounds are kept in this form, since whole
/// numbers are compared in a third of the time.
static inline int64_t sgs_order(double value) {
  int64_t bits;
  value += 0.0;   // of the two zeros only one
  memcpy(&bits, &value, 8);
  return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

/// One step of the search: `bucket` moves by `half` when the bound in the middle is below the value.
static inline uint64_t sgs_bucket_step(const int64_t *bounds, uint64_t bucket, uint64_t half, int64_t value) {
  uint64_t is_right = value > bounds[bucket + half - 1];
  // A number that the compiler knows nothing about: else it makes a branch of it, which is mispredicted half the time.
  __asm__("" : "+r"(is_right));
  return bucket + is_right * half;
}

/// The first bucket whose bound is not below the value, in a table of `size` bounds, a power of two.
static inline uint64_t sgs_bucket(const int64_t *bounds, uint32_t size, int64_t value) {
  uint64_t bucket = 0;
  for (; __builtin_expect(size > 64, 0); size /= 2) bucket = sgs_bucket_step(bounds, bucket, size / 2, value);
  // Steps of constant width, entered where the table is as wide.
  switch (size) {
  case 64: bucket = sgs_bucket_step(bounds, bucket, 32, value); /* fall through */
  case 32: bucket = sgs_bucket_step(bounds, bucket, 16, value); /* fall through */
  case 16: bucket = sgs_bucket_step(bounds, bucket, 8, value);  /* fall through */
  case 8: bucket = sgs_bucket_step(bounds, bucket, 4, value);   /* fall through */
  case 4: bucket = sgs_bucket_step(bounds, bucket, 2, value);   /* fall through */
  case 2: bucket = sgs_bucket_step(bounds, bucket, 1, value);   /* fall through */
  default: return bucket;
  }
}

/// Records a plain value, and answers whether it did; the rest is for sgs_histogram_record_slowly.
///
/// A value is plain when it is not negative and lies between the thread's extremes: it changes neither, and it is finite. One
/// comparison of its bits finds that, and a new thread too, whose range is empty. It must not become an exemplar either.
static inline int sgs_histogram_record(uint32_t first, const int64_t *bounds, uint32_t size, double value) {
  uint64_t *cells = sgs_own_cells + first;
  uint64_t bits;
  memcpy(&bits, &value, 8);
  if (__builtin_expect(bits - sgs_load(cells + SGS_HISTOGRAM_PLAIN) >= sgs_load(cells + SGS_HISTOGRAM_WIDTH), 0)) return 0;
  uint64_t *at = cells + SGS_HISTOGRAM_HEAD + 2 * sgs_bucket(bounds, size, (int64_t)bits);
  uint64_t count = sgs_load(at) + 1;
  if (__builtin_expect(count > at[1], 0)) return 0;
  sgs_store(at, count);
  sgs_store_double(cells + SGS_HISTOGRAM_SUM, sgs_load_double(cells + SGS_HISTOGRAM_SUM, 0) + value, 0);
  return 1;
}

/// Where a value went, and whether it may become an exemplar.
typedef struct { uint32_t bucket, is_due; } sgs_histogram_place;

/// Records any value: counts it in a bucket, NaN in the last one, and unless it is infinite or NaN in sum and extremes.
sgs_histogram_place sgs_histogram_record_slowly(
  uint32_t first, const int64_t *bounds, uint32_t size, uint32_t buckets, double value);

typedef struct {
  double sum, min, max;   // min > max: nothing finite was measured
} sgs_histogram_total;

/// A histogram over all threads; `counts` has room for its buckets.
sgs_histogram_total sgs_histogram_sum(uint32_t first, uint32_t buckets, uint64_t *counts);
