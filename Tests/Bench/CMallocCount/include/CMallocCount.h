// Counts allocations of the whole process, in every library, by standing in for the allocator's entry points.
//
// Process-wide rather than per thread: what an operation makes another thread allocate is its allocation too. Between
// malloc_count_start and malloc_count_stop nothing may run but what is counted.
#pragma once
#include <stddef.h>
#include <stdint.h>

void malloc_count_start(void);
/// Allocations since the start: malloc, calloc, realloc and the aligned ones, each counted once; free is not.
uint64_t malloc_count_stop(void);

/// Bytes in use on the heap.
size_t malloc_in_use(void);

