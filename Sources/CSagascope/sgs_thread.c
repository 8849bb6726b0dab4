#include "CSagascope.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>

static uint64_t no_cells[SGS_CELLS];   // never written to, so that it takes no memory

_Thread_local sgs_thread *sgs_self_pointer __attribute__((tls_model("initial-exec")));
_Thread_local uint64_t *sgs_own_cells __attribute__((tls_model("initial-exec"))) = no_cells;
uint32_t sgs_recording;

static sgs_thread *first_thread;   // pushed to only, under the lock; read without
static pthread_mutex_t attach_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
// Shared by threads for which the system gave no cells: counts may get lost there, and nothing worse.
static uint64_t spare_cells[SGS_CELLS];
static sgs_slot *shared_slots;     // a stack: pushed by compare-and-set, taken whole by exchange, so no ABA

static void thread_ended(void *block) {
  sgs_self_pointer = NULL;
  sgs_own_cells = no_cells;
  __atomic_store_n(&((sgs_thread *)block)->live, 0, __ATOMIC_RELEASE);
}

static void make_key(void) { pthread_key_create(&thread_key, thread_ended); }

void *sgs_reserve_memory(uint64_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void sgs_rng_seed(sgs_rng *r) {
  if (getrandom(r, sizeof *r, 0) != (ssize_t)sizeof *r || (r->a | r->b) == 0) {
    r->a = sgs_mix(sgs_monotonic_ns(), 0x9E3779B97F4A7C15ull);
    r->b = sgs_mix((uint64_t)(uintptr_t)r, sgs_monotonic_ns()) | 1;
  }
}

static sgs_thread *make_thread(void) {
  sgs_thread *block = NULL;
  if (posix_memalign((void **)&block, 128, sizeof *block)) abort();   // as Swift does when memory for an object is out
  memset(block, 0, sizeof *block);
  block->cells = sgs_reserve_memory(SGS_CELLS * sizeof(uint64_t));
  if (!block->cells) block->cells = spare_cells;
  sgs_rng_seed(&block->rng);
  block->next = first_thread;
  __atomic_store_n(&first_thread, block, __ATOMIC_RELEASE);
  return block;
}

sgs_thread *sgs_thread_attach(void) {
  pthread_once(&key_once, make_key);
  pthread_mutex_lock(&attach_lock);
  sgs_thread *block = first_thread;
  while (block && __atomic_load_n(&block->live, __ATOMIC_ACQUIRE)) block = block->next;
  if (!block) block = make_thread();
  __atomic_store_n(&block->live, 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&attach_lock);
  pthread_setspecific(thread_key, block);
  sgs_self_pointer = block;
  sgs_own_cells = block->cells;
  return block;
}

int sgs_thread_has_cells(const sgs_thread *self) { return self->cells != spare_cells; }

sgs_thread *sgs_thread_first(void) { return __atomic_load_n(&first_thread, __ATOMIC_ACQUIRE); }

sgs_span_counts sgs_span_count(void) {
  sgs_span_counts counts = {0, 0};
  for (sgs_thread *block = sgs_thread_first(); block; block = block->next)
    counts.ended += __atomic_load_n(&block->spans_ended, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  for (sgs_thread *block = sgs_thread_first(); block; block = block->next)
    counts.begun += __atomic_load_n(&block->spans_begun, __ATOMIC_RELAXED);
  return counts;
}

void sgs_set_recording(int on) { __atomic_store_n(&sgs_recording, (uint32_t)on, __ATOMIC_RELEASE); }

// MARK: slots

sgs_slot *sgs_slot_refill(sgs_thread *self) {
  sgs_slot *slots = __atomic_exchange_n(&shared_slots, NULL, __ATOMIC_ACQUIRE);
  if (!slots) {
    enum { count = 64 };
    slots = sgs_reserve_memory(count * sizeof *slots);
    if (!slots) return NULL;
    for (int i = 0; i < count - 1; i++) slots[i].next = &slots[i + 1];
  }
  uint64_t rest = 0;
  for (sgs_slot *slot = slots->next; slot; slot = slot->next) rest++;
  self->free_slots = slots->next;
  self->free_count = rest;
  return slots;
}

void sgs_slot_spill(sgs_thread *self) {
  sgs_slot *head = self->free_slots, *last = head;
  for (int i = 0; i < 127; i++) last = last->next;
  self->free_slots = last->next;
  self->free_count -= 128;
  sgs_slot *old = __atomic_load_n(&shared_slots, __ATOMIC_RELAXED);
  do last->next = old;
  while (!__atomic_compare_exchange_n(&shared_slots, &old, head, 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

int sgs_slot_grow(sgs_slot *slot, uint64_t more) {
  uint64_t used = (uint64_t)(slot->cursor - slot->start), need = used + more + SGS_SLOT_TAIL;
  if (need > SGS_MAX_RECORD - 16) return 0;
  uint64_t size = 2048;
  while (size < need) size *= 2;
  uint8_t *body = malloc(size);
  if (!body) return 0;
  memcpy(body, slot->start, used);
  free(slot->heap);
  slot->heap = body;
  slot->start = body;
  slot->cursor = body + used;
  slot->limit = body + size - SGS_SLOT_TAIL;
  return 1;
}

void sgs_slot_wait(sgs_slot *slot) {
  do sched_yield();
  while (__atomic_exchange_n(&slot->lock, 1, __ATOMIC_ACQUIRE));
}

void sgs_slot_release_heap(sgs_slot *slot) {
  free(slot->heap);
  slot->heap = NULL;
}
