// A bounded ring of encoded records: one producer (the thread that owns it), one consumer (the pipeline).
//
// A record is a u64 length and its bytes, padded to 8, and always contiguous: it may run past `capacity` into a slack of
// SGS_MAX_RECORD bytes. Positions only grow; `position & (capacity - 1)` is the place. A full ring drops and counts; the
// producer never waits.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SGS_MAX_RECORD 65536u

typedef struct sgs_ring {
  // Producer's line.
  uint8_t *bytes;
  uint64_t capacity;    // a power of two; 0 until the thread has recorded something; other threads read it relaxed
  uint64_t head;        // next byte to write
  uint64_t tail_seen;   // the consumer's position when last looked at
  uint64_t written;     // records committed; other threads read the counters relaxed
  uint64_t dropped_full;
  uint64_t sizing;      // the sgs_ring_sizing that this ring was last made for
  uint64_t dropped_large;
  uint64_t dropped_closed;  // ended after recording was switched off
  uint8_t pad0[56];
  // Published by the producer, read by the consumer.
  uint64_t published;
  uint8_t pad1[120];
  // Published by the consumer, read by the producer.
  uint64_t tail;
  uint64_t consumed;    // records taken out
  uint8_t pad2[112];
} sgs_ring;

enum { SGS_SPANS = 0, SGS_EVENTS = 1 };

/// Why the consumer is woken: a ring is half full, or an event waits (events do not wait for a timer).
enum { SGS_SPANS_HALF_FULL = 0, SGS_EVENTS_HALF_FULL = 1, SGS_EVENTS_WAITING = 2 };

/// Called from a recording thread; must be short. Set by the pipeline, NULL without one.
typedef void (*sgs_wake_function)(int reason);
void sgs_set_wake(sgs_wake_function wake);
/// Per reason: the consumer was asked and has not answered by sgs_wake_answered since, so nobody asks again.
extern uint32_t sgs_wake_asked[3];

void sgs_ring_ask(int reason);
void sgs_wake_answered(int reason);

static inline void sgs_count(uint64_t *counter) {
  __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

/// Sizes of rings, rounded up to a power of two, at least 2 × SGS_MAX_RECORD. A ring that was made before takes its new size
/// with its thread's next record, once it is empty.
void sgs_configure_rings(uint64_t span_bytes, uint64_t event_bytes);
/// Counts the calls that changed a size.
extern uint64_t sgs_ring_sizing;

/// The slow way of sgs_ring_reserve: makes the ring on its first record and when sizes have changed, looks where the consumer
/// is; 0 when there is no room (counted).
int sgs_ring_make_room(sgs_ring *ring, uint64_t length, int signal);

/// Room for a record of `length` bytes, or NULL when the ring is full or the record too large (counted).
static inline uint8_t *sgs_ring_reserve(sgs_ring *ring, uint64_t length, int signal) {
  uint64_t need = (length + 15) & ~7ull;
  if (__builtin_expect(length > SGS_MAX_RECORD - 16 || ring->head + need - ring->tail_seen > ring->capacity ||
                       ring->sizing != __atomic_load_n(&sgs_ring_sizing, __ATOMIC_RELAXED), 0))
    if (!sgs_ring_make_room(ring, length, signal)) return NULL;
  return ring->bytes + (ring->head & (ring->capacity - 1)) + 8;
}

/// Publishes the record of `length` bytes written at `at` (as sgs_ring_reserve answered).
static inline void sgs_ring_commit(sgs_ring *ring, uint8_t *at, uint64_t length, int signal) {
  memcpy(at - 8, &length, 8);
  ring->head += (length + 15) & ~7ull;
  sgs_count(&ring->written);
  __atomic_store_n(&ring->published, ring->head, __ATOMIC_RELEASE);
  if (__builtin_expect(ring->head - ring->tail_seen > ring->capacity / 2, 0)) {
    ring->tail_seen = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
    if (ring->head - ring->tail_seen > ring->capacity / 2) sgs_ring_ask(signal);
  }
  if (signal == SGS_EVENTS) {
    // The consumer takes back its question, then looks; we publish, then ask. Without the fence both could look first, and
    // the last event before a silence would wait for the next one.
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    sgs_ring_ask(SGS_EVENTS_WAITING);
  }
}

/// What a ring has counted since it was made; consumed is read first, so that what waits is never negative.
typedef struct { uint64_t consumed, written, dropped_full, dropped_large, dropped_closed; } sgs_ring_counts;
sgs_ring_counts sgs_ring_count(const sgs_ring *ring);

static inline uint64_t sgs_ring_capacity(const sgs_ring *ring) {
  return __atomic_load_n(&ring->capacity, __ATOMIC_RELAXED);
}

/// Where the ring ends now: everything before was published.
static inline uint64_t sgs_ring_end(const sgs_ring *ring) { return __atomic_load_n(&ring->published, __ATOMIC_ACQUIRE); }

/// The next record, or NULL when the ring is empty. Consumer only; `sgs_ring_release` gives its room back.
const uint8_t *sgs_ring_peek(const sgs_ring *ring, uint64_t at, uint64_t *length);
/// Gives back everything before `at`, `records` records since the last call.
void sgs_ring_release(sgs_ring *ring, uint64_t at, uint64_t records);
