// A slot: the scratch memory in which one record is encoded until it goes into a ring. Slots come from per-thread free
// lists over type-stable memory that is never unmapped, so a stale handle reads a generation, never freed memory.
#pragma once
#include <stdint.h>

#define SGS_SLOT_BYTES 528u
#define SGS_SLOT_TAIL 48u   // kept free for what ending a record appends

typedef struct sgs_slot {
  struct sgs_slot *next;    // in a free list
  uint8_t *start, *cursor, *limit;
  uint8_t *heap;            // malloc'ed body of a record that outgrew the slot, else NULL
  uint64_t start_time;      // ns since the Unix epoch
  uint64_t keys;            // Bloom word of the attribute keys set so far
  uint32_t generation;
  uint8_t attribute_field;  // number of the attributes field: 9 in a span, 6 in a log record
  uint16_t attributes, dropped_attributes;
  uint64_t trace_high, trace_low, span;
  uint8_t body[SGS_SLOT_BYTES];
} sgs_slot;

/// Moves the body to a larger block with room for `more` bytes; 0 when the record would pass SGS_MAX_RECORD.
int sgs_slot_grow(sgs_slot *slot, uint64_t more);
