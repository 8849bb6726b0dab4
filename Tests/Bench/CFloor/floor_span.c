#include "floor_span.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

// MARK: the workload

typedef struct {
  const char *text;
  uint8_t length;
} floor_text;

#define TEXT(literal) ((floor_text){literal, sizeof literal - 1})

static char texts[4][64];
static uint8_t text_lengths[4];
static int64_t numbers[4];
static uint64_t parent_trace[2], parent_span;

void floor_span_set_text(int index, const char *text) {
  size_t length = strlen(text);
  if (length >= sizeof texts[0]) abort();
  memcpy(texts[index], text, length);
  text_lengths[index] = (uint8_t)length;
}

void floor_span_set_number(int index, int64_t number) { numbers[index] = number; }

void floor_span_set_parent(uint64_t trace_high, uint64_t trace_low, uint64_t span) {
  parent_trace[0] = __builtin_bswap64(trace_high);
  parent_trace[1] = __builtin_bswap64(trace_low);
  parent_span = __builtin_bswap64(span);
}

// MARK: the thread's state

enum { RING_BYTES = 1 << 20, LONGEST_RECORD = 1024 };

typedef struct {
  uint64_t a, b;          // xoroshiro128+
  uint64_t head, tail;    // positions only grow
  uint8_t bytes[RING_BYTES + LONGEST_RECORD];
} floor_thread;

static _Thread_local floor_thread *self;

static floor_thread *thread_state(void) {
  if (__builtin_expect(self != NULL, 1)) return self;
  self = calloc(1, sizeof *self);
  if (!self) abort();
  self->a = (uint64_t)(uintptr_t)self;
  self->b = (uint64_t)time(NULL) | 1;
  return self;
}

static uint64_t random_word(floor_thread *thread) {
  uint64_t a = thread->a, b = thread->b, sum = a + b;
  b ^= a;
  thread->a = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
  thread->b = (b << 37) | (b >> 27);
  return sum;
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

// MARK: the record

typedef struct {
  floor_text key, text;
  int64_t number;
} floor_attribute;

typedef struct {
  uint64_t span, start, end, event_time;
  floor_text name, event_name;
  floor_attribute attributes[8], event_attribute;
} floor_record;

static inline uint8_t varint_size(uint64_t value) {
  return (uint8_t)(((63 - (uint32_t)__builtin_clzll(value | 1)) * 9 + 73) >> 6);
}

static inline uint8_t *write_bytes(uint8_t *at, const void *bytes, size_t count) {
  memcpy(at, bytes, count);
  return at + count;
}

static inline uint8_t *write_varint(uint8_t *at, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = (uint8_t)value | 0x80;
  *at++ = (uint8_t)value;
  return at;
}

/// Tag and length, one byte each: nothing in the workload is longer than 127 bytes.
static inline uint8_t *write_head(uint8_t *at, uint8_t field, uint8_t length) {
  at[0] = (uint8_t)(field << 3 | 2);
  at[1] = length;
  return at + 2;
}

static inline uint8_t *write_text(uint8_t *at, uint8_t field, floor_text text) {
  return write_bytes(write_head(at, field, text.length), text.text, text.length);
}

static inline uint8_t *write_fixed64(uint8_t *at, uint8_t field, uint64_t value) {
  *at = (uint8_t)(field << 3 | 1);
  return write_bytes(at + 1, &value, 8);
}

static inline uint8_t value_size(const floor_attribute *attribute) {
  return attribute->text.text ? 2 + attribute->text.length : 1 + varint_size((uint64_t)attribute->number);
}

static inline uint8_t attribute_size(const floor_attribute *attribute) {
  return 4 + attribute->key.length + value_size(attribute);
}

static inline uint8_t *write_attribute(uint8_t *at, uint8_t field, const floor_attribute *attribute) {
  at = write_head(at, field, attribute_size(attribute));
  at = write_text(at, 1, attribute->key);
  at = write_head(at, 2, value_size(attribute));
  if (attribute->text.text) return write_text(at, 1, attribute->text);
  *at = 3 << 3;
  return write_varint(at + 1, (uint64_t)attribute->number);
}

static uint8_t *encode(uint8_t *at, const floor_record *record) {
  at = write_bytes(write_head(at, 1, 16), parent_trace, 16);
  at = write_bytes(write_head(at, 2, 8), &record->span, 8);
  at = write_bytes(write_head(at, 4, 8), &parent_span, 8);
  at = write_text(at, 5, record->name);
  *at++ = 6 << 3;   // kind
  *at++ = 1;
  at = write_fixed64(at, 7, record->start);
  at = write_fixed64(at, 8, record->end);
  for (int i = 0; i < 8; i++) at = write_attribute(at, 9, &record->attributes[i]);

  uint8_t event_size = 9 + 2 + record->event_name.length + 2 + attribute_size(&record->event_attribute);
  at = write_head(at, 11, event_size);
  at = write_fixed64(at, 1, record->event_time);
  at = write_text(at, 2, record->event_name);
  at = write_attribute(at, 3, &record->event_attribute);

  uint32_t flags = 0x101;
  at = write_bytes(at, "\x85\x01", 2);   // field 16, fixed32
  return write_bytes(at, &flags, 4);
}

// One call a span, as an application has it: out of line, so that nothing is carried from one to the next.
__attribute__((noinline)) static void record_one(void) {
  floor_thread *thread = thread_state();
  floor_record record;
  record.span = random_word(thread);
  record.start = now_ns();
  record.name = TEXT("reserve stock of a warehouse");
  static const floor_text keys[8] = {
    TEXT("saga.id"), TEXT("saga.name"), TEXT("saga.step"), TEXT("saga.outcome"),
    TEXT("saga.version"), TEXT("saga.attempt"), TEXT("saga.log.sequence"), TEXT("saga.log.position"),
  };
  for (int i = 0; i < 4; i++)
    record.attributes[i] = (floor_attribute){keys[i], {texts[i], text_lengths[i]}, 0};
  for (int i = 0; i < 4; i++)
    record.attributes[4 + i] = (floor_attribute){keys[4 + i], {NULL, 0}, numbers[i]};
  record.event_time = now_ns();
  record.event_name = TEXT("blocked");
  record.event_attribute = (floor_attribute){TEXT("block.reason"), TEXT("lock-wait"), 0};
  record.end = now_ns();

  uint64_t head = thread->head;
  if (head + LONGEST_RECORD - __atomic_load_n(&thread->tail, __ATOMIC_ACQUIRE) > RING_BYTES) return;
  uint8_t *place = thread->bytes + (head & (RING_BYTES - 1));
  uint64_t length = (uint64_t)(encode(place + 8, &record) - (place + 8));
  memcpy(place, &length, 8);
  __atomic_store_n(&thread->head, head + ((length + 15) & ~7ull), __ATOMIC_RELEASE);
}

void floor_span_record(uint64_t count) {
  for (uint64_t i = 0; i < count; i++) record_one();
}

floor_drained floor_span_drain(void) {
  floor_thread *thread = thread_state();
  floor_drained drained = {0, 0};
  static uint8_t batch[LONGEST_RECORD];
  uint64_t tail = thread->tail;
  while (tail != thread->head) {
    const uint8_t *record = thread->bytes + (tail & (RING_BYTES - 1));
    uint64_t length;
    memcpy(&length, record, 8);
    memcpy(batch, record + 8, length);
    tail += (length + 15) & ~7ull;
    drained.records++;
    drained.bytes += length;
  }
  __atomic_store_n(&thread->tail, tail, __ATOMIC_RELEASE);
  return drained;
}
