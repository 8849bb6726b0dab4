// A slot: the scratch memory in which one record is encoded until it goes into a ring. Slots come from per-thread free
// lists over memory that is never unmapped.
#pragma once
#include <stdint.h>
#include <string.h>

#define SGS_SLOT_BYTES 528u
#define SGS_SLOT_TAIL 48u   // kept free for what ending a record appends

typedef struct sgs_slot {
  struct sgs_slot *next;    // in a free list
  uint8_t *start, *cursor, *limit;
  uint8_t *heap;            // malloc'ed body of a record that outgrew the slot, else NULL
  uint64_t start_time;      // ns since the Unix epoch
  uint64_t epoch_offset;    // of the clock when the record began: a span keeps it, so that its duration is monotonic
  uint64_t keys[4];         // Bloom filter of the attribute keys set so far
  uint32_t lock;            // for a record that several threads may write to; stays with the slot, never reset
  uint8_t attribute_field;  // number of the attributes field: 9 in a span, 6 in a log record
  uint16_t attributes, events, links;   // written so far
  uint16_t dropped_attributes, dropped_events, dropped_links;
  uint16_t attribute_limit;
  uint32_t value_limit;     // scalars of a text, to which longer ones are cut
  uint8_t body[SGS_SLOT_BYTES];
} sgs_slot;

/// Makes the slot ready for a new record.
static inline void sgs_slot_begin(sgs_slot *slot, uint64_t epoch_offset) {
  slot->start = slot->cursor = slot->body;
  slot->limit = slot->body + (SGS_SLOT_BYTES - SGS_SLOT_TAIL);
  slot->epoch_offset = epoch_offset;
  slot->keys[0] = slot->keys[1] = slot->keys[2] = slot->keys[3] = 0;
  slot->attributes = slot->events = slot->links = 0;
  slot->dropped_attributes = slot->dropped_events = slot->dropped_links = 0;
}

/// memcpy without a call for what is as short as most names, keys and values: by two words that may overlap.
static inline void sgs_copy(void *to, const void *from, uint64_t count) {
  uint8_t *target = (uint8_t *)to;
  const uint8_t *source = (const uint8_t *)from;
  if (count - 8 <= 8) {
    uint64_t first, last;
    memcpy(&first, source, 8);
    memcpy(&last, source + count - 8, 8);
    memcpy(target, &first, 8);
    memcpy(target + count - 8, &last, 8);
  } else if (count - 16 <= 16) {
    unsigned __int128 first, last;
    memcpy(&first, source, 16);
    memcpy(&last, source + count - 16, 16);
    memcpy(target, &first, 16);
    memcpy(target + count - 16, &last, 16);
  } else if (count - 4 <= 4) {
    uint32_t first, last;
    memcpy(&first, source, 4);
    memcpy(&last, source + count - 4, 4);
    memcpy(target, &first, 4);
    memcpy(target + count - 4, &last, 4);
  } else {
    memcpy(to, from, count);
  }
}

/// Notes a key by its hash; whether it may have been noted before. Two bits in one of four words: a false alarm walks the
/// whole record, so it has to be rare (1.4 % of spans with 8 attributes).
static inline int sgs_slot_note_key(sgs_slot *slot, uint64_t hash) {
  uint64_t *word = &slot->keys[hash >> 62];
  uint64_t bits = 1ull << (hash >> 56 & 63) | 1ull << (hash >> 50 & 63);
  int seen = (*word & bits) == bits;
  *word |= bits;
  return seen;
}

void sgs_slot_wait(sgs_slot *slot);

// A lock for what takes some 100 ns and never waits inside.
static inline void sgs_slot_lock(sgs_slot *slot) {
  if (__builtin_expect(__atomic_exchange_n(&slot->lock, 1, __ATOMIC_ACQUIRE), 0)) sgs_slot_wait(slot);
}

static inline void sgs_slot_unlock(sgs_slot *slot) { __atomic_store_n(&slot->lock, 0, __ATOMIC_RELEASE); }

/// Moves the body to a larger block with room for `more` bytes; 0 when the record would pass SGS_MAX_RECORD.
int sgs_slot_grow(sgs_slot *slot, uint64_t more);
