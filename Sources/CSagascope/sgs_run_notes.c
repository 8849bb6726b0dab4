#include "CSagascope.h"
#include <sched.h>
#include <stdlib.h>

#define LOGS 1024u             // 12 MiB
#define WRITING UINT64_MAX     // in place of a note's serial

typedef struct run_log {
  struct run_log *next;        // of the free ones
  uint64_t begin, end;         // serials, which go on from run to run, so that an older run's notes are told apart
  sgs_run_note notes[SGS_RUN_NOTES];
} run_log;

static run_log *logs[SGS_RUNS];
static run_log *free_logs;
static uint32_t made, free_lock;

static void lock(void) {
  for (unsigned tries = 0; __atomic_exchange_n(&free_lock, 1, __ATOMIC_ACQUIRE); tries++) {
    if (tries >= 64) sched_yield();
  }
}

static void unlock(void) { __atomic_store_n(&free_lock, 0, __ATOMIC_RELEASE); }

static void give_back(run_log *log) {
  lock();
  log->next = free_logs;
  free_logs = log;
  unlock();
}

static run_log *take(void) {
  lock();
  run_log *log = free_logs;
  if (log) free_logs = log->next;
  else if (made < LOGS && (log = calloc(1, sizeof *log))) made++;
  unlock();
  if (log) log->begin = log->end;
  return log;
}

static run_log *log_of(uint32_t run) {
  run_log *log = __atomic_load_n(&logs[run], __ATOMIC_ACQUIRE);
  if (log) return log;
  run_log *mine = take();
  if (!mine) return NULL;
  if (__atomic_compare_exchange_n(&logs[run], &log, mine, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return mine;
  give_back(mine);
  return log;
}

void sgs_run_note_add(uint32_t run, const sgs_run_note *note) {
  run_log *log = log_of(run);
  if (!log) return;
  uint64_t serial = __atomic_add_fetch(&log->end, 1, __ATOMIC_RELAXED);
  sgs_run_note *place = &log->notes[serial % SGS_RUN_NOTES];
  // One that is 256 notes late, or still writes here when another comes round, leaves the place to the other: its own note
  // is missing then, as the serial tells.
  uint64_t before = __atomic_load_n(&place->serial, __ATOMIC_RELAXED);
  if (before == WRITING || before > serial) return;
  if (!__atomic_compare_exchange_n(&place->serial, &before, WRITING, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
  __atomic_thread_fence(__ATOMIC_RELEASE);
  __atomic_store_n(&place->task, note->task, __ATOMIC_RELAXED);
  __atomic_store_n(&place->other, note->other, __ATOMIC_RELAXED);
  __atomic_store_n(&place->from, note->from, __ATOMIC_RELAXED);
  __atomic_store_n(&place->until, note->until, __ATOMIC_RELAXED);
  __atomic_store_n(&place->scope, note->scope, __ATOMIC_RELAXED);
  __atomic_store_n(&place->kind, note->kind, __ATOMIC_RELAXED);
  __atomic_store_n(&place->serial, serial, __ATOMIC_RELEASE);
}

uint32_t sgs_run_notes_copy(uint32_t run, sgs_run_note out[SGS_RUN_NOTES], int *is_cut) {
  run_log *log = __atomic_load_n(&logs[run], __ATOMIC_ACQUIRE);
  *is_cut = !log;
  if (!log) return 0;
  uint64_t end = __atomic_load_n(&log->end, __ATOMIC_ACQUIRE), begin = log->begin;
  if (end - begin > SGS_RUN_NOTES) {
    *is_cut = 1;
    begin = end - SGS_RUN_NOTES;
  }
  uint32_t count = 0;
  for (uint64_t serial = begin + 1; serial <= end; serial++) {
    const sgs_run_note *place = &log->notes[serial % SGS_RUN_NOTES];
    int is_whole = __atomic_load_n(&place->serial, __ATOMIC_ACQUIRE) == serial;
    out[count] = (sgs_run_note){
      .serial = serial, .task = __atomic_load_n(&place->task, __ATOMIC_RELAXED),
      .other = __atomic_load_n(&place->other, __ATOMIC_RELAXED), .from = __atomic_load_n(&place->from, __ATOMIC_RELAXED),
      .until = __atomic_load_n(&place->until, __ATOMIC_RELAXED), .scope = __atomic_load_n(&place->scope, __ATOMIC_RELAXED),
      .kind = __atomic_load_n(&place->kind, __ATOMIC_RELAXED)};
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (is_whole && __atomic_load_n(&place->serial, __ATOMIC_RELAXED) == serial) count++;
    else *is_cut = 1;
  }
  return count;
}

void sgs_run_notes_release(uint32_t run) {
  run_log *log = __atomic_exchange_n(&logs[run], NULL, __ATOMIC_ACQ_REL);
  if (log) give_back(log);
}
