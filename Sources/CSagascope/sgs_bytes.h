// Reading a file that may be damaged: a cursor never leaves its bytes. After the first read beyond the end it is bad,
// and every further read gives 0.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t length;
} sgs_bytes;

typedef struct {
  const uint8_t *at, *end;
  bool bad;
} cursor;

/// From `offset` to the end; bad when that lies outside.
static inline cursor cursor_at(sgs_bytes bytes, uint64_t offset) {
  if (!bytes.bytes || offset > bytes.length) return (cursor){NULL, NULL, true};
  return (cursor){bytes.bytes + offset, bytes.bytes + bytes.length, false};
}

static inline const uint8_t *take(cursor *cursor, uint64_t length) {
  if (cursor->bad || length > (uint64_t)(cursor->end - cursor->at)) {
    cursor->bad = true;
    cursor->at = cursor->end;
    return NULL;
  }
  const uint8_t *bytes = cursor->at;
  cursor->at += length;
  return bytes;
}

/// Little-endian, of up to 8 bytes.
static inline uint64_t take_number(cursor *cursor, size_t length) {
  uint64_t number = 0;
  const uint8_t *bytes = take(cursor, length);
  if (bytes) memcpy(&number, bytes, length);
  return number;
}

static inline uint64_t take_uleb(cursor *cursor) {
  uint64_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    uint8_t byte = (uint8_t)take_number(cursor, 1);
    if (shift < 64) number |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return number;
  }
}

static inline int64_t take_sleb(cursor *cursor) {
  uint64_t number = 0;
  for (unsigned shift = 0;;) {
    uint8_t byte = (uint8_t)take_number(cursor, 1);
    if (shift < 64) number |= (uint64_t)(byte & 0x7f) << shift;
    shift += 7;
    if (byte & 0x80) continue;
    if (shift < 64 && (byte & 0x40)) number |= ~(uint64_t)0 << shift;
    return (int64_t)number;
  }
}

/// A string with its terminating zero; NULL when there is none.
static inline const char *take_string(cursor *cursor) {
  const uint8_t *zero = cursor->bad ? NULL : memchr(cursor->at, 0, (size_t)(cursor->end - cursor->at));
  return (const char *)take(cursor, zero ? (uint64_t)(zero - cursor->at) + 1 : UINT64_MAX);
}

static inline const char *string_at(sgs_bytes bytes, uint64_t offset) {
  cursor cursor = cursor_at(bytes, offset);
  return take_string(&cursor);
}
