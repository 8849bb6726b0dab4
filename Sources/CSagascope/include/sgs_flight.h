// The flight recorder: the last transitions of all tasks, in memory that is bounded whatever the number of threads.
//
// The memory of a session, from one start to the next stop, is a circle of chunks. A thread fills a chunk of its own, then
// takes the next one of the circle that no thread is filling: what is overwritten is what is oldest in the whole process,
// busy threads get what idle ones do not need, and what a thread wrote outlives it. Within a chunk entries are only ever
// appended, so that a reader needs no more than the number of entries that are complete and, once it has its copy, a look
// whether the chunk was taken again meanwhile.
#pragma once
#include <stdint.h>

/// What a task did. Beside each: what `other` of sgs_flight_note is, and whether a label is kept.
enum {
  SGS_FLIGHT_CREATED = 1,   // the creator's id, 0 if no task created it; label
  SGS_FLIGHT_READY,         // the id of the task that ran on the thread which enqueued it, 0 if none; no label
  SGS_FLIGHT_RUNNING,       // label
  SGS_FLIGHT_BLOCKED,       // label
  SGS_FLIGHT_ENDED,         // label
  SGS_FLIGHT_STEP,          // the label has changed; label
  SGS_FLIGHT_WARNING        // which one, below 2³²; label
};

#define SGS_FLIGHT_CHUNK_BYTES 4096u
#define SGS_FLIGHT_CHUNK_ENTRIES 168u
#define SGS_FLIGHT_MIN_BYTES (16u * SGS_FLIGHT_CHUNK_BYTES)
#define SGS_FLIGHT_MAX_BYTES (1u << 30)

/// `stamp`: time in ns modulo 2⁵⁶, which is 2.3 years, above the kind in the low 8 bits. `detail`: `other` of CREATED and
/// READY; of all else the label, below `other`.
typedef struct { uint64_t stamp, task, detail; } sgs_flight_entry;

/// All words are read and written atomically, since a reader may come at any time.
typedef struct {
  uint64_t generation;   // of all its uses in this session; 0 while it changes hands
  uint64_t used;         // entries that are complete
  uint32_t thread;       // counts the threads of the session
  int32_t os_thread;     // as gettid() answers
  uint32_t order;        // among the chunks of its thread, without gaps
  uint32_t taken;        // a thread is filling it
  uint8_t pad[32];
  sgs_flight_entry entries[SGS_FLIGHT_CHUNK_ENTRIES];
} sgs_flight_chunk;

/// Where a thread writes: its own, seen by no other.
typedef struct {
  uint32_t session;      // 0 before its first event
  uint32_t used;
  sgs_flight_chunk *chunk;   // `used` is in step with it; NULL when none was free
} sgs_flight_cursor;

/// The number of the session, 0 while the recorder is off.
extern uint32_t sgs_flight_session;
extern _Thread_local sgs_flight_cursor sgs_flight_own __attribute__((tls_model("initial-exec")));

/// The slow way of sgs_flight_append: the thread's first entry in this session, or its chunk is full.
void sgs_flight_append_slowly(uint32_t session, uint64_t stamp, uint64_t task, uint64_t detail);

static inline int sgs_flight_is_on(void) { return __atomic_load_n(&sgs_flight_session, __ATOMIC_RELAXED) != 0; }

static inline void sgs_flight_append(uint32_t session, uint64_t stamp, uint64_t task, uint64_t detail) {
  sgs_flight_cursor *own = &sgs_flight_own;
  if (__builtin_expect(own->session != session || own->used == SGS_FLIGHT_CHUNK_ENTRIES, 0)) {
    sgs_flight_append_slowly(session, stamp, task, detail);
    return;
  }
  sgs_flight_entry *entry = &own->chunk->entries[own->used];
  __atomic_store_n(&entry->stamp, stamp, __ATOMIC_RELAXED);
  __atomic_store_n(&entry->task, task, __ATOMIC_RELAXED);
  __atomic_store_n(&entry->detail, detail, __ATOMIC_RELAXED);
  __atomic_store_n(&own->chunk->used, ++own->used, __ATOMIC_RELEASE);
}

/// Notes what `task` did at `now`, in ns as sgs_recording_ns() answers. A load and a branch while the recorder is off. Takes
/// no lock but with a thread's first event of a session, and never waits for a reader.
static inline void sgs_flight_note(uint8_t kind, uint64_t task, uint64_t other, uint32_t label, uint64_t now) {
  uint32_t session = __atomic_load_n(&sgs_flight_session, __ATOMIC_RELAXED);
  if (__builtin_expect(session == 0, 1)) return;
  uint64_t stamp = now << 8 | kind;
  if (kind == SGS_FLIGHT_CREATED || kind == SGS_FLIGHT_READY) {
    sgs_flight_append(session, stamp, task, other);
    // No room for both: the label is an entry of its own.
    if (kind == SGS_FLIGHT_CREATED && label) sgs_flight_append(session, now << 8 | SGS_FLIGHT_STEP, task, label);
  } else {
    sgs_flight_append(session, stamp, task, other << 32 | label);
  }
}

/// Begins a session that keeps what `bytes` hold, from SGS_FLIGHT_MIN_BYTES to SGS_FLIGHT_MAX_BYTES; pages are committed as
/// they are written to. What an earlier session holds is gone. 0, or an errno: then nothing has changed.
int sgs_flight_start(uint64_t bytes);
/// Ends the session and gives its memory back.
void sgs_flight_stop(void);

/// Entries that got lost since the process began, since more threads were recording than there are chunks.
uint64_t sgs_flight_dropped(void);

/// Chunks of the session, 0 while the recorder is off.
uint64_t sgs_flight_chunks(void);
/// What the session holds now. Both are 0 while the recorder is off.
typedef struct { uint64_t entries, bytes; } sgs_flight_holding;
sgs_flight_holding sgs_flight_held(void);

/// Copies the chunks that hold anything, at most `limit`, in no order; answers how many. Safe at any time; entries that are
/// complete when it is called are in, unless they were overwritten meanwhile. Starting and stopping wait for it.
uint64_t sgs_flight_copy(sgs_flight_chunk *into, uint64_t limit);

/// An entry in full. `now` is within a year of it.
typedef struct { uint64_t time, task, other; uint32_t label; uint8_t kind; } sgs_flight_event;

static inline sgs_flight_event sgs_flight_decode(const sgs_flight_chunk *chunk, uint64_t index, uint64_t now) {
  sgs_flight_entry entry = chunk->entries[index];
  // The difference fits 56 bits, with its sign: an event may be younger than `now`.
  int64_t since = (int64_t)((entry.stamp & ~0xFFull) - (now << 8)) >> 8;
  sgs_flight_event event = {.time = now + (uint64_t)since, .task = entry.task, .kind = (uint8_t)entry.stamp};
  if (event.kind == SGS_FLIGHT_CREATED || event.kind == SGS_FLIGHT_READY) {
    event.other = entry.detail;
  } else {
    event.other = entry.detail >> 32;
    event.label = (uint32_t)entry.detail;
  }
  return event;
}
