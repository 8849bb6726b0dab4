#include "floor_page.h"
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NUMBER = 20 };

typedef struct {
  uint32_t start, length;   // in the text
  uint64_t number;          // that follows it
} floor_piece;

struct floor_page {
  uint8_t *text, *output;
  floor_piece *pieces;
  uint64_t piece_count;
  uint32_t rest_start, rest_length;   // after the last number
};

static floor_page *page_of_size(uint64_t length, uint64_t lines) {
  floor_page *page = calloc(1, sizeof *page);
  if (!page) return NULL;
  page->text = malloc(length + 1);
  page->pieces = calloc(lines + 1, sizeof *page->pieces);
  page->output = malloc(length + (lines + 1) * LONGEST_NUMBER);
  if (page->text && page->pieces && page->output) return page;
  floor_page_free(page);
  return NULL;
}

/// Where the number that ends the line begins, or NULL.
static const uint8_t *number_at_end(const uint8_t *line, const uint8_t *end) {
  const uint8_t *at = end;
  while (at > line && at[-1] >= '0' && at[-1] <= '9') at--;
  return at < end && at > line && at[-1] == ' ' ? at : NULL;
}

floor_page *floor_page_learn(const uint8_t *bytes, uint64_t length) {
  uint64_t lines = 0;
  for (uint64_t i = 0; i < length; i++) lines += bytes[i] == '\n';
  floor_page *page = page_of_size(length, lines);
  if (!page) return NULL;

  uint32_t text = 0;
  floor_piece piece = {0, 0, 0};
  for (const uint8_t *line = bytes, *end; line < bytes + length; line = end + 1) {
    end = memchr(line, '\n', (size_t)(bytes + length - line));
    const uint8_t *number = end && *line != '#' ? number_at_end(line, end) : end;
    if (!number) {
      floor_page_free(page);
      return NULL;
    }
    memcpy(page->text + text, line, (size_t)(number - line));
    text += (uint32_t)(number - line);
    if (number != end) {
      piece.length = text - piece.start;
      piece.number = strtoull((const char *)number, NULL, 10);
      page->pieces[page->piece_count++] = piece;
      piece.start = text;
    }
    page->text[text++] = '\n';
  }
  page->rest_start = piece.start;
  page->rest_length = text - piece.start;
  return page;
}

static inline uint8_t *write_number(uint8_t *at, uint64_t number) {
  static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354"
    "555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
  uint8_t digits[LONGEST_NUMBER];
  uint8_t *first = digits + LONGEST_NUMBER;
  while (number >= 100) {
    first -= 2;
    memcpy(first, pairs + number % 100 * 2, 2);
    number /= 100;
  }
  if (number >= 10) {
    first -= 2;
    memcpy(first, pairs + number * 2, 2);
  } else {
    *--first = (uint8_t)('0' + number);
  }
  size_t count = (size_t)(digits + LONGEST_NUMBER - first);
  memcpy(at, first, count);
  return at + count;
}

uint64_t floor_page_render(floor_page *page) {
  uint8_t *at = page->output;
  for (uint64_t i = 0; i < page->piece_count; i++) {
    const floor_piece *piece = &page->pieces[i];
    memcpy(at, page->text + piece->start, piece->length);
    at = write_number(at + piece->length, piece->number);
  }
  memcpy(at, page->text + page->rest_start, page->rest_length);
  return (uint64_t)(at + page->rest_length - page->output);
}

const uint8_t *floor_page_bytes(const floor_page *page) { return page->output; }

void floor_page_free(floor_page *page) {
  if (!page) return;
  free(page->text);
  free(page->pieces);
  free(page->output);
  free(page);
}
