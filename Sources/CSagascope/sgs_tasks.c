#include "CSagascope.h"
#include <pthread.h>
#include <stdlib.h>

#define SWIFT_CALL __attribute__((swiftcall))

extern SWIFT_CALL uint64_t swift_task_getJobTaskId(const void *job);
extern SWIFT_CALL void *swift_task_getCurrent(void);

extern struct dispatch_queue_attr_s { char opaque; } _dispatch_queue_attr_concurrent;
extern void *dispatch_queue_attr_make_with_qos_class(void *attributes, unsigned qos, int relative_priority);
extern void *dispatch_queue_create(const char *label, void *attributes);
extern void dispatch_queue_set_width(void *queue, long width);
extern void dispatch_async_f(void *queue, void *context, void (*work)(void *));

uint64_t sgs_job_task_id(const void *job) { return swift_task_getJobTaskId(job); }

uint64_t sgs_current_task_id(void) {
  void *task = swift_task_getCurrent();
  return task ? swift_task_getJobTaskId(task) : 0;
}

static _Thread_local const void *launching;

void sgs_set_launching(const void *identity) { launching = identity; }

const void *sgs_launching(void) { return launching; }

// As wide as there are processors, as the runtime's own pool is: a job that blocks its thread shows as starvation here too
// instead of calling up ever more threads.
#define WIDTH_OF_PROCESSORS (-3)

// Swift's job priorities are libdispatch's QoS classes.
static const unsigned priorities[] = {0x09, 0x11, 0x15, 0x19, 0x21};
static void *queues[5];
static pthread_once_t queues_once = PTHREAD_ONCE_INIT;

static void make_queues(void) {
  for (int i = 0; i < 5; i++) {
    void *attributes = dispatch_queue_attr_make_with_qos_class(&_dispatch_queue_attr_concurrent, priorities[i], 0);
    queues[i] = dispatch_queue_create("sagascope.tasks", attributes);
    dispatch_queue_set_width(queues[i], WIDTH_OF_PROCESSORS);
  }
}

static void *queue_for(uint8_t priority) {
  pthread_once(&queues_once, make_queues);
  if (priority == 0) return queues[2];
  int i = 0;
  while (i < 4 && priorities[i] < priority) i++;
  return queues[i];
}

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
  dispatch_async_f(queue_for(priority), work, run_dispatched);
}
