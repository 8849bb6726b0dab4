#include "CSagascope.h"
#include <math.h>

static uint64_t next_cell = SGS_WASTE_CELLS;

int64_t sgs_cells_reserve(uint64_t count) {
  uint64_t at = __atomic_load_n(&next_cell, __ATOMIC_RELAXED);
  do {
    if (at + count > SGS_CELLS) return -1;
  } while (!__atomic_compare_exchange_n(&next_cell, &at, at + count, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return (int64_t)at;
}

void sgs_cells_sum(const uint32_t *cells, uint64_t count, uint64_t *sums) {
  memset(sums, 0, count * sizeof *sums);
  // Block by block: the cells of one thread are near each other.
  for (sgs_thread *block = sgs_thread_first(); block; block = block->next)
    for (uint64_t i = 0; i < count; i++) sums[i] += sgs_load(block->cells + cells[i]);
}

sgs_histogram_total sgs_histogram_sum(uint32_t first, uint32_t buckets, uint64_t *counts) {
  sgs_histogram_total total = {0, INFINITY, -INFINITY};
  memset(counts, 0, buckets * sizeof *counts);
  for (sgs_thread *block = sgs_thread_first(); block; block = block->next) {
    const uint64_t *cells = block->cells + first;
    for (uint32_t i = 0; i < buckets; i++) counts[i] += sgs_load(cells + SGS_HISTOGRAM_BUCKET(0, i));
    total.sum += sgs_load_double(cells, 0);
    double min = sgs_load_double(cells + 1, SGS_PLUS_INFINITY), max = sgs_load_double(cells + 2, SGS_MINUS_INFINITY);
    if (min < total.min) total.min = min;
    if (max > total.max) total.max = max;
  }
  return total;
}
