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
/// The sum of one cell over all threads, and of one that holds a double.
uint64_t sgs_cell_sum(uint32_t cell);
double sgs_cell_sum_double(uint32_t cell);

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

/// To a cell that holds a double.
static inline void sgs_cell_add_double(uint32_t cell, double value) {
  uint64_t *at = sgs_self()->cells + cell;
  sgs_store_double(at, sgs_load_double(at, 0) + value, 0);
}

#define SGS_COUNTER_CELLS 2u   // the sum, and where the next exemplar is due

/// Adds a value that is not 0, and answers whether it did: it leaves a measurement that may become an exemplar, and the first
/// ones of a thread, to sgs_cell_add. One comparison finds both.
static inline int sgs_counter_add(uint32_t cell, uint64_t value) {
  uint64_t *at = sgs_own_cells + cell;
  uint64_t sum = sgs_load(at) + value;
  if (__builtin_expect(sum > at[1], 0)) return 0;
  sgs_store(at, sum);
  return 1;
}

/// What this thread counted here.
static inline uint64_t sgs_cell_own(uint32_t cell) { return sgs_load(sgs_self()->cells + cell); }

/// The next measurement that may become an exemplar is the one after which this thread's count has grown by `gap`.
static inline void sgs_cell_offered(uint32_t cell, uint64_t gap) {
  uint64_t *at = sgs_self()->cells + cell;
  at[1] = sgs_load(at) + gap - 1;
}
