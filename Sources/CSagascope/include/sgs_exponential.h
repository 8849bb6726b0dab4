// Exponential histograms: buckets whose bounds are the powers of 2^(2^-scale), so that every bucket has the same relative
// width. Each thread has its own share of a histogram, at its own scale; reading merges the shares exactly, since the
// buckets of a scale are pairs of buckets of the next one.
// Source: OpenTelemetry metrics data model, "ExponentialHistogram".
#pragma once
#include <stdint.h>
#include <string.h>
#include "sgs_thread.h"

#define SGS_EXPONENTIAL_SLOTS 160    // most buckets on one side of zero
#define SGS_EXPONENTIAL_MAX_SCALE 20
#define SGS_EXPONENTIAL_MIN_SCALE (-10)
#define SGS_EXPONENTIAL_TABLE_SCALE 8

/// What a series allows: both are constants of its histogram.
typedef struct sgs_exponential_limits {
  int16_t buckets;   // 2 to SGS_EXPONENTIAL_SLOTS, on each side of zero
  int16_t scale;     // the finest one
} sgs_exponential_limits;

/// The buckets on one side of zero. Bucket `base + i` is `counts[i]`; none but those from `first` to `last` hold anything.
typedef struct sgs_exponential_side {
  int32_t base;
  int32_t first, last;   // bucket indices; first > last: none
  uint64_t counts[SGS_EXPONENTIAL_SLOTS];
} sgs_exponential_side;

/// One thread's share, or the sum of all. Written by its thread alone.
typedef struct sgs_exponential {
  uint32_t sequence;     // odd while buckets are moved: a reader tries again
  int32_t scale;
  sgs_exponential_limits limits;
  uint64_t zeros;
  double sum, min, max;  // min > max: none
  uint64_t recorded;     // by this thread; at offer_at the next exemplar is due
  uint64_t offer_at;
  sgs_exponential_side *negative;   // most histograms never need it
  sgs_exponential_side positive;
} sgs_exponential;

/// Of the table: mantissas of 2^(i/256), and for each of 512 equal parts of the mantissas the last bound below the part.
extern uint64_t sgs_exponential_bounds[(1 << SGS_EXPONENTIAL_TABLE_SCALE) + 1];
extern int16_t sgs_exponential_below[1 << (SGS_EXPONENTIAL_TABLE_SCALE + 1)];

/// Call once before the first record; again does nothing.
void sgs_exponential_prepare(void);

/// What a record came to.
enum {
  SGS_EXPONENTIAL_OFFER = 1,        // it may become an exemplar
  SGS_EXPONENTIAL_NOT_FINITE = 2,   // infinite or not a number, which no bucket holds: not recorded
  SGS_EXPONENTIAL_NO_MEMORY = 3     // for this thread's share: not recorded
};
int sgs_exponential_record_slowly(uint32_t cell, sgs_exponential_limits limits, double value);

/// The bucket at the table's scale of a positive normal value, given by its bits.
static inline int64_t sgs_exponential_table_index(uint64_t bits) {
  uint64_t mantissa = bits & 0xFFFFFFFFFFFFFull;
  int64_t below = sgs_exponential_below[mantissa >> (52 - SGS_EXPONENTIAL_TABLE_SCALE - 1)];
  // A part is narrower than a bucket, so at most one bound lies inside. Bounds are inclusive above.
  below += mantissa > sgs_exponential_bounds[below + 1];
  return ((int64_t)(bits >> 52) - 1023) * (1 << SGS_EXPONENTIAL_TABLE_SCALE) + below;
}

static inline int sgs_exponential_record(uint32_t cell, sgs_exponential_limits limits, double value) {
  sgs_exponential *own = (sgs_exponential *)(uintptr_t)sgs_own_cells[cell];
  uint64_t bits;
  memcpy(&bits, &value, 8);
  // Positive and normal, at a scale that the table knows, in a bucket that holds something: nothing has to move.
  if (__builtin_expect(own != 0 && bits - 0x0010000000000000ull < 0x7FE0000000000000ull, 1) &&
      __builtin_expect(own->scale <= SGS_EXPONENTIAL_TABLE_SCALE, 1)) {
    int64_t index = sgs_exponential_table_index(bits) >> (SGS_EXPONENTIAL_TABLE_SCALE - own->scale);
    uint64_t slot = (uint64_t)(index - own->positive.base);
    uint64_t count = slot < SGS_EXPONENTIAL_SLOTS ? own->positive.counts[slot] : 0;
    if (__builtin_expect(count != 0, 1)) {
      __atomic_store_n(&own->positive.counts[slot], count + 1, __ATOMIC_RELAXED);
      double sum = own->sum + value;
      __atomic_store(&own->sum, &sum, __ATOMIC_RELAXED);
      if (__builtin_expect(value < own->min, 0)) __atomic_store(&own->min, &value, __ATOMIC_RELAXED);
      if (__builtin_expect(value > own->max, 0)) __atomic_store(&own->max, &value, __ATOMIC_RELAXED);
      return ++own->recorded >= own->offer_at ? SGS_EXPONENTIAL_OFFER : 0;
    }
  }
  return sgs_exponential_record_slowly(cell, limits, value);
}

/// The next measurement that may become an exemplar is this thread's `gap`th from here.
static inline void sgs_exponential_offered(uint32_t cell, uint64_t gap) {
  sgs_exponential *own = (sgs_exponential *)(uintptr_t)sgs_own_cells[cell];
  if (own) own->offer_at = own->recorded + gap;
}

/// How often this thread recorded here.
static inline uint64_t sgs_exponential_own(uint32_t cell) {
  sgs_exponential *own = (sgs_exponential *)(uintptr_t)sgs_own_cells[cell];
  return own ? own->recorded : 0;
}

/// The sum over all threads; `total->negative` must point to a side. Zero when no thread has recorded anything.
int sgs_exponential_read(uint32_t cell, sgs_exponential_limits limits, sgs_exponential *total);
/// Adds measurements to a sum at the given scale, coarsening the sum where it must be: 1 side, 0 the positive one.
void sgs_exponential_add(sgs_exponential *total, int is_negative, int32_t scale, int64_t index, uint64_t count);
/// An empty sum over `negative`, at the finest scale.
void sgs_exponential_reset(sgs_exponential *total, sgs_exponential_limits limits, sgs_exponential_side *negative);

// For Swift, which has no pointer to a member of a C struct, and sees an array of C as a tuple.
static inline const sgs_exponential_side *sgs_exponential_positive(const sgs_exponential *histogram) {
  return &histogram->positive;
}
static inline const uint64_t *sgs_exponential_counts(const sgs_exponential_side *side) { return side->counts; }
