#include "CSagascope.h"
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

// Weak: a runtime that does not describe itself switches the tier off instead of failing to load.
extern const uint32_t _swift_concurrency_debug_internal_layout_version __attribute__((weak));
extern const size_t _swift_concurrency_debug_asyncTaskSize __attribute__((weak));
extern const void *const _swift_concurrency_debug_asyncTaskMetadata __attribute__((weak));
extern const void *const _swift_concurrency_debug_future_adapter __attribute__((weak));
extern const void *const _swift_concurrency_debug_non_future_adapter __attribute__((weak));
extern const uint8_t _swift_concurrency_task_registry_enabled __attribute__((weak));

enum {
  JOB_FLAGS = 32, JOB_ID_LOW = 36, JOB_RESUME = 56, JOB_CONTEXT = 64, TASK_STATUS = 96, TASK_ID_HIGH = 144,
  TASK_DEPENDENCY = 160,
};

static uint32_t word32(const uint8_t *bytes, int offset) {
  uint32_t value;
  memcpy(&value, bytes + offset, sizeof value);
  return value;
}

static uint64_t word64(const uint8_t *bytes, int offset) {
  uint64_t value;
  memcpy(&value, bytes + offset, sizeof value);
  return value;
}

const char *sgs_layout_refusal(void) {
#if defined(__x86_64__)
  if (!&_swift_concurrency_debug_internal_layout_version || !&_swift_concurrency_debug_asyncTaskSize
      || !&_swift_concurrency_debug_asyncTaskMetadata || !&_swift_concurrency_debug_future_adapter
      || !&_swift_concurrency_debug_non_future_adapter)
    return "no_description";
  if (_swift_concurrency_debug_internal_layout_version != 1) return "version";
  if (_swift_concurrency_debug_asyncTaskSize != SGS_TASK_BYTES) return "task_size";
  if (&_swift_concurrency_task_registry_enabled) return "registry";
  return NULL;
#else
  return "architecture";
#endif
}

uint32_t sgs_layout_job_flags(const void *task) { return word32(task, JOB_FLAGS); }

uint64_t sgs_layout_task_id(const void *job) {
  // Jobs of other kinds (an actor's, a continuation's) are no tasks, and shorter.
  if (sgs_layout_job_flags(job) & 0xFF) return 0;
  return (uint64_t)word32(job, TASK_ID_HIGH) << 32 | word32(job, JOB_ID_LOW);
}

int sgs_layout_header(const uint8_t bytes[SGS_TASK_BYTES], sgs_task_header *header) {
  if (word64(bytes, 0) != (uint64_t)(uintptr_t)_swift_concurrency_debug_asyncTaskMetadata) return 0;
  header->flags = word32(bytes, JOB_FLAGS);
  header->id = (uint64_t)word32(bytes, TASK_ID_HIGH) << 32 | word32(bytes, JOB_ID_LOW);
  header->status = word32(bytes, TASK_STATUS);
  header->resume = word64(bytes, JOB_RESUME);
  header->context = word64(bytes, JOB_CONTEXT);
  header->dependency = word64(bytes, TASK_DEPENDENCY);
  return 1;
}

void sgs_layout_dependency(const uint8_t bytes[SGS_DEPENDENCY_BYTES], sgs_dependency *dependency) {
  dependency->on = word64(bytes, 16);
  dependency->kind = word32(bytes, 32);
}

int sgs_layout_is_adapter(uint64_t function) {
  return function == (uint64_t)(uintptr_t)_swift_concurrency_debug_future_adapter
      || function == (uint64_t)(uintptr_t)_swift_concurrency_debug_non_future_adapter;
}

// MARK: reads that cannot fault

#define BATCH 512u

void sgs_read_all(const sgs_read *reads, uint8_t *ok, uint64_t count) {
  pid_t self = getpid();
  struct iovec to[BATCH], from[BATCH];
  memset(ok, 0, count);
  for (uint64_t done = 0; done < count;) {
    uint64_t batch = count - done < BATCH ? count - done : BATCH;
    for (uint64_t i = 0; i < batch; i++) {
      to[i] = (struct iovec){reads[done + i].to, reads[done + i].bytes};
      from[i] = (struct iovec){(void *)(uintptr_t)reads[done + i].from, reads[done + i].bytes};
    }
    ssize_t copied = process_vm_readv(self, to, batch, from, batch, 0);
    uint64_t left = copied > 0 ? (uint64_t)copied : 0, i = 0;
    for (; i < batch && left >= reads[done + i].bytes; i++) {
      left -= reads[done + i].bytes;
      ok[done + i] = 1;
    }
    // Where it stopped, a range is not there: past it.
    done += i < batch ? i + 1 : i;
  }
}

typedef struct {
  uint64_t address;
  int found;
} code_search;

static int search_code(struct dl_phdr_info *image, size_t size, void *context) {
  (void)size;
  code_search *search = context;
  for (int i = 0; i < image->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
    uint64_t start = image->dlpi_addr + segment->p_vaddr;
    if (segment->p_type == PT_LOAD && segment->p_flags & PF_X && search->address >= start
        && search->address < start + segment->p_memsz)
      return search->found = 1;
  }
  return 0;
}

int sgs_is_code(uint64_t address) {
  code_search search = {address, 0};
  dl_iterate_phdr(search_code, &search);
  return search.found;
}
