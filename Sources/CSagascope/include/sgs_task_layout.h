// What is read of the concurrency runtime's own objects, and the guards around it.
//
// Offsets are those of layout version 1 with tasks of 208 bytes, which the runtime says of itself in exported symbols; they
// are used after `sgs_layout_refusal` found nothing, and what a self-test (in Swift) saw of a real task agreed. Source:
// swift/ABI/Task.h, TaskPrivate.h and RemoteInspection/RuntimeInternals.h of the Swift project, version 6.3.
#pragma once
#include <stdint.h>

/// Why the layout cannot be relied on: "no_description", "version", "task_size", "registry" (the runtime keeps a list of tasks
/// of its own, as newer ones do, whose links are in the objects), "architecture"; NULL when it can.
const char *sgs_layout_refusal(void);

/// What a task's object says of itself.
typedef struct {
  uint64_t id;
  uint32_t status;             // SGS_STATUS_…
  uint32_t flags;              // of the job: kind, priority, how it was made
  uint64_t resume;             // where it goes on
  uint64_t context;            // its innermost async context
  uint64_t dependency;         // address of the record of what it waits for
} sgs_task_header;

enum {
  SGS_STATUS_PRIORITY = 0xFF, SGS_STATUS_CANCELLED = 0x100, SGS_STATUS_RUNNING = 0x800, SGS_STATUS_ENQUEUED = 0x1000,
  SGS_STATUS_COMPLETE = 0x2000, SGS_STATUS_WAITS = 0x4000,
};

/// Of a job that is valid right now (being enqueued, or run): its task id, 0 for a job that is no task.
uint64_t sgs_layout_task_id(const void *job);
uint32_t sgs_layout_job_flags(const void *task);

/// Reads that cannot fault, of memory that may be gone: any number at once with few system calls.
/// - Returns: 1 in `ok[i]` for each range that was read whole.
typedef struct { uint64_t from; void *to; uint64_t bytes; } sgs_read;
void sgs_read_all(const sgs_read *reads, uint8_t *ok, uint64_t count);

#define SGS_TASK_BYTES 208u
/// Makes sense of the bytes of a task's object; 0 when they are none.
int sgs_layout_header(const uint8_t bytes[SGS_TASK_BYTES], sgs_task_header *header);

/// What a record of a dependency says.
enum { SGS_WAITS_FOR_TASK = 1, SGS_WAITS_FOR_CONTINUATION = 2, SGS_WAITS_FOR_GROUP = 3, SGS_WAITS_FOR_EXECUTOR = 4 };
#define SGS_DEPENDENCY_BYTES 40u
typedef struct { uint32_t kind; uint64_t on; } sgs_dependency;
/// Of a continuation's context, which a dependency on it names: the actor it is resumed on, 0 for none.
#define SGS_CONTINUATION_EXECUTOR 48u
void sgs_layout_dependency(const uint8_t bytes[SGS_DEPENDENCY_BYTES], sgs_dependency *dependency);

/// Whether the address is the function of the runtime that a task which has not begun goes on with. The address of its own
/// first function then lies SGS_ENTRY_BEFORE bytes before its context.
int sgs_layout_is_adapter(uint64_t function);
#define SGS_ENTRY_BEFORE 24u

/// Whether the address lies in code.
int sgs_is_code(uint64_t address);
