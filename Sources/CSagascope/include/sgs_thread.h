// What recording owns per thread: two rings, a free list of slots, a generator and the cells of sharded instruments.
//
// Blocks are in a list that never shrinks. A block whose thread has ended is adopted, as it is, by the next new thread:
// nothing to fold, nothing lost, and as many blocks as there ever were threads at once.
// Never hold the pointer across an `await`: the task may continue on another thread.
#pragma once
#include <stdint.h>
#include "sgs_ids.h"
#include "sgs_ring.h"
#include "sgs_slot.h"

#define SGS_CELLS (1u << 20)   // 8-byte cells a thread; reserved address space, pages committed on first touch
#define SGS_WASTE_CELLS 64u    // the first ones, which nobody reads: for measurements that have no cell of their own

typedef struct sgs_thread {
  sgs_rng rng;
  sgs_slot *free_slots;
  uint64_t free_count;
  uint64_t *cells;
  struct sgs_thread *next;
  uint64_t spans_begun, spans_ended;   // here; a span may end on another thread. Read relaxed by others
  uint32_t live;
  uint8_t pad[60];
  sgs_ring rings[2];
} sgs_thread;

extern _Thread_local sgs_thread *sgs_self_pointer __attribute__((tls_model("initial-exec")));
/// The thread's cells. Before its first measurement: zeros that all such threads share and nobody writes to. What counts here
/// takes a slow way where it finds zeros, and there sgs_self() gives the thread its block.
extern _Thread_local uint64_t *sgs_own_cells __attribute__((tls_model("initial-exec")));

/// 0 until a pipeline is attached: spans and events are not recorded at all. Instruments always count.
extern uint32_t sgs_recording;

sgs_thread *sgs_thread_attach(void);
/// The first block; follow `next`. Safe at any time.
sgs_thread *sgs_thread_first(void);
/// 0 for a thread that shares its cells with others, since the system had no memory for its own.
int sgs_thread_has_cells(const sgs_thread *self);
/// Address space of `bytes` bytes, zeroed, committed page by page when touched, never given back; NULL when there is none.
void *sgs_reserve_memory(uint64_t bytes);

static inline sgs_thread *sgs_self(void) {
  sgs_thread *self = sgs_self_pointer;
  return __builtin_expect(self != 0, 1) ? self : sgs_thread_attach();
}

static inline void sgs_span_begun(void) { sgs_count(&sgs_self()->spans_begun); }
static inline void sgs_span_ended(void) { sgs_count(&sgs_self()->spans_ended); }

/// Sums over all threads; begun is read last, so that it is never less than ended.
typedef struct { uint64_t begun, ended; } sgs_span_counts;
sgs_span_counts sgs_span_count(void);

static inline int sgs_is_recording(void) { return (int)__atomic_load_n(&sgs_recording, __ATOMIC_RELAXED); }
void sgs_set_recording(int on);

/// NULL when there is no memory: the record is then not recorded.
sgs_slot *sgs_slot_refill(sgs_thread *self);
void sgs_slot_spill(sgs_thread *self);
void sgs_slot_release_heap(sgs_slot *slot);

static inline sgs_slot *sgs_slot_get(sgs_thread *self) {
  sgs_slot *slot = self->free_slots;
  if (__builtin_expect(slot == 0, 0)) return sgs_slot_refill(self);
  self->free_slots = slot->next;
  self->free_count--;
  return slot;
}

static inline sgs_ring *sgs_thread_ring(sgs_thread *self, int signal) { return &self->rings[signal]; }

static inline void sgs_slot_put(sgs_thread *self, sgs_slot *slot) {
  if (__builtin_expect(slot->heap != 0, 0)) sgs_slot_release_heap(slot);
  slot->next = self->free_slots;
  self->free_slots = slot;
  if (__builtin_expect(++self->free_count > 256, 0)) sgs_slot_spill(self);
}
