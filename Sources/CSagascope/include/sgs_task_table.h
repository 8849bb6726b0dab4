// The live tasks of the process: one record of 128 bytes for each, found by the runtime's 64-bit task id.
//
// The id is the key, never the address, which the runtime uses again at once. Records lie in slabs that are neither moved
// nor unmapped, so that whoever holds a pointer to one may always look: whether it is still the same task is told by the id,
// and for a transition by the state word. A transition is one compare-and-swap of that word, without a lock; adding, removing
// and copying records out take the lock of one of 64 shards for some 10 ns a record.
#pragma once
#include "sgs_clock.h"
#include "sgs_flight.h"
#include <stdint.h>

typedef enum { SGS_TASK_READY = 1, SGS_TASK_RUNNING = 2, SGS_TASK_BLOCKED = 3, SGS_TASK_ENDED = 4 } sgs_task_state;

/// `flags` of a task.
enum {
  SGS_TASK_HAS_END = 1,        // our trampoline will tell its end
  SGS_TASK_IS_NAMED = 2,       // a wrapper of ours made it: `context` is its own span, not its creator's
  SGS_TASK_IS_ASYNC_LET = 4,
  SGS_TASK_IS_GROUP_CHILD = 8,
  SGS_TASK_IS_CHILD = 16,
  SGS_TASK_JOINED = 32,        // it was alive before it was first seen
  SGS_TASK_MAY_OUTLIVE = 64,   // it, and what it creates, is meant to outlive its saga
  SGS_TASK_IN_STEP = 128,      // `scope` is that of a step which it is inside of itself, not the one it was made in
};

/// `told` of a task: once in its life.
enum {
  SGS_TOLD_GHOST = 1, SGS_TOLD_POOL_HOG = 2, SGS_TOLD_IGNORES_CANCELLATION = 4, SGS_TOLD_YIELD_STORM = 8,
  SGS_TOLD_OUTLIVES_COMPENSATION = 16,
};

/// `reported` of a task: once in a state.
enum {
  SGS_REPORTED_BLOCKED = 1, SGS_REPORTED_LOST_RESUME = 2, SGS_REPORTED_POOL_STARVED = 4, SGS_REPORTED_WAIT_CYCLE = 8,
  SGS_REPORTED_SLEEPS = 16,    // nothing to tell: what it waits for is a clock
};

typedef struct sgs_task {
  // What transitions touch, in one cache line.
  uint64_t id;                 // 0: free
  uint64_t word;               // state, run and time: see below
  uint64_t ready, busy, blocked;   // ns, of the states that are over; `busy` by sgs_task_busy
  void *resume;                // what our trampoline stands for in the object
  uint32_t runs;               // how often a thread took it
  uint16_t scope;              // index of its saga and step; 0: none
  uint16_t told;               // bits of what was told of it once and for all; under the shard's lock
  uint8_t flags;
  uint8_t reason;              // what a wrapper says it waits for
  uint8_t reported;            // bits of what was already told of its present state
  uint8_t yields;              // the share, of 255, of its last runs (some 16) that ended by being ready again at once
  uint32_t run;                // handle of the saga run it belongs to; 0: none
  // The rest.
  void *address;               // the runtime's object; for guarded reads only
  uint64_t parent;             // id; 0: none. In a free record the next free one
  uint64_t created;            // ns of the recording clock
  uint64_t context[4];         // the span it belongs to
  char *name;                  // malloc'ed, at most SGS_TASK_NAME bytes; under the shard's lock
} sgs_task;

#define SGS_TASK_NAME 64u
_Static_assert(sizeof(sgs_task) == 128 && __builtin_offsetof(sgs_task, address) == 64, "two cache lines a task");

// The state word: 3 bits state, 11 bits the number of the run, 50 bits the time at which the state began, in units of 16 ns
// (it wraps after 208 days). Word and task together name one run of one task, so that a thread that comes back late from a
// run cannot touch the next one.

static inline sgs_task_state sgs_word_state(uint64_t word) { return (sgs_task_state)(word & 7); }

static inline uint64_t sgs_word_make(uint64_t now, uint64_t run, sgs_task_state state) {
  return (now >> 4) << 14 | (run & 0x7FF) << 3 | (uint64_t)state;
}

static inline uint64_t sgs_word_run(uint64_t word) { return word >> 3 & 0x7FF; }

/// Nanoseconds since the state began; 0 where two processors' clocks disagree by a little.
static inline uint64_t sgs_word_age(uint64_t word, uint64_t now) {
  int64_t age = (int64_t)((now >> 4) - (word >> 14)) << 14 >> 14;
  return age > 0 ? (uint64_t)age << 4 : 0;
}

/// When the state began, on the recording clock; `now` may be any time that is not far from it.
static inline uint64_t sgs_word_since(uint64_t word, uint64_t now) {
  int64_t age = (int64_t)((now >> 4) - (word >> 14)) << 14 >> 14;
  return ((now >> 4) - (uint64_t)age) << 4;
}

static inline uint64_t sgs_task_word(const sgs_task *task) { return __atomic_load_n(&task->word, __ATOMIC_ACQUIRE); }
static inline uint64_t sgs_task_id(const sgs_task *task) { return __atomic_load_n(&task->id, __ATOMIC_ACQUIRE); }

// Fields that one thread changes while others may look: relaxed, which costs no more than a plain access.
#define sgs_task_get(task, field) __atomic_load_n(&(task)->field, __ATOMIC_RELAXED)
#define sgs_task_put(task, field, value) __atomic_store_n(&(task)->field, (value), __ATOMIC_RELAXED)

/// Of the task itself, or by who enqueues it: nobody else changes these at the same time.
static inline void sgs_task_set_flags(sgs_task *task, uint8_t set, uint8_t clear) {
  sgs_task_put(task, flags, (uint8_t)((sgs_task_get(task, flags) & ~clear) | set));
}

static inline void sgs_task_set_run(sgs_task *task, uint32_t run) { sgs_task_put(task, run, run); }

static inline void sgs_task_set_scope(sgs_task *task, uint16_t scope) { sgs_task_put(task, scope, scope); }

static inline void sgs_task_set_context(sgs_task *task, const uint64_t context[4]) {
  for (int i = 0; i < 4; i++) sgs_task_put(task, context[i], context[i]);
}

static inline void sgs_task_add(uint64_t *sum, uint64_t ns) { __atomic_fetch_add(sum, ns, __ATOMIC_RELAXED); }

/// Sum of the runs that are over. From a run's beginning until the task is ready again or ends, the field `busy` is less by the
/// time at which the run began, so that the thread which comes back from a run changes the word alone: by then the record may
/// be another task's.
static inline uint64_t sgs_task_busy(const sgs_task *task, uint64_t word, uint64_t now) {
  uint64_t busy = __atomic_load_n(&task->busy, __ATOMIC_RELAXED);
  if (sgs_word_state(word) == SGS_TASK_RUNNING || sgs_word_state(word) == SGS_TASK_BLOCKED)
    busy += sgs_word_since(word, now);
  // Where two processors' clocks disagree by a little.
  return (int64_t)busy > 0 ? busy : 0;
}

// MARK: the table

/// Sets how many tasks are kept; further ones are counted and not kept. At most 2²⁴.
void sgs_tasks_set_limit(uint64_t limit);

/// The record of a live task, NULL when there is none. Without a lock.
sgs_task *sgs_tasks_find(uint64_t id);

/// A new record, in state `state` since `now`; NULL when the limit is reached or memory is short, which is counted.
sgs_task *sgs_tasks_insert(uint64_t id, void *address, uint64_t parent, sgs_task_state state, uint64_t now);

/// Counts a task that is not kept.
/// - Returns: NULL
sgs_task *sgs_tasks_refuse(void);

/// The task is gone; its record may be another task's from here on.
void sgs_tasks_remove(sgs_task *task);

uint64_t sgs_tasks_live(void);
/// Tasks that were not kept.
uint64_t sgs_tasks_refused(void);

void sgs_task_set_name(sgs_task *task, const char *name, uint64_t length);

/// Copies records out, starting at `*cursor` (0 at first), each consistent in itself. Names are copies; free them.
/// - Returns: how many; 0 when all have been seen.
uint64_t sgs_tasks_copy(uint64_t *cursor, sgs_task *out, uint64_t capacity);

/// Copies out those records, from `*cursor` on, for which `wanted` says so: it looks at the record itself, without a lock, while
/// the program goes on. Names are copies; free them.
/// - Returns: how many; 0 when all have been seen.
uint64_t sgs_tasks_scan(uint64_t *cursor, int (*wanted)(const sgs_task *task, const void *context), const void *context,
                        sgs_task *out, uint64_t capacity);

/// Calls `body` with the record of a live task under the shard's lock, so that it is not removed meanwhile.
/// - Returns: what `body` returned; 0 when there is no such task.
int sgs_tasks_with(uint64_t id, int (*body)(sgs_task *task, void *context), void *context);

/// One record, consistent in itself; for `sgs_tasks_with`.
void sgs_task_copy(sgs_task *out, const sgs_task *task);

/// Live tasks in each state, by its number: of those that belong to a saga.
void sgs_tasks_count(uint64_t counts[SGS_TASK_ENDED + 1]);

// MARK: runs

#define SGS_RUNS (1u << 20)

/// A saga run lives until its end has been told and the last of its tasks is gone. Its handle is below SGS_RUNS, not 0.
void sgs_run_opened(uint32_t run);
void sgs_run_joined(uint32_t run);
/// - Returns: 1 when the run is gone, and its handle may be given to another.
int sgs_run_left(uint32_t run);
int sgs_run_closed(uint32_t run);
int sgs_run_is_open(uint32_t run);
/// Its live tasks.
uint32_t sgs_run_tasks(uint32_t run);
/// Whether one of its compensations has closed, and what is left of it has not been looked for yet.
void sgs_run_set_compensated(uint32_t run, int compensated);
int sgs_run_is_compensated(uint32_t run);

// MARK: transitions

/// Ready again sooner, by no task's doing: it yielded. `Task.yield` is a continuation that a job of its own resumes. In ns.
#define SGS_AT_ONCE 50000u

/// The task was enqueued. `waker`: the task that ran on this thread.
/// - Returns: the word before.
static inline uint64_t sgs_task_enqueued(sgs_task *task, uint64_t waker, uint64_t now) {
  uint64_t word = sgs_task_word(task);
  for (;;) {
    // A second enqueue raises the priority of the first.
    if (sgs_word_state(word) == SGS_TASK_READY) return word;
    uint64_t next = sgs_word_make(now, sgs_word_run(word), SGS_TASK_READY);
    if (__atomic_compare_exchange_n(&task->word, &word, next, 1, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) break;
  }
  uint64_t age = sgs_word_age(word, now);
  int is_running = sgs_word_state(word) == SGS_TASK_RUNNING;
  sgs_task_add(&task->busy, is_running ? now & ~15ull : sgs_word_since(word, now));
  if (!is_running) sgs_task_add(&task->blocked, age);
  uint8_t yields = sgs_task_get(task, yields);
  if (is_running || (!waker && age < SGS_AT_ONCE)) {
    yields += (uint8_t)((255 - yields + 15) >> 4);
  } else {
    yields -= (uint8_t)((yields + 15) >> 4);
  }
  sgs_task_put(task, yields, yields);
  sgs_flight_note(SGS_FLIGHT_READY, task->id, waker, sgs_task_get(task, scope), now);
  return word;
}

/// A thread took the task.
/// - Returns: the word of this run, to be handed to `sgs_task_returned`. How long it was ready is in `*ready`.
static inline uint64_t sgs_task_began(sgs_task *task, uint64_t now, uint64_t *ready) {
  uint64_t word = sgs_task_word(task), next;
  do {
    next = sgs_word_make(now, sgs_word_run(word) + 1, SGS_TASK_RUNNING);
  } while (!__atomic_compare_exchange_n(&task->word, &word, next, 1, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
  uint64_t age = sgs_word_age(word, now);
  *ready = 0;
  if (sgs_word_state(word) == SGS_TASK_READY) {
    sgs_task_add(&task->ready, age);
    sgs_task_add(&task->busy, -(now & ~15ull));
    *ready = age;
  } else if (sgs_word_state(word) == SGS_TASK_BLOCKED) {
    sgs_task_add(&task->blocked, age);
    sgs_task_add(&task->busy, sgs_word_since(word, now) - (now & ~15ull));
  }
  sgs_task_put(task, runs, sgs_task_get(task, runs) + 1);
  sgs_task_put(task, reported, 0);
  sgs_flight_note(SGS_FLIGHT_RUNNING, task->id, 0, sgs_task_get(task, scope), now);
  return next;
}

/// The run's job returned: the task is suspended, unless it was enqueued again or ended before the thread came back. Nothing
/// but the word is touched: the record may already be another task's.
/// - Returns: whether it is suspended.
static inline int sgs_task_returned(sgs_task *task, uint64_t id, uint64_t run, uint64_t now) {
  uint64_t word = run;
  uint64_t next = sgs_word_make(now, sgs_word_run(run), SGS_TASK_BLOCKED);
  uint32_t scope = sgs_task_get(task, scope);   // the task's own, if the word is found to be
  if (!__atomic_compare_exchange_n(&task->word, &word, next, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return 0;
  sgs_flight_note(SGS_FLIGHT_BLOCKED, id, 0, scope, now);
  return 1;
}

/// The task has ended, on this thread; the record stays until it is removed.
static inline void sgs_task_ended(sgs_task *task, uint64_t now) {
  uint64_t word = __atomic_exchange_n(&task->word, sgs_word_make(now, 0, SGS_TASK_ENDED), __ATOMIC_ACQ_REL);
  uint64_t age = sgs_word_age(word, now);
  switch (sgs_word_state(word)) {
  case SGS_TASK_READY: sgs_task_add(&task->ready, age); break;
  case SGS_TASK_RUNNING: sgs_task_add(&task->busy, now & ~15ull); break;
  case SGS_TASK_BLOCKED:
    sgs_task_add(&task->busy, sgs_word_since(word, now));
    sgs_task_add(&task->blocked, age);
    break;
  default: break;
  }
  sgs_flight_note(SGS_FLIGHT_ENDED, task->id, 0, sgs_task_get(task, scope), now);
}
