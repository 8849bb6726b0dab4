// Compilation units of DWARF 4 and 5, and the attributes of their entries.
#pragma once
#include "sgs_image_parts.h"

typedef struct {
  const sgs_dwarf *dwarf;
  uint64_t at, entries, end;         // in .debug_info: the unit, its first entry, what follows it
  uint64_t abbreviations;            // in .debug_abbrev
  uint16_t version;
  uint8_t address_size, offset_size;
  uint64_t low, lines;
  uint64_t addr_base, str_offsets_base, rnglists_base;
  bool has_lines, is_optimized;
  const char *directory;             // of the compilation
} sgs_unit;

typedef struct {
  uint16_t form;                     // 0: the entry has no such attribute
  uint64_t number;
  const char *text;
} sgs_value;

/// What is read of an entry.
typedef struct {
  uint64_t at;
  uint32_t tag;                      // 0: the end of a list of children
  bool has_children;
  sgs_value low, high, ranges, origin, linkage_name, name, call_file, call_line;
  sgs_value lines, directory, optimized, addr_base, str_offsets_base, rnglists_base;
} sgs_entry;

/// Where in .debug_abbrev each abbreviation of a unit is described, by its code. The caller frees `places`.
typedef struct {
  uint64_t *places;
  size_t count;
} sgs_abbreviations;

sgs_abbreviations sgs_read_abbreviations(const sgs_unit *unit);

/// False at the end of .debug_info. A unit of a kind that has no code is read with `entries` == `end`.
bool sgs_read_unit(const sgs_dwarf *dwarf, uint64_t at, sgs_unit *unit);
/// The entry that begins at `at`; its end goes to `next`. False when it cannot be read.
bool sgs_read_entry(
  const sgs_unit *unit, const sgs_abbreviations *abbreviations, uint64_t at, sgs_entry *entry, uint64_t *next);
/// The pieces of code of an entry, one after the other, until `each` returns false.
void sgs_each_range(
  const sgs_unit *unit, const sgs_entry *entry, void *context, bool (*each)(void *context, sgs_range range));
const char *sgs_value_text(const sgs_unit *unit, sgs_value value);
/// Where in .debug_info an entry is that another one refers to; 0 when not in this unit.
uint64_t sgs_value_entry(const sgs_unit *unit, sgs_value value);

/// The value of an attribute with this form at the cursor, which moves behind it and turns bad on an unknown form.
sgs_value sgs_read_value(const sgs_unit *unit, cursor *cursor, uint64_t form, int64_t implicit);

/// The unit of the code at `address`.
bool sgs_unit_of(sgs_image *image, uint64_t address, sgs_unit *unit);

/// A row of a line table.
typedef struct {
  uint64_t address;                  // where the code of this row begins, or the address asked for when that is later
  uint64_t file;
  uint32_t line;
} sgs_row;

/// The row of `address`; if that is one the compiler made up, the next one in the function that has a line. At a resume
/// point the code at first restores the frame, in no scope, so the row after that prologue is preferred.
bool sgs_find_row(const sgs_unit *unit, const sgs_function *function, uint64_t address, sgs_row *row);
/// The name of a file of the unit's line table.
void sgs_name_file(const sgs_unit *unit, uint64_t file, sgs_source *source);
