#include "CSagascope.h"

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

uint64_t sgs_cell_sum(uint32_t cell) {
  uint64_t sum;
  sgs_cells_sum(&cell, 1, &sum);
  return sum;
}

double sgs_cell_sum_double(uint32_t cell) {
  double sum = 0;
  for (sgs_thread *block = sgs_thread_first(); block; block = block->next) sum += sgs_load_double(block->cells + cell, 0);
  return sum;
}
