// A span of 8 attributes and one event with one attribute: gathered in a struct on the stack, encoded at its end as an
// OTLP Span into a ring of the thread. One random id and three clock reads each.
#pragma once
#include <stdint.h>

/// Values of the attributes: four texts, then four numbers, in the order of the workload's keys. The text is copied.
void floor_span_set_text(int index, const char *text);
void floor_span_set_number(int index, int64_t number);
/// The parent that every span has.
void floor_span_set_parent(uint64_t trace_high, uint64_t trace_low, uint64_t span);

/// Records `count` spans; what the ring does not take is dropped.
void floor_span_record(uint64_t count);

typedef struct {
  uint64_t records, bytes;
} floor_drained;

/// Empties this thread's ring, reading every record.
floor_drained floor_span_drain(void);
