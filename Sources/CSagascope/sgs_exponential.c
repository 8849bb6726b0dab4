#include "CSagascope.h"
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

uint64_t sgs_exponential_bounds[(1 << SGS_EXPONENTIAL_TABLE_SCALE) + 1];
int16_t sgs_exponential_below[1 << (SGS_EXPONENTIAL_TABLE_SCALE + 1)];

static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void) {
  enum { bounds = 1 << SGS_EXPONENTIAL_TABLE_SCALE, parts = 2 * bounds };
  for (int i = 0; i < bounds; i++)
    sgs_exponential_bounds[i] = (uint64_t)((exp2l((long double)i / bounds) - 1) * 0x1p52L);
  sgs_exponential_bounds[bounds] = UINT64_MAX;
  int below = -1;
  for (int part = 0; part < parts; part++) {
    uint64_t start = (uint64_t)part << (52 - SGS_EXPONENTIAL_TABLE_SCALE - 1);
    while (sgs_exponential_bounds[below + 1] < start) below++;
    sgs_exponential_below[part] = (int16_t)below;
  }
}

void sgs_exponential_prepare(void) { pthread_once(&table_once, make_table); }

// MARK: indices

/// The bucket of a positive finite value. Smaller ones than the smallest normal number share its bucket.
static int64_t index_of(double value, int32_t scale) {
  if (value < DBL_MIN) value = DBL_MIN;
  uint64_t bits;
  memcpy(&bits, &value, 8);
  if (scale <= SGS_EXPONENTIAL_TABLE_SCALE)
    return sgs_exponential_table_index(bits) >> (SGS_EXPONENTIAL_TABLE_SCALE - scale);
  int exponent;
  double part = log2(2 * frexp(value, &exponent)) * (double)(1 << scale);   // 0 for a power of two, exactly
  int64_t index = (int64_t)ceil(part) - 1, most = (1 << scale) - 1;
  return (int64_t)(exponent - 1) * (1 << scale) + (index < most ? index : most);
}

// MARK: sides

static void clear(sgs_exponential_side *side) {
  memset(side, 0, sizeof *side);
  side->last = -1;
}

static int is_empty(const sgs_exponential_side *side) { return !side || side->first > side->last; }

/// Moves the buckets to another base, and to buckets `shift` scales coarser.
static void rearrange(sgs_exponential_side *side, int32_t base, int shift) {
  uint64_t counts[SGS_EXPONENTIAL_SLOTS] = {0};
  for (int32_t i = side->first; i <= side->last; i++) counts[(i >> shift) - base] += side->counts[i - side->base];
  for (int i = 0; i < SGS_EXPONENTIAL_SLOTS; i++) __atomic_store_n(&side->counts[i], counts[i], __ATOMIC_RELAXED);
  side->base = base;
  side->first >>= shift;
  side->last >>= shift;
}

/// The base that has the buckets from `first` to `last` in the middle of the slots.
static int32_t centred(int64_t first, int64_t last) {
  return (int32_t)(first - (SGS_EXPONENTIAL_SLOTS - (last - first + 1)) / 2);
}

static void coarsen(sgs_exponential *histogram, int shift) {
  sgs_exponential_side *sides[2] = {&histogram->positive, histogram->negative};
  for (int i = 0; i < 2; i++)
    if (!is_empty(sides[i])) rearrange(sides[i], centred(sides[i]->first >> shift, sides[i]->last >> shift), shift);
  histogram->scale -= shift;
}

void sgs_exponential_add(sgs_exponential *total, int is_negative, int32_t scale, int64_t index, uint64_t count) {
  if (scale < total->scale) coarsen(total, total->scale - scale);
  index >>= scale - total->scale;
  sgs_exponential_side *side = is_negative ? total->negative : &total->positive;
  if (is_empty(side)) {
    side->base = centred(index, index);
    side->first = side->last = (int32_t)index;
  } else if (index < side->first || index > side->last) {
    int64_t first = index < side->first ? index : side->first, last = index > side->last ? index : side->last;
    int shift = 0;
    while ((last >> shift) - (first >> shift) >= total->limits.buckets) shift++;
    if (shift) {
      coarsen(total, shift);
      index >>= shift;
      first >>= shift;
      last >>= shift;
    }
    if (first < side->base || last >= side->base + SGS_EXPONENTIAL_SLOTS) rearrange(side, centred(first, last), 0);
    side->first = (int32_t)first;
    side->last = (int32_t)last;
  }
  uint64_t *at = &side->counts[index - side->base];
  __atomic_store_n(at, *at + count, __ATOMIC_RELAXED);
}

void sgs_exponential_reset(sgs_exponential *total, sgs_exponential_limits limits, sgs_exponential_side *negative) {
  memset(total, 0, sizeof *total);
  total->scale = limits.scale;
  total->limits = limits;
  total->min = INFINITY;
  total->max = -INFINITY;
  total->negative = negative;
  clear(&total->positive);
  if (negative) clear(negative);
}

// MARK: recording

static sgs_exponential *make_own(uint32_t cell, sgs_exponential_limits limits) {
  sgs_exponential_prepare();
  // Buckets move about, which two threads must not do in one place.
  sgs_exponential *own = sgs_thread_has_cells(sgs_self()) ? malloc(sizeof *own) : NULL;
  if (!own) return NULL;
  sgs_exponential_reset(own, limits, NULL);
  // From here on a reader may look; the block lives as long as the thread's, which is adopted and never freed.
  __atomic_store_n(sgs_self()->cells + cell, (uint64_t)(uintptr_t)own, __ATOMIC_RELEASE);
  return own;
}

int sgs_exponential_record_slowly(uint32_t cell, sgs_exponential_limits limits, double value) {
  if (!isfinite(value)) return SGS_EXPONENTIAL_NOT_FINITE;
  sgs_exponential *own = (sgs_exponential *)(uintptr_t)sgs_self()->cells[cell];
  if (!own && !(own = make_own(cell, limits))) return SGS_EXPONENTIAL_NO_MEMORY;
  sgs_exponential_side *negative = own->negative;
  if (value < 0 && !negative) {
    negative = malloc(sizeof *negative);
    if (!negative) return SGS_EXPONENTIAL_NO_MEMORY;
    clear(negative);
  }

  __atomic_store_n(&own->sequence, own->sequence + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  own->negative = negative;
  if (value == 0)
    own->zeros++;
  else
    sgs_exponential_add(own, value < 0, own->scale, index_of(fabs(value), own->scale), 1);
  own->sum += value;
  if (value < own->min) own->min = value;
  if (value > own->max) own->max = value;
  __atomic_store_n(&own->sequence, own->sequence + 1, __ATOMIC_RELEASE);
  return ++own->recorded >= own->offer_at ? SGS_EXPONENTIAL_OFFER : 0;
}

// MARK: reading

static void copy_side(sgs_exponential_side *to, const sgs_exponential_side *from) {
  to->base = __atomic_load_n(&from->base, __ATOMIC_RELAXED);
  to->first = __atomic_load_n(&from->first, __ATOMIC_RELAXED);
  to->last = __atomic_load_n(&from->last, __ATOMIC_RELAXED);
  for (int64_t i = (int64_t)to->first - to->base; i <= (int64_t)to->last - to->base; i++) {
    if (i < 0 || i >= SGS_EXPONENTIAL_SLOTS) break;   // torn: the sequence will say so
    to->counts[i] = __atomic_load_n(&from->counts[i], __ATOMIC_RELAXED);
  }
}

/// A share as it was between two moves of its buckets.
static void copy_share(sgs_exponential *to, const sgs_exponential *from) {
  sgs_exponential_side *negative = to->negative;
  for (;; sched_yield()) {
    uint32_t before = __atomic_load_n(&from->sequence, __ATOMIC_ACQUIRE);
    if (before & 1) continue;
    to->scale = __atomic_load_n(&from->scale, __ATOMIC_RELAXED);
    to->zeros = __atomic_load_n(&from->zeros, __ATOMIC_RELAXED);
    __atomic_load(&from->sum, &to->sum, __ATOMIC_RELAXED);
    __atomic_load(&from->min, &to->min, __ATOMIC_RELAXED);
    __atomic_load(&from->max, &to->max, __ATOMIC_RELAXED);
    copy_side(&to->positive, &from->positive);
    const sgs_exponential_side *theirs = __atomic_load_n(&from->negative, __ATOMIC_ACQUIRE);
    if (theirs)
      copy_side(negative, theirs);
    else
      negative->first = 0, negative->last = -1;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&from->sequence, __ATOMIC_RELAXED) == before) return;
  }
}

static void merge_side(sgs_exponential *total, int is_negative, int32_t scale, const sgs_exponential_side *side) {
  for (int32_t i = side->first; i <= side->last; i++) {
    uint64_t count = side->counts[i - side->base];
    if (count) sgs_exponential_add(total, is_negative, scale, i, count);
  }
}

int sgs_exponential_read(uint32_t cell, sgs_exponential_limits limits, sgs_exponential *total) {
  sgs_exponential_reset(total, limits, total->negative);
  sgs_exponential_side negative;
  sgs_exponential share = {.negative = &negative};
  int shares = 0;
  for (sgs_thread *block = sgs_thread_first(); block; block = block->next) {
    uint64_t word = __atomic_load_n(block->cells + cell, __ATOMIC_ACQUIRE);
    if (!word) continue;
    copy_share(&share, (const sgs_exponential *)(uintptr_t)word);
    shares++;
    total->zeros += share.zeros;
    total->sum += share.sum;
    if (share.min < total->min) total->min = share.min;
    if (share.max > total->max) total->max = share.max;
    merge_side(total, 0, share.scale, &share.positive);
    merge_side(total, 1, share.scale, &negative);
  }
  return shares;
}
