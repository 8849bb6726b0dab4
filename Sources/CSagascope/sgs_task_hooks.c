#include "CSagascope.h"
#include <stdlib.h>
#include <string.h>

#define SWIFT_CALL __attribute__((swiftcall))
#define SWIFT_ASYNC __attribute__((swiftasynccall))

typedef SWIFT_ASYNC void (*resume_function)(__attribute__((swift_async_context)) void *context);
typedef SWIFT_ASYNC void (*end_function)(__attribute__((swift_async_context)) void *context,
                                         __attribute__((swift_context)) void *error);
typedef SWIFT_CALL void (*enqueue_function)(void *job);

extern SWIFT_CALL void *swift_task_getCurrent(void);
extern SWIFT_CALL const char *swift_task_getCurrentTaskName(void) __attribute__((weak));
extern SWIFT_CALL void (*swift_task_enqueueGlobal_hook)(void *job, enqueue_function original) __attribute__((weak));

// Of the job and its contexts; see sgs_task_layout.h.
enum { RESUME = 56, CONTEXT = 64, RESUME_PARENT = 8, CHILD_PARENT = 208 };
enum { FLAG_CHILD = 1 << 24, FLAG_GROUP_CHILD = 1 << 26, FLAG_ASYNC_LET = 1 << 28 };
#define PLACE(object, offset) (*(void **)((char *)(object) + (offset)))

static sgs_task_observer observer;
static int has_observer, layout_allowed;

void sgs_tasks_observe(const sgs_task_observer *functions) {
  observer = *functions;
  __atomic_store_n(&has_observer, 1, __ATOMIC_RELEASE);
}

void sgs_tasks_allow_layout(int allowed) { __atomic_store_n(&layout_allowed, allowed, __ATOMIC_RELEASE); }

static int may_use_layout(void) { return __atomic_load_n(&layout_allowed, __ATOMIC_ACQUIRE); }

static int tells(const sgs_task *task) { return sgs_task_get(task, scope) && __atomic_load_n(&has_observer, __ATOMIC_ACQUIRE); }

static uint64_t id_of(const void *task) {
  return may_use_layout() ? sgs_layout_task_id(task) : sgs_job_task_id(task);
}

sgs_task *sgs_tasks_current(void) {
  void *task = swift_task_getCurrent();
  return task ? sgs_tasks_find(id_of(task)) : NULL;
}

// MARK: the end

// The task that ended last on this thread, until its run is over: it wakes who waits for it when it is the thread's current task
// no more.
static _Thread_local uint64_t ended_here;

static void note_end(void) {
  sgs_task *task = sgs_tasks_current();
  if (!task) return;
  ended_here = task->id;
  sgs_tasks_note_ended(task);
}

static uint64_t hog_limit;

void sgs_tasks_set_hog_limit(uint64_t ns) { __atomic_store_n(&hog_limit, ns ? ns : UINT64_MAX, __ATOMIC_RELAXED); }

/// A run is over that began at `began`. The record may be another task's already, or nobody's.
static void note_busy(uint64_t id, uint64_t busy) {
  uint64_t limit = __atomic_load_n(&hog_limit, __ATOMIC_RELAXED);
  if (busy < limit || !limit || !__atomic_load_n(&has_observer, __ATOMIC_ACQUIRE)) return;
  sgs_task copy;
  if (sgs_tasks_tell(id, SGS_TOLD_POOL_HOG, &copy)) observer.hogged(copy, busy);
}

void sgs_tasks_note_ended(sgs_task *task) {
  uint64_t now = sgs_recording_ns(), word = sgs_task_word(task);
  if (sgs_word_state(word) == SGS_TASK_RUNNING) note_busy(task->id, sgs_word_age(word, now));
  sgs_task_ended(task, now);
  if (__atomic_load_n(&has_observer, __ATOMIC_ACQUIRE)) observer.ended(task, now);
  sgs_tasks_remove(task);
}

// The runtime ends a task by one of a few functions of its own: as many of ours stand for them, each for one.
#define ENDS 8
static end_function original_ends[ENDS];
static uint32_t ends_lock;

#define END(n) \
  static SWIFT_ASYNC void end##n(__attribute__((swift_async_context)) void *context, \
                                 __attribute__((swift_context)) void *error) { \
    note_end(); \
    __attribute__((musttail)) return original_ends[n](context, error); \
  }
END(0) END(1) END(2) END(3) END(4) END(5) END(6) END(7)
static const end_function ends[ENDS] = {end0, end1, end2, end3, end4, end5, end6, end7};

/// Which of ours stands for the function, -1 when all stand for others.
static int end_for(end_function original) {
  for (int i = 0; i < ENDS; i++) {
    end_function known = __atomic_load_n(&original_ends[i], __ATOMIC_ACQUIRE);
    if (known == original) return i;
    if (known) continue;
    while (__atomic_exchange_n(&ends_lock, 1, __ATOMIC_ACQUIRE)) {}
    if (!original_ends[i]) __atomic_store_n(&original_ends[i], original, __ATOMIC_RELEASE);
    int is_ours = original_ends[i] == original;
    __atomic_store_n(&ends_lock, 0, __ATOMIC_RELEASE);
    if (is_ours) return i;
  }
  return -1;
}

static int is_end(end_function function) {
  for (int i = 0; i < ENDS; i++)
    if (ends[i] == function) return 1;
  return 0;
}

/// Puts our function into the outermost context of a task that is being enqueued, so that nobody changes its contexts.
static int watch_end(void *object) {
  void *context = PLACE(object, CONTEXT);
  if (!context) return 0;
  while (PLACE(context, 0)) context = PLACE(context, 0);
  end_function original = (end_function)PLACE(context, RESUME_PARENT);
  if (!original || is_end(original)) return original != NULL;
  int i = end_for(original);
  if (i >= 0) PLACE(context, RESUME_PARENT) = (void *)ends[i];
  return i >= 0;
}

// MARK: runs

static _Thread_local sgs_task_run *running;

void sgs_tasks_note_began(sgs_task *task, sgs_task_run *run) {
  uint64_t ready;
  ended_here = 0;
  run->task = task;
  run->since = sgs_recording_ns();
  run->id = task->id;
  run->word = sgs_task_began(task, run->since, &ready);
  run->scope = sgs_task_get(task, scope);
  run->outer = running;
  running = run;
  if (tells(task)) observer.began(task, ready);
}

/// Tells what was spent on the scope up to now.
static void tell_scope(sgs_task_run *run, uint64_t now) {
  if (run->scope && __atomic_load_n(&has_observer, __ATOMIC_ACQUIRE))
    observer.ran(run->scope, now > run->since ? now - run->since : 0);
}

void sgs_tasks_note_returned(sgs_task_run *run) {
  uint64_t now = sgs_recording_ns();
  ended_here = 0;
  sgs_task_returned(run->task, run->id, run->word, now);
  note_busy(run->id, sgs_word_age(run->word, now));
  tell_scope(run, now);
  running = run->outer;
}

void sgs_tasks_set_scope(sgs_task *task, uint32_t scope, uint64_t now) {
  if (running && running->id == task->id) {
    tell_scope(running, now);
    running->since = now;
    running->scope = scope;
  }
  sgs_task_set_scope(task, (uint16_t)scope);
  sgs_flight_note(SGS_FLIGHT_STEP, task->id, 0, scope, now);
}

/// Runs in the task, which alone can say its name.
static void take_name(sgs_task *task) {
  if (task->runs || task->name || !swift_task_getCurrentTaskName) return;
  const char *name = swift_task_getCurrentTaskName();
  if (name) sgs_task_set_name(task, name, strlen(name));
}

// What stands for the function that a task goes on with: not a tail call, since the return is the suspension. In assembly,
// since compiled code may find its frame by rbp, which Swift's async functions save with a bit set: unwinding, of an error
// that is thrown inside, would follow it to nowhere. This frame is found by rsp.
#if defined(__x86_64__)
_Static_assert(sizeof(sgs_task_run) <= 48, "run_function has room for 48 bytes");

/// - Returns: the function that ours stands for.
__attribute__((used)) static resume_function run_begins(sgs_task_run *run) {
  // It is there: only the end of the task, which lies ahead, takes it away.
  sgs_task *task = sgs_tasks_current();
  if (!task) abort();
  resume_function resume = (resume_function)task->resume;
  take_name(task);
  sgs_tasks_note_began(task, run);
  return resume;
}

__attribute__((used)) static void run_returned(sgs_task_run *run) { sgs_tasks_note_returned(run); }

// r14 is the async context, the only argument. By the convention of async functions, who is called pops 8 bytes of arguments,
// even where there are none: they are the lowest of the frame, below the sgs_task_run.
__attribute__((naked)) static void run_function(void) {
  __asm__("subq $72, %rsp\n"
          ".cfi_adjust_cfa_offset 72\n"
          "movq %r14, 64(%rsp)\n"
          "leaq 8(%rsp), %rdi\n"
          "callq run_begins\n"
          "movq 64(%rsp), %r14\n"
          "callq *%rax\n"
          "subq $8, %rsp\n"
          "leaq 8(%rsp), %rdi\n"
          "callq run_returned\n"
          "addq $72, %rsp\n"
          ".cfi_adjust_cfa_offset -72\n"
          "retq $8\n");
}
#else
static void run_function(void) { abort(); }   // never put anywhere: see sgs_layout_refusal
#endif

int sgs_tasks_is_run_function(uint64_t function) { return function == (uint64_t)(uintptr_t)run_function; }

static void watch_run(sgs_task *task, void *object) {
  void *resume = PLACE(object, RESUME);
  if (resume == (void *)run_function) return;
  __atomic_store_n(&task->resume, resume, __ATOMIC_RELEASE);
  PLACE(object, RESUME) = (void *)run_function;
}

// MARK: enqueuing

/// A task that was not there yet.
/// - Parameter needs_end: nobody but our function in its object could tell when its record has to go.
static sgs_task *note_new(void *job, uint64_t id, void *current, uint64_t now, int needs_end) {
  uint64_t parent = current && current != job ? id_of(current) : 0;
  uint8_t flags = 0;
  if (may_use_layout()) {
    uint32_t job_flags = sgs_layout_job_flags(job);
    if (job_flags & FLAG_ASYNC_LET) flags |= SGS_TASK_IS_ASYNC_LET;
    if (job_flags & FLAG_GROUP_CHILD) flags |= SGS_TASK_IS_GROUP_CHILD;
    if (job_flags & FLAG_CHILD) {
      flags |= SGS_TASK_IS_CHILD;
      void *object = PLACE(job, CHILD_PARENT);
      if (object) parent = sgs_layout_task_id(object);
    }
    // One that has run before, elsewhere: who enqueues it now need not have made it.
    if (!sgs_layout_is_adapter((uint64_t)(uintptr_t)PLACE(job, RESUME))) {
      flags |= SGS_TASK_JOINED;
      if (!(flags & SGS_TASK_IS_CHILD)) parent = 0;
    }
  }
  if (may_use_layout() && watch_end(job)) flags |= SGS_TASK_HAS_END;
  if (needs_end && !(flags & SGS_TASK_HAS_END)) return sgs_tasks_refuse();
  sgs_task *task = sgs_tasks_insert(id, job, parent, SGS_TASK_READY, now);
  if (!task) return NULL;
  sgs_task_set_flags(task, flags, 0);
  if (__atomic_load_n(&has_observer, __ATOMIC_ACQUIRE)) observer.created(task, parent ? sgs_tasks_find(parent) : NULL);
  sgs_flight_note(SGS_FLIGHT_CREATED, id, parent, sgs_task_get(task, scope), now);
  return task;
}

static sgs_task *note_enqueued(void *job, uint64_t id, int needs_end) {
  uint64_t now = sgs_recording_ns();
  void *current = swift_task_getCurrent();
  sgs_task *task = sgs_tasks_find(id);
  if (!task) return note_new(job, id, current, now, needs_end);
  uint64_t waker = current ? current != job ? id_of(current) : 0 : ended_here;
  uint64_t before = sgs_task_enqueued(task, waker, now);
  if (!(sgs_task_get(task, flags) & SGS_TASK_HAS_END) && may_use_layout() && watch_end(job))
    sgs_task_set_flags(task, SGS_TASK_HAS_END, 0);
  if (sgs_word_state(before) == SGS_TASK_BLOCKED && tells(task))
    observer.unblocked(task, sgs_word_age(before, now), waker, now);
  return task;
}

sgs_task *sgs_tasks_note_enqueued(void *job, uint64_t id) { return note_enqueued(job, id, 0); }

static int hook_is_on;

void sgs_tasks_watch(void *job) {
  uint64_t id = sgs_layout_task_id(job);
  sgs_task *task = id ? note_enqueued(job, id, 1) : NULL;
  // What our function there needs is in the record, which must not go before the task's end.
  if (task && sgs_task_get(task, flags) & SGS_TASK_HAS_END) watch_run(task, job);
}

static SWIFT_CALL void on_enqueue(void *job, enqueue_function original) {
  if (__atomic_load_n(&hook_is_on, __ATOMIC_RELAXED)) sgs_tasks_watch(job);
  original(job);
}

const char *sgs_tasks_hook(int on) {
  if (!&swift_task_enqueueGlobal_hook) return "no_hook";
  if (on && swift_task_enqueueGlobal_hook && swift_task_enqueueGlobal_hook != on_enqueue) return "hook_taken";
  __atomic_store_n(&hook_is_on, on && may_use_layout(), __ATOMIC_RELEASE);
  // Stays for good once it is there: jobs may be on their way through it.
  if (on) __atomic_store_n(&swift_task_enqueueGlobal_hook, on_enqueue, __ATOMIC_RELEASE);
  return NULL;
}

// MARK: the task that runs here

sgs_task *sgs_tasks_adopt_current(int *was_new) {
  void *current = swift_task_getCurrent();
  *was_new = 0;
  if (!current) return NULL;
  uint64_t id = id_of(current);
  sgs_task *task = sgs_tasks_find(id);
  if (task) return task;
  task = sgs_tasks_insert(id, current, 0, SGS_TASK_RUNNING, sgs_recording_ns());
  if (task) sgs_task_set_flags(task, SGS_TASK_JOINED, 0);
  *was_new = task != NULL;
  return task;
}

void sgs_tasks_set_reason(uint8_t reason) {
  sgs_task *task = sgs_tasks_current();
  if (task) sgs_task_put(task, reason, reason);
}
