#include "CSagascope.h"
#include <math.h>

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  return bits;
}

/// From the smallest to the largest so far, as far as that is not negative: by bits, which then order as the values do.
static void set_plain_range(uint64_t *cells, double min, double max) {
  uint64_t lowest = min > 0 ? bits_of(min) : 0;
  sgs_store(cells + SGS_HISTOGRAM_PLAIN, lowest);
  sgs_store(cells + SGS_HISTOGRAM_WIDTH, max >= 0 ? bits_of(max + 0.0) - lowest + 1 : 0);
}

sgs_histogram_place sgs_histogram_record_slowly(
  uint32_t first, const int64_t *bounds, uint32_t size, uint32_t buckets, double value) {
  uint64_t *cells = sgs_self()->cells + first;
  uint32_t bucket = buckets - 1;
  if (!isnan(value)) bucket = (uint32_t)sgs_bucket(bounds, size, sgs_order(value));

  uint64_t *at = cells + sgs_histogram_count_cell(0, bucket);
  uint64_t count = sgs_load(at) + 1;
  sgs_store(at, count);
  if (isfinite(value)) {
    sgs_store_double(cells + SGS_HISTOGRAM_SUM, sgs_load_double(cells + SGS_HISTOGRAM_SUM, 0) + value, 0);
    double min = fmin(value, sgs_load_double(cells + SGS_HISTOGRAM_MIN, SGS_PLUS_INFINITY));
    double max = fmax(value, sgs_load_double(cells + SGS_HISTOGRAM_MAX, SGS_MINUS_INFINITY));
    sgs_store_double(cells + SGS_HISTOGRAM_MIN, min, SGS_PLUS_INFINITY);
    sgs_store_double(cells + SGS_HISTOGRAM_MAX, max, SGS_MINUS_INFINITY);
    set_plain_range(cells, min, max);
  }
  return (sgs_histogram_place){bucket, count > at[1]};
}

sgs_histogram_total sgs_histogram_sum(uint32_t first, uint32_t buckets, uint64_t *counts) {
  sgs_histogram_total total = {0, INFINITY, -INFINITY};
  memset(counts, 0, buckets * sizeof *counts);
  for (sgs_thread *block = sgs_thread_first(); block; block = block->next) {
    const uint64_t *cells = block->cells + first;
    for (uint32_t i = 0; i < buckets; i++) counts[i] += sgs_load(cells + sgs_histogram_count_cell(0, i));
    total.sum += sgs_load_double(cells + SGS_HISTOGRAM_SUM, 0);
    total.min = fmin(total.min, sgs_load_double(cells + SGS_HISTOGRAM_MIN, SGS_PLUS_INFINITY));
    total.max = fmax(total.max, sgs_load_double(cells + SGS_HISTOGRAM_MAX, SGS_MINUS_INFINITY));
  }
  return total;
}
