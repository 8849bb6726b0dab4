#include "CSagascope.h"
#include <stdlib.h>

#define SWIFT_CALL __attribute__((swiftcall))

extern SWIFT_CALL uint64_t swift_task_getJobTaskId(const void *job);
extern SWIFT_CALL void *swift_task_getCurrent(void);
extern void *dispatch_get_global_queue(intptr_t identifier, uintptr_t flags);
extern void dispatch_async_f(void *queue, void *context, void (*work)(void *));

uint64_t sgs_job_task_id(const void *job) { return swift_task_getJobTaskId(job); }

uint64_t sgs_current_task_id(void) {
  void *task = swift_task_getCurrent();
  return task ? swift_task_getJobTaskId(task) : 0;
}

static _Thread_local const void *launching;

void sgs_set_launching(const void *identity) { launching = identity; }

const void *sgs_launching(void) { return launching; }

typedef struct {
  void *job, *context;
  void (*body)(void *, void *);
} dispatched;

static void run_dispatched(void *memory) {
  dispatched work = *(dispatched *)memory;
  free(memory);
  work.body(work.job, work.context);
}

void sgs_dispatch(uint8_t priority, void *job, void *context, void (*body)(void *, void *)) {
  dispatched *work = malloc(sizeof *work);
  if (!work) abort();   // a lost job would hang its task for ever
  *work = (dispatched){job, context, body};
  // Swift's job priorities are libdispatch's QoS classes; anything else runs at the default one.
  void *queue = dispatch_get_global_queue(priority, 0);
  dispatch_async_f(queue ? queue : dispatch_get_global_queue(0, 0), work, run_dispatched);
}
