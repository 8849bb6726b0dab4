#include "CSagascope.h"

#define SWIFT_CALL __attribute__((swiftcall))

extern SWIFT_CALL void swift_task_cancel(void *task);
extern void *swift_retain(void *object);
extern void swift_release(void *object);

#define YIELDS_MOSTLY 128u

static int is_orphan(const sgs_task *task) {
  uint32_t run = sgs_task_get(task, run);
  return run && !sgs_run_is_open(run) && !(sgs_task_get(task, flags) & SGS_TASK_MAY_OUTLIVE);
}

// The first cache line of a record answers for almost all of them.
static int is_suspect(const sgs_task *task, const void *context) {
  const sgs_suspicion *s = context;
  uint64_t word = sgs_task_word(task), age = sgs_word_age(word, s->now);
  uint32_t run = sgs_task_get(task, run);
  uint16_t told = sgs_task_get(task, told);
  uint8_t reported = sgs_task_get(task, reported);
  if (run) {
    if (!(told & SGS_TOLD_GHOST) && is_orphan(task)) return 1;
    if (!(told & SGS_TOLD_OUTLIVES_COMPENSATION) && sgs_run_is_compensated(run)) return 1;
  }
  switch (sgs_word_state(word)) {
  case SGS_TASK_RUNNING:
    // One that was alive before it was first seen may have suspended since, unseen.
    if (age >= s->running && !(told & SGS_TOLD_POOL_HOG)
        && (!(sgs_task_get(task, flags) & SGS_TASK_JOINED) || sgs_task_get(task, runs)))
      return 1;
    break;
  case SGS_TASK_READY:
    if (age >= s->ready && !(reported & SGS_REPORTED_POOL_STARVED)) return 1;
    break;
  case SGS_TASK_BLOCKED:
    if (sgs_task_get(task, scope) && age >= s->blocked && !(reported & SGS_REPORTED_BLOCKED)) return 1;
    // A yield blocks too, for a moment.
    if (age > SGS_AT_ONCE) return 0;
    break;
  default: return 0;
  }
  return sgs_task_get(task, yields) >= YIELDS_MOSTLY && !(told & SGS_TOLD_YIELD_STORM);
}

uint64_t sgs_tasks_suspects(uint64_t *cursor, const sgs_suspicion *suspicion, sgs_task *out, uint64_t capacity) {
  return sgs_tasks_scan(cursor, is_suspect, suspicion, out, capacity);
}

static int is_newly_blocked(const sgs_task *task, const void *context) {
  const sgs_crossing *c = context;
  uint64_t word = sgs_task_word(task), age = sgs_word_age(word, c->now);
  if (sgs_word_state(word) != SGS_TASK_BLOCKED) return 0;
  for (int i = 0; i < 2; i++)
    if (age >= c->ages[i] && age - c->ages[i] <= c->since) return 1;
  return 0;
}

uint64_t sgs_tasks_newly_blocked(uint64_t *cursor, const sgs_crossing *crossing, sgs_task *out, uint64_t capacity) {
  return sgs_tasks_scan(cursor, is_newly_blocked, crossing, out, capacity);
}

static int is_group_child(const sgs_task *task, const void *parent) {
  return sgs_task_get(task, parent) == *(const uint64_t *)parent && sgs_task_get(task, flags) & SGS_TASK_IS_GROUP_CHILD;
}

uint64_t sgs_tasks_group_children(uint64_t *cursor, uint64_t parent, sgs_task *out, uint64_t capacity) {
  return sgs_tasks_scan(cursor, is_group_child, &parent, out, capacity);
}

static int is_of_run(const sgs_task *task, const void *run) { return sgs_task_get(task, run) == *(const uint32_t *)run; }

uint64_t sgs_tasks_of_run(uint64_t *cursor, uint32_t run, sgs_task *out, uint64_t capacity) {
  return sgs_tasks_scan(cursor, is_of_run, &run, out, capacity);
}

typedef struct {
  uint64_t word;
  sgs_task *out;
  uint16_t told;
  uint8_t reported;
} mark;

static int tell(sgs_task *task, void *context) {
  const mark *m = context;
  uint16_t told = sgs_task_get(task, told);
  if (told & m->told) return 0;
  sgs_task_put(task, told, told | m->told);
  sgs_task_copy(m->out, task);
  return 1;
}

int sgs_tasks_tell(uint64_t id, uint16_t told, sgs_task *out) {
  mark m = {.told = told, .out = out};
  return sgs_tasks_with(id, tell, &m);
}

static int report(sgs_task *task, void *context) {
  const mark *m = context;
  if (sgs_task_word(task) != m->word || sgs_task_get(task, reported) & m->reported) return 0;
  __atomic_fetch_or(&task->reported, m->reported, __ATOMIC_RELAXED);
  return 1;
}

int sgs_tasks_report(uint64_t id, uint64_t word, uint8_t reported) {
  mark m = {.word = word, .reported = reported};
  return sgs_tasks_with(id, report, &m);
}

typedef struct {
  uint32_t *counts, scopes;
} orphans;

static int count_orphan(const sgs_task *task, const void *context) {
  const orphans *o = context;
  uint16_t scope = sgs_task_get(task, scope);
  if (is_orphan(task) && scope < o->scopes) o->counts[scope]++;
  return 0;
}

void sgs_tasks_count_orphans(uint32_t *counts, uint32_t scopes) {
  orphans o = {counts, scopes};
  sgs_task none;
  uint64_t cursor = 0;
  sgs_tasks_scan(&cursor, count_orphan, &o, &none, 1);
}

// While the record is there, the task's end lies ahead, and until then the runtime holds the object. Handlers of the program
// run during cancellation, so it happens outside of the lock.
static int retain(sgs_task *task, void *object) {
  uint8_t flags = sgs_task_get(task, flags);
  if (!(flags & SGS_TASK_HAS_END) || flags & SGS_TASK_IS_CHILD) return 0;
  *(void **)object = swift_retain(task->address);
  return 1;
}

int sgs_tasks_cancel(uint64_t id) {
  void *object;
  if (!sgs_tasks_with(id, retain, &object)) return 0;
  swift_task_cancel(object);
  swift_release(object);
  return 1;
}
