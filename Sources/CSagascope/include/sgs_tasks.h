// The few entry points of the concurrency runtime and of libdispatch that tier 1 of task tracking needs. All are exported
// symbols; none reads the runtime's memory layout.
#pragma once
#include <stdint.h>

/// The 64-bit id of a job that is a task, 0 for any other job (a default actor's, a continuation's).
uint64_t sgs_job_task_id(const void *job);
/// The id of the task that runs on this thread, 0 outside a task.
uint64_t sgs_current_task_id(void);

/// What the task that this thread creates right now is to be known as: set around the creation, read by the executor when
/// the new task is enqueued, which happens on the same thread before the creation returns.
void sgs_set_launching(const void *identity);
const void *sgs_launching(void);

/// Runs `body(job, context)` on a queue for `priority` (a Swift JobPriority raw value) that is as wide as the machine has
/// processors.
void sgs_dispatch(uint8_t priority, void *job, void *context, void (*body)(void *job, void *context));
