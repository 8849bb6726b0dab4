// Instruments whose cells belong to the calling thread: a load and a store an operation.
#pragma once
#include <stdint.h>

/// Adds 1 to the thread's cell `count` times; answers what the cell holds.
uint64_t floor_counter_add(uint64_t count);

enum { FLOOR_HISTOGRAM_BOUNDS = 15 };

/// Records the values into the thread's histogram by a branchless binary search; answers how many it holds.
uint64_t floor_histogram_record(const double bounds[FLOOR_HISTOGRAM_BOUNDS], const double *values, uint64_t count);

/// Records the values into the thread's exponential histogram of scale 3, bucket by bucket as log2 says; answers how many it
/// holds.
uint64_t floor_exponential_record(const double *values, uint64_t count);

/// Reads `count` cells, as a collection with one recording thread must.
void floor_cells_read(const uint64_t *cells, uint64_t *into, uint64_t count);
