// What the saga log's view writes, without telling a reader when it is whole.
#pragma once
#include <stdint.h>

enum { FLOOR_VIEW_SLOTS = 4096 };

/// Writes 64 bytes into one slot after the other, `count` times, in the order of `slots`; answers what the last one holds.
uint64_t floor_view_store(const uint32_t slots[FLOOR_VIEW_SLOTS], uint64_t count);
