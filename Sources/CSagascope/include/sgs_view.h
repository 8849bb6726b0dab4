// The cells of the saga log's view: 64 bytes that one thread writes at a time, and that other processes read meanwhile.
//
// A cell is written without a system call and without waiting for readers: its stamp is odd for as long as that takes.
// The checksum covers stamp and content, and is seeded with the file and the cell's place in it: a reader believes nothing
// else, whatever order it sees the writes in.
#pragma once
#include "sgs_crc32c.h"
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the view is little-endian, and mapped as it is"
#endif

enum { SGS_VIEW_WORDS = 7 };

/// `stamp`: 0 for a cell that was never written, then even, and 2 more each time it is.
typedef struct {
  uint32_t stamp, checksum;
  uint64_t words[SGS_VIEW_WORDS];
} sgs_view_cell;

/// An open run; `lsn` 0 for none. `saga` and `step` are numbers of names, 0 for none.
typedef struct {
  uint64_t run_high, run_low, lsn, started, changed;
  uint32_t sequence, epoch;
  uint16_t saga, step, attempt;
  uint8_t state, zero;
} sgs_view_run;

/// How far the view is. `slots`: beyond them no cell was ever used.
typedef struct {
  uint64_t durable, mapped, heartbeat, unmapped, unnamed;
  uint32_t slots, is_closed;
  uint64_t zero;
} sgs_view_head;

_Static_assert(sizeof(sgs_view_cell) == 64, "a cell is a cache line");
_Static_assert(sizeof(sgs_view_run) == 8 * SGS_VIEW_WORDS, "a run fills a cell");
_Static_assert(sizeof(sgs_view_head) == 8 * SGS_VIEW_WORDS, "a head fills a cell");

static inline uint32_t sgs_view_checksum(const sgs_view_cell *cell, uint32_t seed) {
  return sgs_crc32c_word(seed, cell->stamp, cell->words, sizeof cell->words);
}

/// Writes a cell. Of all writes to one, each happens after the one before it.
static inline void sgs_view_store(sgs_view_cell *cell, const uint64_t words[SGS_VIEW_WORDS], uint32_t seed) {
  uint32_t stamp = cell->stamp + 2;
  if (__builtin_expect(stamp == 0, 0)) stamp = 2;
  uint32_t checksum = sgs_crc32c_word(seed, stamp, words, 8 * SGS_VIEW_WORDS);
  __atomic_store_n(&cell->stamp, stamp - 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  __atomic_store_n(&cell->checksum, checksum, __ATOMIC_RELAXED);
  for (int i = 0; i < SGS_VIEW_WORDS; i++) __atomic_store_n(&cell->words[i], words[i], __ATOMIC_RELAXED);
  __atomic_store_n(&cell->stamp, stamp, __ATOMIC_RELEASE);
}

// Words are put together in registers: what is stored in parts and loaded as a whole has to wait for the store.
static inline void sgs_view_store_run(sgs_view_cell *cell, sgs_view_run run, uint32_t seed) {
  uint64_t words[SGS_VIEW_WORDS] = {
      run.run_high, run.run_low, run.lsn, run.started, run.changed, run.sequence | (uint64_t)run.epoch << 32,
      run.saga | (uint64_t)run.step << 16 | (uint64_t)run.attempt << 32 | (uint64_t)run.state << 48};
  sgs_view_store(cell, words, seed);
}

static inline void sgs_view_store_head(sgs_view_cell *cell, sgs_view_head head, uint32_t seed) {
  uint64_t words[SGS_VIEW_WORDS];
  memcpy(words, &head, sizeof words);
  sgs_view_store(cell, words, seed);
}
