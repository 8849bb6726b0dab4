#include "floor_flight.h"
#include <stdlib.h>

enum { ENTRIES = 1 << 18 };   // some MiB, as the recorder has

static _Thread_local struct {
  uint64_t *words, head;
} ring;

uint64_t floor_flight_note(uint64_t count) {
  if (!ring.words) ring.words = calloc(ENTRIES, 24);
  if (!ring.words) abort();
  for (uint64_t i = 0; i < count; i++) {
    uint64_t *entry = ring.words + 3 * (ring.head % ENTRIES);
    __atomic_store_n(entry, i << 8, __ATOMIC_RELAXED);
    __atomic_store_n(entry + 1, i, __ATOMIC_RELAXED);
    __atomic_store_n(entry + 2, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&ring.head, ring.head + 1, __ATOMIC_RELEASE);
  }
  return ring.head;
}
