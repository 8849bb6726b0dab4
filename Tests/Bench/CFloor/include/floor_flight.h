// A flight recorder for one thread that nobody reads: three words and an index an event.
#pragma once
#include <stdint.h>

/// Notes `count` events in the thread's ring of 6 MiB; answers how many it has ever had.
uint64_t floor_flight_note(uint64_t count);
