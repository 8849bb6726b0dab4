// How the process's tasks are seen: at the runtime's enqueue hook, and at two functions of ours in a task's object.
//
// The hook is called for each job that goes to the default executor. For a task it puts our function in the place of the one
// the task goes on with, so that the beginning and the return of the run are seen on whatever thread takes it: scheduling is
// the runtime's, untouched. Another function of ours in the task's outermost context is called when its body is over, which
// is the exact end. Neither is put anywhere before a self-test has agreed with the layout.
#pragma once
#include "sgs_task_table.h"
#include "sgs_tasks.h"

/// What is told of transitions, on the thread where they happen, outside of any lock. Those marked (scope) only of tasks
/// whose scope is set.
typedef struct {
  /// A new task, in the context of its creator, before it first runs.
  void (*created)(sgs_task *task, const sgs_task *creator);
  /// (scope) It was blocked for `blocked` ns, and is ready. `waker`: the task that ran here.
  void (*unblocked)(sgs_task *task, uint64_t blocked, uint64_t waker, uint64_t now);
  /// (scope) It was ready for so long and runs now.
  void (*began)(sgs_task *task, uint64_t ready);
  /// (scope) It ran for so long in this scope. The task itself may be gone.
  void (*ran)(uint32_t scope, uint64_t busy);
  /// It ran for longer than `sgs_tasks_set_hog_limit` allows, and was not told of before. `task` is a copy, whose name is the
  /// observer's to free.
  void (*hogged)(sgs_task task, uint64_t busy);
  /// It has ended; the record is removed afterwards.
  void (*ended)(sgs_task *task, uint64_t now);
} sgs_task_observer;

/// At most once, before anything else here.
void sgs_tasks_observe(const sgs_task_observer *observer);

/// From how many ns on one run is told of as too long; 0: never.
void sgs_tasks_set_hog_limit(uint64_t ns);

/// Whether our functions may be put into task objects, as the self-test found.
void sgs_tasks_allow_layout(int allowed);

/// Turns the hook on or off. On again later is allowed: what is tracked stays tracked until it ends.
/// - Returns: 0, or "no_hook", "hook_taken".
const char *sgs_tasks_hook(int on);

/// What the hook does with a job that is being enqueued: for the self-test.
void sgs_tasks_watch(void *job);

/// For an executor of ours: the job is a task of this id, and is being enqueued.
/// - Returns: its record; NULL when it is not tracked.
sgs_task *sgs_tasks_note_enqueued(void *job, uint64_t id);

/// One run of a task on a thread, from its beginning to its return; lies on that thread's stack.
typedef struct sgs_task_run {
  sgs_task *task;
  uint64_t word, id;
  uint64_t since;              // when the task began to run in `scope`
  uint32_t scope;
  struct sgs_task_run *outer;  // a run inside which this one is
} sgs_task_run;

/// For an executor of ours: runs the job as the record's task in between. `run` stays where it is meanwhile.
void sgs_tasks_note_began(sgs_task *task, sgs_task_run *run);
void sgs_tasks_note_returned(sgs_task_run *run);

/// What the task that runs on this thread spends its time on from `now` on.
void sgs_tasks_set_scope(sgs_task *task, uint32_t scope, uint64_t now);

/// The task that runs here has ended, where our own function cannot tell (no layout).
void sgs_tasks_note_ended(sgs_task *task);

/// The record of the task that runs on this thread, NULL without one.
sgs_task *sgs_tasks_current(void);

/// A wrapper of ours knows what the task that runs here waits for.
void sgs_tasks_set_reason(uint8_t reason);

/// The record of the task that runs on this thread; made where there is none. NULL outside tasks and when there is no room.
sgs_task *sgs_tasks_adopt_current(int *was_new);

/// Our function in the place of what a suspended task goes on with; for readers of stacks.
int sgs_tasks_is_run_function(uint64_t function);
