// A task's life for one thread, whose records are found by their place: no key, no other thread, no sums.
#pragma once
#include <stdint.h>

/// Makes room for `count` tasks; 0 when there is no memory.
int floor_tasks_make(uint64_t count);
/// Lets each of the tasks become ready, run and block; answers how many transitions there have been.
uint64_t floor_tasks_cycle(const uint32_t *places, uint64_t count);
