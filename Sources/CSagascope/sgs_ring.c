#include "CSagascope.h"
#include <sys/mman.h>

static sgs_wake_function wake_consumer;
uint32_t sgs_wake_asked[3];

void sgs_set_wake(sgs_wake_function wake) {
  __atomic_store_n(&wake_consumer, wake, __ATOMIC_RELEASE);
  for (int reason = 0; reason < 3; reason++) sgs_wake_answered(reason);
}

void sgs_ring_ask(int reason) {
  if (__atomic_load_n(&sgs_wake_asked[reason], __ATOMIC_RELAXED)) return;
  if (__atomic_exchange_n(&sgs_wake_asked[reason], 1, __ATOMIC_ACQ_REL)) return;
  sgs_wake_function wake = __atomic_load_n(&wake_consumer, __ATOMIC_ACQUIRE);
  if (wake) wake(reason);
}

void sgs_wake_answered(int reason) { __atomic_store_n(&sgs_wake_asked[reason], 0, __ATOMIC_SEQ_CST); }

static uint64_t ring_bytes[2] = {1u << 20, 1u << 19};

static uint64_t power_of_two(uint64_t bytes) {
  uint64_t size = 2 * SGS_MAX_RECORD;
  while (size < bytes && size < 1ull << 31) size *= 2;
  return size;
}

uint64_t sgs_ring_sizing;

void sgs_configure_rings(uint64_t span_bytes, uint64_t event_bytes) {
  uint64_t sizes[2] = {[SGS_SPANS] = power_of_two(span_bytes), [SGS_EVENTS] = power_of_two(event_bytes)};
  int changed = 0;
  for (int signal = 0; signal < 2; signal++)
    changed |= __atomic_exchange_n(&ring_bytes[signal], sizes[signal], __ATOMIC_RELAXED) != sizes[signal];
  if (changed) __atomic_fetch_add(&sgs_ring_sizing, 1, __ATOMIC_RELEASE);
}

// Gives the ring the size that is configured. Called by its producer while the ring is empty: the consumer then has nothing
// to read in the old memory, and learns of the new one with the first record there, which is published with release.
static void resize(sgs_ring *ring, int signal, uint64_t sizing) {
  uint64_t capacity = __atomic_load_n(&ring_bytes[signal], __ATOMIC_RELAXED);
  if (capacity != ring->capacity) {
    uint8_t *bytes = sgs_reserve_memory(capacity + SGS_MAX_RECORD);
    if (!bytes) return;   // the old one serves on; the next record asks again
    if (ring->bytes) munmap(ring->bytes, ring->capacity + SGS_MAX_RECORD);
    ring->bytes = bytes;
    __atomic_store_n(&ring->capacity, capacity, __ATOMIC_RELAXED);
  }
  ring->sizing = sizing;
}

int sgs_ring_make_room(sgs_ring *ring, uint64_t length, int signal) {
  if (length > SGS_MAX_RECORD - 16) {
    sgs_count(&ring->dropped_large);
    return 0;
  }
  ring->tail_seen = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
  uint64_t sizing = __atomic_load_n(&sgs_ring_sizing, __ATOMIC_ACQUIRE);
  if ((ring->capacity == 0 || ring->sizing != sizing) && ring->tail_seen == ring->head) resize(ring, signal, sizing);
  uint64_t need = (length + 15) & ~7ull;
  if (ring->head + need - ring->tail_seen <= ring->capacity) return 1;
  sgs_count(&ring->dropped_full);
  return 0;
}

sgs_ring_counts sgs_ring_count(const sgs_ring *ring) {
  sgs_ring_counts counts;
  counts.consumed = __atomic_load_n(&ring->consumed, __ATOMIC_ACQUIRE);
  counts.written = __atomic_load_n(&ring->written, __ATOMIC_RELAXED);
  counts.dropped_full = __atomic_load_n(&ring->dropped_full, __ATOMIC_RELAXED);
  counts.dropped_large = __atomic_load_n(&ring->dropped_large, __ATOMIC_RELAXED);
  counts.dropped_closed = __atomic_load_n(&ring->dropped_closed, __ATOMIC_RELAXED);
  return counts;
}

const uint8_t *sgs_ring_peek(const sgs_ring *ring, uint64_t at, uint64_t *length) {
  if (at == __atomic_load_n(&ring->published, __ATOMIC_ACQUIRE)) return NULL;
  const uint8_t *record = ring->bytes + (at & (ring->capacity - 1));
  memcpy(length, record, 8);
  return record + 8;
}

void sgs_ring_release(sgs_ring *ring, uint64_t at, uint64_t records) {
  uint64_t consumed = __atomic_load_n(&ring->consumed, __ATOMIC_RELAXED) + records;
  __atomic_store_n(&ring->consumed, consumed, __ATOMIC_RELEASE);
  __atomic_store_n(&ring->tail, at, __ATOMIC_RELEASE);
}
