// What the readers of an image share: sgs_image.c reads the symbols, sgs_units.c the compilation units of DWARF,
// sgs_lines.c its line tables, sgs_inlines.c its inlined functions.
#pragma once
#include "sgs_bytes.h"
#include "sgs_image.h"

/// The sections of debug information; empty where the file has none.
typedef struct {
  sgs_bytes info, abbrev, line, str, line_str, str_offsets, addr, ranges, rnglists;
} sgs_dwarf;

typedef struct {
  uint64_t start, end;
} sgs_range;

/// A piece of code, and where in .debug_info it is described.
typedef struct {
  sgs_range range;
  uint64_t at;
} sgs_described;

/// A list that grows by doubling; when memory is short, what does not fit is left out.
typedef struct {
  sgs_described *items;
  size_t count, capacity;
} sgs_descriptions;

void sgs_describe(sgs_descriptions *list, sgs_range range, uint64_t at);
void sgs_sort_descriptions(sgs_descriptions *list);
/// The one with the greatest start among those that contain `address`, or NULL.
const sgs_described *sgs_description_of(const sgs_descriptions *list, uint64_t address);

typedef struct {
  uint32_t start, symbol;
} sgs_symbol;

struct sgs_image {
  sgs_bytes file, symbols, names;
  sgs_symbol *functions;             // sorted by start
  size_t function_count;
  sgs_dwarf dwarf;
  sgs_descriptions units;            // of all compilation units; filled on first need
  sgs_descriptions subprograms;      // of those units whose functions were looked for
  sgs_descriptions searched;         // those units
  bool has_units;
};
