#include "floor_log.h"

static struct {
  uint64_t words[8];
} slots[FLOOR_VIEW_SLOTS];

uint64_t floor_view_store(const uint32_t order[FLOOR_VIEW_SLOTS], uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    uint64_t *words = slots[order[i % FLOOR_VIEW_SLOTS]].words;
    for (uint64_t word = 0; word < 8; word++) words[word] = i + word;
    // Whoever reads the slots may do so now.
    __asm__ volatile("" : : "r"(words) : "memory");
  }
  return slots[order[(count - 1) % FLOOR_VIEW_SLOTS]].words[7];
}
