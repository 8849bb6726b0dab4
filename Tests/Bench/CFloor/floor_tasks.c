#include "floor_tasks.h"
#include <stdlib.h>
#include <time.h>

typedef struct {
  uint64_t state, since, changes, rest[13];
} task;

static task *tasks;
static uint64_t transitions;

int floor_tasks_make(uint64_t count) {
  free(tasks);
  tasks = calloc(count, sizeof(task));
  return tasks != NULL;
}

static uint64_t now(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
#endif
}

uint64_t floor_tasks_cycle(const uint32_t *places, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    task *t = &tasks[places[i]];
    for (uint64_t state = 1; state <= 3; state++) {
      t->state = state;
      t->since = now();
      t->changes++;
      transitions++;
    }
  }
  return transitions;
}
