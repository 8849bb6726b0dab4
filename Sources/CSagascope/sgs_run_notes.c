#include "CSagascope.h"
#include <sched.h>
#include <stdlib.h>

#define LOGS 1024u             // 12 MiB

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
  __atomic_store_n(&place->serial, 0, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  place->task = note->task;
  place->other = note->other;
  place->from = note->from;
  place->until = note->until;
  place->scope = note->scope;
  place->kind = note->kind;
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
    out[count] = *place;
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
