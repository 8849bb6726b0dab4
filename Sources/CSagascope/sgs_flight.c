#include "CSagascope.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(sgs_flight_chunk) == SGS_FLIGHT_CHUNK_BYTES, "a chunk is a page");

// The memory of a session outlives its stop for as long as threads refer to it: one that was about to write may still do so.
typedef struct {
  sgs_flight_chunk *chunks;
  uint64_t count;
  uint64_t hand;         // chunks looked at so far; the next one is hand % count
  uint64_t generations;  // chunks taken so far
  uint32_t number;
  uint32_t references;   // the recorder's and one of each thread in it; under `sessions_lock`
  uint32_t threads;      // that ever were in it; under `sessions_lock`
} session;

uint32_t sgs_flight_session;
_Thread_local sgs_flight_cursor sgs_flight_own __attribute__((tls_model("initial-exec")));

// What the cursor's fast way does not need.
static _Thread_local struct {
  session *session;
  uint32_t thread, next_order;
  uint64_t refused_at;   // stamp of the last entry for which there was no chunk
} own_rest;

static pthread_mutex_t control_lock = PTHREAD_MUTEX_INITIALIZER;    // start, stop and read: one at a time
static pthread_mutex_t sessions_lock = PTHREAD_MUTEX_INITIALIZER;   // held for a few instructions; no system call inside
static session *current;   // changed under both locks
static uint32_t last_number;   // under control_lock
static uint64_t dropped;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;

// MARK: sessions

static void release(session *session) {
  if (!session) return;
  pthread_mutex_lock(&sessions_lock);
  int is_last = --session->references == 0;
  pthread_mutex_unlock(&sessions_lock);
  if (!is_last) return;
  munmap(session->chunks, session->count * SGS_FLIGHT_CHUNK_BYTES);
  free(session);
}

static session *make_session(uint64_t count) {
  session *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->chunks = sgs_reserve_memory(count * SGS_FLIGHT_CHUNK_BYTES);
  if (!made->chunks) {
    free(made);
    return NULL;
  }
  made->count = count;
  made->references = 1;
  return made;
}

// Under control_lock: nobody is reading.
static void replace_current(session *next) {
  pthread_mutex_lock(&sessions_lock);
  session *previous = current;
  current = next;
  __atomic_store_n(&sgs_flight_session, next ? next->number : 0, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&sessions_lock);
  if (!previous) return;
  // A thread that was about to write brings one page back at most, until it enters another session or ends.
  madvise(previous->chunks, previous->count * SGS_FLIGHT_CHUNK_BYTES, MADV_DONTNEED);
  release(previous);
}

int sgs_flight_start(uint64_t bytes) {
  if (bytes < SGS_FLIGHT_MIN_BYTES || bytes > SGS_FLIGHT_MAX_BYTES) return EINVAL;
  session *next = make_session(bytes / SGS_FLIGHT_CHUNK_BYTES);
  if (!next) return ENOMEM;
  pthread_mutex_lock(&control_lock);
  if (++last_number == 0) last_number = 1;
  next->number = last_number;
  replace_current(next);
  pthread_mutex_unlock(&control_lock);
  return 0;
}

void sgs_flight_stop(void) {
  pthread_mutex_lock(&control_lock);
  replace_current(NULL);
  pthread_mutex_unlock(&control_lock);
}

// MARK: threads

// Everything written to the chunk is before its next taker's writes.
static void give_back(sgs_flight_chunk *chunk) {
  if (chunk) __atomic_store_n(&chunk->taken, 0, __ATOMIC_RELEASE);
}

static void leave(void) {
  give_back(sgs_flight_own.chunk);
  sgs_flight_own = (sgs_flight_cursor){0};
  release(own_rest.session);
  own_rest.session = NULL;
}

static void thread_ended(void *ignored) {
  (void)ignored;
  leave();
}

static void make_key(void) { pthread_key_create(&thread_key, thread_ended); }

// 0 when the recorder was stopped meanwhile.
static int enter(void) {
  pthread_once(&key_once, make_key);
  leave();
  pthread_mutex_lock(&sessions_lock);
  session *entered = current;
  if (entered) {
    entered->references++;
    own_rest.thread = entered->threads++;
  }
  pthread_mutex_unlock(&sessions_lock);
  if (!entered) return 0;
  own_rest.session = entered;
  own_rest.next_order = 0;
  own_rest.refused_at = 0;
  pthread_setspecific(thread_key, entered);
  sgs_flight_own.session = entered->number;
  sgs_flight_own.used = SGS_FLIGHT_CHUNK_ENTRIES;
  return 1;
}

// The next chunk of the circle that no thread fills, or NULL when each of them is some thread's. Once round is not enough:
// others move the hand too, and may leave to this one only those that are taken.
static sgs_flight_chunk *take_chunk(session *session) {
  for (uint64_t tries = 0; tries < 2 * session->count + 64; tries++) {
    uint64_t position = __atomic_fetch_add(&session->hand, 1, __ATOMIC_RELAXED) % session->count;
    sgs_flight_chunk *chunk = &session->chunks[position];
    uint32_t taken = __atomic_load_n(&chunk->taken, __ATOMIC_RELAXED);
    if (!taken && __atomic_compare_exchange_n(&chunk->taken, &taken, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
      return chunk;
  }
  return NULL;
}

static void begin_chunk(sgs_flight_chunk *chunk) {
  uint64_t generation = __atomic_add_fetch(&own_rest.session->generations, 1, __ATOMIC_RELAXED);
  // Who reads a word that is written from here on, and has passed an acquire fence since, reads another generation than it
  // began with.
  __atomic_store_n(&chunk->generation, 0, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  __atomic_store_n(&chunk->used, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&chunk->thread, own_rest.thread, __ATOMIC_RELAXED);
  __atomic_store_n(&chunk->os_thread, (int32_t)gettid(), __ATOMIC_RELAXED);
  __atomic_store_n(&chunk->order, own_rest.next_order++, __ATOMIC_RELAXED);
  __atomic_store_n(&chunk->generation, generation, __ATOMIC_RELEASE);
  sgs_flight_own.chunk = chunk;
  sgs_flight_own.used = 0;
}

// A search that found nothing is not repeated for a while: it looks at every chunk.
static int was_refused_lately(uint64_t stamp) {
  uint64_t pause = 1000000ull << 8;
  return own_rest.refused_at != 0 && stamp - own_rest.refused_at < pause;
}

void sgs_flight_append_slowly(uint32_t number, uint64_t stamp, uint64_t task, uint64_t detail) {
  if (sgs_flight_own.session != number && !enter()) return;
  sgs_flight_chunk *chunk = NULL;
  if (!was_refused_lately(stamp)) {
    give_back(sgs_flight_own.chunk);
    sgs_flight_own.chunk = NULL;
    chunk = take_chunk(own_rest.session);
    own_rest.refused_at = chunk ? 0 : stamp | 1;
  }
  if (!chunk) {
    __atomic_fetch_add(&dropped, 1, __ATOMIC_RELAXED);
    return;
  }
  begin_chunk(chunk);
  sgs_flight_append(sgs_flight_own.session, stamp, task, detail);
}

uint64_t sgs_flight_dropped(void) { return __atomic_load_n(&dropped, __ATOMIC_RELAXED); }

// MARK: reading

uint64_t sgs_flight_chunks(void) {
  pthread_mutex_lock(&sessions_lock);
  uint64_t count = current ? current->count : 0;
  pthread_mutex_unlock(&sessions_lock);
  return count;
}

// Chunks before this one have been looked at by a writer; the rest is untouched memory. Under control_lock.
static uint64_t touched_chunks(const session *session) {
  uint64_t hand = __atomic_load_n(&session->hand, __ATOMIC_ACQUIRE);
  return hand < session->count ? hand : session->count;
}

sgs_flight_holding sgs_flight_held(void) {
  sgs_flight_holding held = {0, 0};
  pthread_mutex_lock(&control_lock);
  if (current) {
    uint64_t count = touched_chunks(current);
    held.bytes = count * SGS_FLIGHT_CHUNK_BYTES;
    for (uint64_t i = 0; i < count; i++)
      held.entries += __atomic_load_n(&current->chunks[i].used, __ATOMIC_RELAXED);
  }
  pthread_mutex_unlock(&control_lock);
  return held;
}

// Whether `into` is a copy of one use of the chunk, whole up to its `used`.
static int copy_chunk(const sgs_flight_chunk *chunk, sgs_flight_chunk *into) {
  uint64_t generation = __atomic_load_n(&chunk->generation, __ATOMIC_ACQUIRE);
  if (generation == 0) return 0;
  into->generation = generation;
  into->used = __atomic_load_n(&chunk->used, __ATOMIC_ACQUIRE);
  into->thread = __atomic_load_n(&chunk->thread, __ATOMIC_RELAXED);
  into->os_thread = __atomic_load_n(&chunk->os_thread, __ATOMIC_RELAXED);
  into->order = __atomic_load_n(&chunk->order, __ATOMIC_RELAXED);
  for (uint64_t i = 0; i < into->used; i++) {
    into->entries[i].stamp = __atomic_load_n(&chunk->entries[i].stamp, __ATOMIC_RELAXED);
    into->entries[i].task = __atomic_load_n(&chunk->entries[i].task, __ATOMIC_RELAXED);
    into->entries[i].detail = __atomic_load_n(&chunk->entries[i].detail, __ATOMIC_RELAXED);
  }
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return into->used > 0 && __atomic_load_n(&chunk->generation, __ATOMIC_RELAXED) == generation;
}

uint64_t sgs_flight_copy(sgs_flight_chunk *into, uint64_t limit) {
  uint64_t copied = 0;
  pthread_mutex_lock(&control_lock);
  if (current) {
    uint64_t count = touched_chunks(current);
    // The oldest first, and so ahead of the writers: while the copy is faster than they are, it loses nothing.
    uint64_t oldest = __atomic_load_n(&current->hand, __ATOMIC_RELAXED);
    for (uint64_t i = 0; i < count && copied < limit; i++)
      copied += (uint64_t)copy_chunk(&current->chunks[(oldest + i) % count], &into[copied]);
  }
  pthread_mutex_unlock(&control_lock);
  return copied;
}
