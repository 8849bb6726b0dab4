#include "CSagascope.h"

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

const uint8_t *sgs_ring_peek(const sgs_ring *ring, uint64_t at, uint64_t *length) {
  if (at == __atomic_load_n(&ring->published, __ATOMIC_ACQUIRE)) return NULL;
  const uint8_t *record = ring->bytes + (at & (ring->capacity - 1));
  memcpy(length, record, 8);
  return record + 8;
}

void sgs_ring_release(sgs_ring *ring, uint64_t at, uint64_t records) {
  uint64_t consumed = __atomic_load_n(&ring->consumed, __ATOMIC_RELAXED) + records;
  __atomic_store_n(&ring->consumed, consumed, __ATOMIC_RELAXED);
  __atomic_store_n(&ring->tail, at, __ATOMIC_RELEASE);
}
