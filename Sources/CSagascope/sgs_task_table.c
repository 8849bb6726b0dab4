#include "CSagascope.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 64u
#define SHARD_BITS 6
#define FIRST_SLAB 32u       // records; each further slab is twice as large
#define SLABS 20
#define SLACK 1024u          // ns by which the sums of a record may miss its life
#define SLOT_BITS 20         // of an index entry: the record's number within its shard, from 1

// An index entry is the task's id without the bits that chose the shard, and the number of its record.
typedef struct {
  uint64_t mask;
  uint64_t entries[];
} index_table;

typedef struct {
  uint32_t lock;
  uint32_t made;             // records in slabs
  uint32_t used;             // live ones
  uint32_t free;             // number of the first free record, 0: none
  uint64_t version;          // odd while entries move
  index_table *index;        // a larger one replaces it; the old ones stay for readers, all together as large as it
  sgs_task *slabs[SLABS];
} __attribute__((aligned(64))) shard;

static shard shards[SHARDS];
static uint64_t limit = 1u << 20, live, refused;

void sgs_tasks_set_limit(uint64_t value) {
  __atomic_store_n(&limit, value < 1u << 24 ? value : 1u << 24, __ATOMIC_RELAXED);
}

uint64_t sgs_tasks_live(void) { return __atomic_load_n(&live, __ATOMIC_RELAXED); }

uint64_t sgs_tasks_refused(void) { return __atomic_load_n(&refused, __ATOMIC_RELAXED); }

// MARK: locks

static void lock(shard *s) {
  for (unsigned tries = 0; __atomic_exchange_n(&s->lock, 1, __ATOMIC_ACQUIRE); tries++) {
    if (tries >= 64) sched_yield();
  }
}

static void unlock(shard *s) { __atomic_store_n(&s->lock, 0, __ATOMIC_RELEASE); }

// MARK: records

static sgs_task *record(const shard *s, uint32_t number) {
  uint32_t position = number - 1 + FIRST_SLAB;
  int slab = 31 - __builtin_clz(position / FIRST_SLAB);
  return __atomic_load_n(&s->slabs[slab], __ATOMIC_ACQUIRE) + (position - (FIRST_SLAB << slab));
}

/// A free record's number, 0 when there is no memory.
static uint32_t take_record(shard *s) {
  if (s->free) {
    uint32_t number = s->free;
    s->free = (uint32_t)record(s, number)->parent;
    return number;
  }
  uint32_t position = s->made + FIRST_SLAB;
  int slab = 31 - __builtin_clz(position / FIRST_SLAB);
  if (slab >= SLABS || s->made + 1 >= 1u << SLOT_BITS) return 0;
  if (!s->slabs[slab]) {
    sgs_task *made = aligned_alloc(64, sizeof(sgs_task) * ((uint64_t)FIRST_SLAB << slab));
    if (!made) return 0;
    memset(made, 0, sizeof(sgs_task) * ((uint64_t)FIRST_SLAB << slab));
    __atomic_store_n(&s->slabs[slab], made, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&s->made, s->made + 1, __ATOMIC_RELEASE);
  return s->made;
}

// MARK: the index

static uint64_t entry_of(uint64_t id, uint32_t number) { return (id >> SHARD_BITS) << SLOT_BITS | number; }

static uint32_t number_of(uint64_t entry) { return (uint32_t)entry & ((1u << SLOT_BITS) - 1); }

/// Where the search for an entry begins. Consecutive ids are spread, so that they make no long clusters.
static uint64_t home(uint64_t entry, uint64_t mask) { return ((entry >> SLOT_BITS) * 0x9E3779B97F4A7C15ull >> 20) & mask; }

static void put(index_table *index, uint64_t entry) {
  uint64_t i = home(entry, index->mask);
  while (index->entries[i]) i = (i + 1) & index->mask;
  __atomic_store_n(&index->entries[i], entry, __ATOMIC_RELEASE);
}

/// At most half full.
static int make_room(shard *s) {
  index_table *old = s->index;
  if (old && (s->used + 1) * 2ull <= old->mask + 1) return 1;
  uint64_t size = old ? (old->mask + 1) * 2 : 2 * FIRST_SLAB;
  index_table *index = calloc(1, sizeof *index + size * sizeof(uint64_t));
  if (!index) return old && s->used + 1 < old->mask;
  index->mask = size - 1;
  for (uint64_t i = 0; old && i <= old->mask; i++)
    if (old->entries[i]) put(index, old->entries[i]);
  __atomic_store_n(&s->index, index, __ATOMIC_RELEASE);
  return 1;
}

static int finds(const shard *s, const index_table *index, uint64_t id, sgs_task **found) {
  uint64_t wanted = entry_of(id, 0);
  for (uint64_t i = home(wanted, index->mask);; i = (i + 1) & index->mask) {
    uint64_t entry = __atomic_load_n(&index->entries[i], __ATOMIC_ACQUIRE);
    if (!entry) return 0;
    if (entry >> SLOT_BITS != wanted >> SLOT_BITS) continue;
    *found = record(s, number_of(entry));
    return sgs_task_id(*found) == id;
  }
}

sgs_task *sgs_tasks_find(uint64_t id) {
  const shard *s = &shards[id % SHARDS];
  for (;;) {
    uint64_t version = __atomic_load_n(&s->version, __ATOMIC_ACQUIRE);
    const index_table *index = __atomic_load_n(&s->index, __ATOMIC_ACQUIRE);
    sgs_task *found;
    if (!index) return NULL;
    if (finds(s, index, id, &found)) return found;
    // Not there, unless entries moved meanwhile and it was passed over.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (!(version & 1) && __atomic_load_n(&s->version, __ATOMIC_RELAXED) == version) return NULL;
  }
}

/// Takes the entry out and moves back those that stand behind it only because of it.
/// - Returns: the number of the record it stood for.
static uint32_t take_entry(shard *s, uint64_t id) {
  index_table *index = s->index;
  uint64_t wanted = entry_of(id, 0), i = home(wanted, index->mask);
  while (index->entries[i] >> SLOT_BITS != wanted >> SLOT_BITS) i = (i + 1) & index->mask;
  uint32_t number = number_of(index->entries[i]);
  __atomic_store_n(&s->version, s->version + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  for (uint64_t j = (i + 1) & index->mask; index->entries[j]; j = (j + 1) & index->mask) {
    uint64_t wanted = home(index->entries[j], index->mask);
    // Its home lies cyclically in (i, j]: it may not stand before that.
    if (((j - wanted) & index->mask) < ((j - i) & index->mask)) continue;
    __atomic_store_n(&index->entries[i], index->entries[j], __ATOMIC_RELEASE);
    i = j;
  }
  __atomic_store_n(&index->entries[i], 0, __ATOMIC_RELEASE);
  __atomic_store_n(&s->version, s->version + 1, __ATOMIC_RELEASE);
  return number;
}

// MARK: in and out

/// Everything but the id, which makes the record the task's.
static void begin(sgs_task *task, void *address, uint64_t parent, sgs_task_state state, uint64_t now) {
  __atomic_store_n(&task->word, sgs_word_make(now, 0, state), __ATOMIC_RELAXED);
  sgs_task_put(task, ready, 0);
  sgs_task_put(task, blocked, 0);
  // See sgs_task_busy.
  sgs_task_put(task, busy, state == SGS_TASK_READY ? 0 : -(now & ~15ull));
  sgs_task_put(task, address, address);
  sgs_task_put(task, resume, NULL);
  sgs_task_put(task, run, 0);
  sgs_task_put(task, scope, 0);
  sgs_task_put(task, told, 0);
  sgs_task_put(task, parent, parent);
  sgs_task_put(task, created, now & ~15ull);   // as exact as the word
  sgs_task_set_context(task, (const uint64_t[4]){0});
  sgs_task_put(task, name, NULL);
  sgs_task_put(task, runs, 0);
  sgs_task_put(task, flags, 0);
  sgs_task_put(task, reason, 0);
  sgs_task_put(task, reported, 0);
  sgs_task_put(task, yields, 0);
}

sgs_task *sgs_tasks_refuse(void) {
  __atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
  return NULL;
}

sgs_task *sgs_tasks_insert(uint64_t id, void *address, uint64_t parent, sgs_task_state state, uint64_t now) {
  if (__atomic_fetch_add(&live, 1, __ATOMIC_RELAXED) < __atomic_load_n(&limit, __ATOMIC_RELAXED)) {
    shard *s = &shards[id % SHARDS];
    lock(s);
    uint32_t number = make_room(s) ? take_record(s) : 0;
    sgs_task *task = NULL;
    if (number) {
      task = record(s, number);
      begin(task, address, parent, state, now);
      __atomic_store_n(&task->id, id, __ATOMIC_RELEASE);
      put(s->index, entry_of(id, number));
      s->used++;
    }
    unlock(s);
    if (task) return task;
  }
  __atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
  return sgs_tasks_refuse();
}

void sgs_tasks_remove(sgs_task *task) {
  shard *s = &shards[task->id % SHARDS];
  lock(s);
  uint32_t number = take_entry(s, task->id);
  char *name = task->name;
  sgs_task_put(task, name, NULL);
  __atomic_store_n(&task->id, 0, __ATOMIC_RELEASE);
  sgs_task_put(task, parent, s->free);
  s->free = number;
  s->used--;
  unlock(s);
  free(name);
  __atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
}

void sgs_task_set_name(sgs_task *task, const char *name, uint64_t length) {
  char *copy = length ? strndup(name, length < SGS_TASK_NAME ? length : SGS_TASK_NAME) : NULL;
  shard *s = &shards[task->id % SHARDS];
  lock(s);
  char *old = task->name;
  sgs_task_put(task, name, copy);
  unlock(s);
  free(old);
}

/// How long the task had lived when its state began.
static uint64_t life_of(const sgs_task *copied) {
  return sgs_word_since(copied->word, copied->created) - copied->created;
}

/// Whether word and sums are of one moment: the times in all states make up the life, but for what processors' clocks disagree.
static int is_consistent(const sgs_task *copied) {
  return copied->ready + copied->busy + copied->blocked - life_of(copied) + SLACK <= 2 * SLACK;
}

/// All words of the record, one after the other, while it may change.
static void copy_words(sgs_task *out, const sgs_task *task) {
  typedef uint64_t __attribute__((may_alias)) word;
  for (uint64_t i = 0; i < sizeof *out / sizeof(word); i++)
    ((word *)out)[i] = __atomic_load_n((const word *)task + i, __ATOMIC_RELAXED);
}

/// The record as it is, and in `busy` the sum of the runs that are over. Its sums and its state are of one moment, unless a
/// thread is kept from going on in the middle of a transition.
void sgs_task_copy(sgs_task *out, const sgs_task *task) {
  for (int tries = 0; tries < 4; tries++) {
    uint64_t word = sgs_task_word(task);
    copy_words(out, task);
    out->word = word;
    out->busy = sgs_task_busy(out, word, out->created);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&task->word, __ATOMIC_RELAXED) == word && is_consistent(out)) break;
  }
  // Of a run that has begun in the word and not yet in `busy`, that would be all of the clock's time.
  uint64_t life = life_of(out), others = out->ready + out->blocked;
  uint64_t most = life > others ? life - others : 0;
  if (out->busy > most + SLACK) out->busy = most;
  // Under the shard's lock, as all of this: it is not freed meanwhile.
  if (task->name) out->name = strdup(task->name);
}

uint64_t sgs_tasks_copy(uint64_t *cursor, sgs_task *out, uint64_t capacity) {
  uint64_t count = 0;
  uint32_t at = (uint32_t)(*cursor >> 32), number = (uint32_t)*cursor;
  for (; at < SHARDS && count < capacity; at++, number = 0) {
    shard *s = &shards[at];
    lock(s);
    while (number < s->made && count < capacity) {
      const sgs_task *task = record(s, ++number);
      if (task->id) sgs_task_copy(&out[count++], task);
    }
    int isDone = number >= s->made;
    unlock(s);
    if (!isDone) break;
  }
  *cursor = (uint64_t)at << 32 | number;
  return count;
}

int sgs_tasks_with(uint64_t id, int (*body)(sgs_task *, void *), void *context) {
  shard *s = &shards[id % SHARDS];
  lock(s);
  sgs_task *task;
  int result = s->index && finds(s, s->index, id, &task) ? body(task, context) : 0;
  unlock(s);
  return result;
}

static int copy_into(sgs_task *task, void *out) {
  sgs_task_copy(out, task);
  return 1;
}

uint64_t sgs_tasks_scan(uint64_t *cursor, int (*wanted)(const sgs_task *, const void *), const void *context,
                        sgs_task *out, uint64_t capacity) {
  uint64_t count = 0;
  uint32_t at = (uint32_t)(*cursor >> 32), number = (uint32_t)*cursor;
  for (; at < SHARDS && count < capacity; at++, number = 0) {
    const shard *s = &shards[at];
    uint32_t made = __atomic_load_n(&s->made, __ATOMIC_ACQUIRE);
    while (number < made && count < capacity) {
      const sgs_task *task = record(s, ++number);
      uint64_t id = sgs_task_id(task);
      if (id && wanted(task, context)) count += (uint64_t)sgs_tasks_with(id, copy_into, &out[count]);
    }
    if (number < made) break;
  }
  *cursor = (uint64_t)at << 32 | number;
  return count;
}

void sgs_tasks_count(uint64_t counts[SGS_TASK_ENDED + 1]) {
  memset(counts, 0, sizeof(uint64_t) * (SGS_TASK_ENDED + 1));
  for (const shard *s = shards; s < shards + SHARDS; s++) {
    uint32_t made = __atomic_load_n(&s->made, __ATOMIC_ACQUIRE);
    for (uint32_t number = 1; number <= made; number++) {
      const sgs_task *task = record(s, number);
      if (sgs_task_id(task) && sgs_task_get(task, scope)) counts[sgs_word_state(sgs_task_word(task)) % (SGS_TASK_ENDED + 1)]++;
    }
  }
}

// MARK: runs

#define OPEN 0x80000000u
#define COMPENSATED 0x40000000u
static uint32_t runs[SGS_RUNS];   // live tasks, and whether the run itself goes on

void sgs_run_opened(uint32_t run) { __atomic_store_n(&runs[run], OPEN, __ATOMIC_RELEASE); }

void sgs_run_joined(uint32_t run) { __atomic_fetch_add(&runs[run], 1, __ATOMIC_RELAXED); }

int sgs_run_left(uint32_t run) { return (__atomic_sub_fetch(&runs[run], 1, __ATOMIC_ACQ_REL) & ~COMPENSATED) == 0; }

int sgs_run_closed(uint32_t run) {
  return (__atomic_and_fetch(&runs[run], ~OPEN, __ATOMIC_ACQ_REL) & ~COMPENSATED) == 0;
}

int sgs_run_is_open(uint32_t run) { return __atomic_load_n(&runs[run], __ATOMIC_ACQUIRE) & OPEN ? 1 : 0; }

uint32_t sgs_run_tasks(uint32_t run) { return __atomic_load_n(&runs[run], __ATOMIC_ACQUIRE) & ~(OPEN | COMPENSATED); }

void sgs_run_set_compensated(uint32_t run, int compensated) {
  if (compensated) __atomic_or_fetch(&runs[run], COMPENSATED, __ATOMIC_RELAXED);
  else __atomic_and_fetch(&runs[run], ~COMPENSATED, __ATOMIC_RELAXED);
}

int sgs_run_is_compensated(uint32_t run) { return __atomic_load_n(&runs[run], __ATOMIC_RELAXED) & COMPENSATED ? 1 : 0; }
