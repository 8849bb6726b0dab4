// A text page of which only the numbers change: cached text, number, cached text, number, …, cached text.
#pragma once
#include <stdint.h>

typedef struct floor_page floor_page;

/// Learns a page: every line that is no comment ends with a space and an unsigned number. NULL when one does not.
floor_page *floor_page_learn(const uint8_t *page, uint64_t length);
/// Writes the page that was learned into memory of its own; answers its length.
uint64_t floor_page_render(floor_page *page);
const uint8_t *floor_page_bytes(const floor_page *page);
void floor_page_free(floor_page *page);
