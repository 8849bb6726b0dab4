#include "sgs_units.h"
#include <stdlib.h>

enum {
  AT_NAME = 0x03, AT_STMT_LIST = 0x10, AT_LOW_PC = 0x11, AT_HIGH_PC = 0x12, AT_COMP_DIR = 0x1b,
  AT_ABSTRACT_ORIGIN = 0x31, AT_SPECIFICATION = 0x47, AT_RANGES = 0x55, AT_CALL_FILE = 0x58, AT_CALL_LINE = 0x59,
  AT_LINKAGE_NAME = 0x6e, AT_STR_OFFSETS_BASE = 0x72, AT_ADDR_BASE = 0x73, AT_RNGLISTS_BASE = 0x74,
  AT_APPLE_OPTIMIZED = 0x3fe1,
};

enum {
  FORM_ADDR = 0x01, FORM_BLOCK2 = 0x03, FORM_BLOCK4, FORM_DATA2, FORM_DATA4, FORM_DATA8, FORM_STRING, FORM_BLOCK,
  FORM_BLOCK1, FORM_DATA1, FORM_FLAG, FORM_SDATA, FORM_STRP, FORM_UDATA, FORM_REF_ADDR, FORM_REF1, FORM_REF2,
  FORM_REF4, FORM_REF8, FORM_REF_UDATA, FORM_INDIRECT, FORM_SEC_OFFSET, FORM_EXPRLOC, FORM_FLAG_PRESENT, FORM_STRX,
  FORM_ADDRX, FORM_REF_SUP4, FORM_STRP_SUP, FORM_DATA16, FORM_LINE_STRP, FORM_REF_SIG8, FORM_IMPLICIT_CONST,
  FORM_LOCLISTX, FORM_RNGLISTX, FORM_REF_SUP8, FORM_STRX1, FORM_STRX2, FORM_STRX3, FORM_STRX4, FORM_ADDRX1,
  FORM_ADDRX2, FORM_ADDRX3, FORM_ADDRX4,
};

// MARK: values

static uint64_t take_block(cursor *cursor, uint64_t length) {
  take(cursor, length);
  return 0;
}

static uint64_t take_text(cursor *cursor, const char **text) {
  *text = take_string(cursor);
  return 0;
}

sgs_value sgs_read_value(const sgs_unit *unit, cursor *cursor, uint64_t form, int64_t implicit) {
  if (form == FORM_INDIRECT) form = take_uleb(cursor);
  sgs_value value = {.form = (uint16_t)form};
  switch (form) {
  case FORM_ADDR: value.number = take_number(cursor, unit->address_size); break;
  case FORM_DATA1: case FORM_REF1: case FORM_FLAG: case FORM_STRX1: case FORM_ADDRX1:
    value.number = take_number(cursor, 1); break;
  case FORM_DATA2: case FORM_REF2: case FORM_STRX2: case FORM_ADDRX2: value.number = take_number(cursor, 2); break;
  case FORM_STRX3: case FORM_ADDRX3: value.number = take_number(cursor, 3); break;
  case FORM_DATA4: case FORM_REF4: case FORM_REF_SUP4: case FORM_STRX4: case FORM_ADDRX4:
    value.number = take_number(cursor, 4); break;
  case FORM_DATA8: case FORM_REF8: case FORM_REF_SIG8: case FORM_REF_SUP8: value.number = take_number(cursor, 8); break;
  case FORM_DATA16: take_block(cursor, 16); break;
  case FORM_STRP: case FORM_LINE_STRP: case FORM_STRP_SUP: case FORM_SEC_OFFSET: case FORM_REF_ADDR:
    value.number = take_number(cursor, unit->offset_size); break;
  case FORM_UDATA: case FORM_REF_UDATA: case FORM_STRX: case FORM_ADDRX: case FORM_LOCLISTX: case FORM_RNGLISTX:
    value.number = take_uleb(cursor); break;
  case FORM_SDATA: value.number = (uint64_t)take_sleb(cursor); break;
  case FORM_STRING: take_text(cursor, &value.text); break;
  case FORM_BLOCK1: take_block(cursor, take_number(cursor, 1)); break;
  case FORM_BLOCK2: take_block(cursor, take_number(cursor, 2)); break;
  case FORM_BLOCK4: take_block(cursor, take_number(cursor, 4)); break;
  case FORM_BLOCK: case FORM_EXPRLOC: take_block(cursor, take_uleb(cursor)); break;
  case FORM_FLAG_PRESENT: value.number = 1; break;
  case FORM_IMPLICIT_CONST: value.number = (uint64_t)implicit; break;
  default: cursor->bad = true;
  }
  return value;
}

// An item of a table of equal items that begins at `base`.
static uint64_t item(sgs_bytes table, uint64_t base, uint64_t index, uint8_t size) {
  if (index > table.length) return 0;
  cursor cursor = cursor_at(table, base + index * size);
  return take_number(&cursor, size);
}

static bool is_indexed_address(uint16_t form) {
  return form == FORM_ADDRX || (form >= FORM_ADDRX1 && form <= FORM_ADDRX4);
}

static uint64_t address_of(const sgs_unit *unit, sgs_value value) {
  return is_indexed_address(value.form)
    ? item(unit->dwarf->addr, unit->addr_base, value.number, unit->address_size) : value.number;
}

const char *sgs_value_text(const sgs_unit *unit, sgs_value value) {
  switch (value.form) {
  case FORM_STRING: return value.text;
  case FORM_STRP: return string_at(unit->dwarf->str, value.number);
  case FORM_LINE_STRP: return string_at(unit->dwarf->line_str, value.number);
  case FORM_STRX: case FORM_STRX1: case FORM_STRX2: case FORM_STRX3: case FORM_STRX4:
    return string_at(
      unit->dwarf->str,
      item(unit->dwarf->str_offsets, unit->str_offsets_base, value.number, unit->offset_size));
  default: return NULL;
  }
}

uint64_t sgs_value_entry(const sgs_unit *unit, sgs_value value) {
  bool is_of_unit = value.form >= FORM_REF1 && value.form <= FORM_REF_UDATA;
  uint64_t at = is_of_unit ? unit->at + value.number : value.form == FORM_REF_ADDR ? value.number : 0;
  return at >= unit->entries && at < unit->end ? at : 0;
}

// MARK: entries

enum { MAX_ABBREVIATIONS = 1 << 16 };

// Compilers number them from 1 on; what has a greater number than there may be is left out.
sgs_abbreviations sgs_read_abbreviations(const sgs_unit *unit) {
  sgs_abbreviations table = {NULL, 0};
  size_t capacity = 0;
  cursor cursor = cursor_at(unit->dwarf->abbrev, unit->abbreviations);
  for (uint64_t code; (code = take_uleb(&cursor)) != 0;) {
    if (code >= MAX_ABBREVIATIONS) break;
    if (code >= capacity) {
      size_t wanted = (code + 1) * 2;
      uint64_t *places = realloc(table.places, wanted * sizeof *places);
      if (!places) break;
      memset(places + capacity, 0, (wanted - capacity) * sizeof *places);
      table.places = places;
      capacity = wanted;
    }
    table.places[code] = (uint64_t)(cursor.at - unit->dwarf->abbrev.bytes);
    if (code >= table.count) table.count = code + 1;
    take_uleb(&cursor);
    take_number(&cursor, 1);
    for (;;) {
      uint64_t attribute = take_uleb(&cursor), form = take_uleb(&cursor);
      if (form == FORM_IMPLICIT_CONST) take_sleb(&cursor);
      if (attribute == 0 && form == 0) break;
    }
  }
  return table;
}

static void keep(sgs_entry *entry, uint64_t attribute, sgs_value value) {
  switch (attribute) {
  case AT_NAME: entry->name = value; break;
  case AT_STMT_LIST: entry->lines = value; break;
  case AT_LOW_PC: entry->low = value; break;
  case AT_HIGH_PC: entry->high = value; break;
  case AT_COMP_DIR: entry->directory = value; break;
  case AT_ABSTRACT_ORIGIN: case AT_SPECIFICATION: entry->origin = value; break;
  case AT_RANGES: entry->ranges = value; break;
  case AT_CALL_FILE: entry->call_file = value; break;
  case AT_CALL_LINE: entry->call_line = value; break;
  case AT_LINKAGE_NAME: entry->linkage_name = value; break;
  case AT_STR_OFFSETS_BASE: entry->str_offsets_base = value; break;
  case AT_ADDR_BASE: entry->addr_base = value; break;
  case AT_RNGLISTS_BASE: entry->rnglists_base = value; break;
  case AT_APPLE_OPTIMIZED: entry->optimized = value; break;
  default: break;
  }
}

bool sgs_read_entry(
  const sgs_unit *unit, const sgs_abbreviations *abbreviations, uint64_t at, sgs_entry *entry, uint64_t *next) {
  cursor values = cursor_at((sgs_bytes){unit->dwarf->info.bytes, unit->end}, at);
  uint64_t code = take_uleb(&values);
  *entry = (sgs_entry){.at = at};
  if (code != 0) {
    if (code >= abbreviations->count || abbreviations->places[code] == 0) return false;
    cursor form = cursor_at(unit->dwarf->abbrev, abbreviations->places[code]);
    entry->tag = (uint32_t)take_uleb(&form);
    entry->has_children = take_number(&form, 1) != 0;
    for (;;) {
      uint64_t attribute = take_uleb(&form), kind = take_uleb(&form);
      if (attribute == 0 && kind == 0) break;
      int64_t implicit = kind == FORM_IMPLICIT_CONST ? take_sleb(&form) : 0;
      keep(entry, attribute, sgs_read_value(unit, &values, kind, implicit));
      if (values.bad || form.bad) return false;
    }
  }
  if (values.bad) return false;
  *next = (uint64_t)(values.at - unit->dwarf->info.bytes);
  return true;
}

// MARK: ranges

typedef struct {
  void *context;
  bool (*each)(void *, sgs_range);
} range_visit;

// Code that the linker left out begins at 0, or at an address that no code has.
static bool visit(range_visit visit, uint64_t start, uint64_t end) {
  if (start == 0 || start >= end) return true;
  return visit.each(visit.context, (sgs_range){start, end});
}

static void each_range_4(const sgs_unit *unit, uint64_t at, range_visit to) {
  cursor cursor = cursor_at(unit->dwarf->ranges, at);
  uint64_t base = unit->low, greatest = unit->address_size < 8 ? UINT32_MAX : UINT64_MAX;
  while (!cursor.bad) {
    uint64_t start = take_number(&cursor, unit->address_size), end = take_number(&cursor, unit->address_size);
    if (start == 0 && end == 0) return;
    if (start == greatest) base = end;
    else if (!visit(to, base + start, base + end)) return;
  }
}

static void each_range_5(const sgs_unit *unit, uint64_t at, range_visit to) {
  enum { END, BASEX, STARTX_ENDX, STARTX_LENGTH, OFFSET_PAIR, BASE, START_END, START_LENGTH };
  cursor cursor = cursor_at(unit->dwarf->rnglists, at);
  sgs_bytes addresses = unit->dwarf->addr;
  uint64_t base = unit->low, start, end;
  uint8_t size = unit->address_size;
  while (!cursor.bad) {
    switch (take_number(&cursor, 1)) {
    case BASEX: base = item(addresses, unit->addr_base, take_uleb(&cursor), size); continue;
    case BASE: base = take_number(&cursor, size); continue;
    case STARTX_ENDX:
      start = item(addresses, unit->addr_base, take_uleb(&cursor), size);
      end = item(addresses, unit->addr_base, take_uleb(&cursor), size);
      break;
    case STARTX_LENGTH:
      start = item(addresses, unit->addr_base, take_uleb(&cursor), size);
      end = start + take_uleb(&cursor);
      break;
    case OFFSET_PAIR:
      start = base + take_uleb(&cursor);
      end = base + take_uleb(&cursor);
      break;
    case START_END:
      start = take_number(&cursor, size);
      end = take_number(&cursor, size);
      break;
    case START_LENGTH:
      start = take_number(&cursor, size);
      end = start + take_uleb(&cursor);
      break;
    default: return;
    }
    if (cursor.bad || !visit(to, start, end)) return;
  }
}

void sgs_each_range(
  const sgs_unit *unit, const sgs_entry *entry, void *context, bool (*each)(void *, sgs_range)) {
  range_visit to = {context, each};
  if (entry->ranges.form) {
    uint64_t at = entry->ranges.number;
    if (entry->ranges.form == FORM_RNGLISTX)
      at = unit->rnglists_base + item(unit->dwarf->rnglists, unit->rnglists_base, at, unit->offset_size);
    if (unit->version >= 5) each_range_5(unit, at, to);
    else each_range_4(unit, at, to);
  } else if (entry->low.form && entry->high.form) {
    uint64_t low = address_of(unit, entry->low);
    bool is_address = entry->high.form == FORM_ADDR || is_indexed_address(entry->high.form);
    visit(to, low, is_address ? address_of(unit, entry->high) : low + entry->high.number);
  }
}

// MARK: units

// Its length, version and sizes, up to its first entry.
static bool read_header(const sgs_dwarf *dwarf, uint64_t at, sgs_unit *unit) {
  enum { COMPILE = 1, PARTIAL = 3, SKELETON = 4 };
  *unit = (sgs_unit){.dwarf = dwarf, .at = at, .offset_size = 4};
  cursor cursor = cursor_at(dwarf->info, at);
  uint64_t length = take_number(&cursor, 4);
  if (length == UINT32_MAX) {
    length = take_number(&cursor, 8);
    unit->offset_size = 8;
  }
  if (cursor.bad || length == 0 || length > (uint64_t)(cursor.end - cursor.at)) return false;
  unit->end = (uint64_t)(cursor.at - dwarf->info.bytes) + length;
  unit->version = (uint16_t)take_number(&cursor, 2);
  uint64_t kind = COMPILE;
  if (unit->version >= 5) {
    kind = take_number(&cursor, 1);
    unit->address_size = (uint8_t)take_number(&cursor, 1);
    unit->abbreviations = take_number(&cursor, unit->offset_size);
    if (kind == SKELETON) take_number(&cursor, 8);
  } else {
    unit->abbreviations = take_number(&cursor, unit->offset_size);
    unit->address_size = (uint8_t)take_number(&cursor, 1);
  }
  bool is_known = unit->version >= 2 && unit->version <= 5 && (unit->address_size == 8 || unit->address_size == 4)
    && (kind == COMPILE || kind == PARTIAL || kind == SKELETON);
  unit->entries = (uint64_t)(cursor.at - dwarf->info.bytes);
  if (cursor.bad || !is_known || unit->entries > unit->end) unit->entries = unit->end;
  return true;
}

// Its first entry says where the rest is.
static void read_root(sgs_unit *unit, sgs_entry *root) {
  sgs_abbreviations abbreviations = sgs_read_abbreviations(unit);
  uint64_t next;
  if (!sgs_read_entry(unit, &abbreviations, unit->entries, root, &next)) *root = (sgs_entry){0};
  free(abbreviations.places);
  unit->addr_base = root->addr_base.number;
  unit->str_offsets_base = root->str_offsets_base.number;
  unit->rnglists_base = root->rnglists_base.number;
  unit->low = address_of(unit, root->low);
  unit->has_lines = root->lines.form != 0;
  unit->lines = root->lines.number;
  unit->is_optimized = root->optimized.number != 0;
  unit->directory = sgs_value_text(unit, root->directory);
}

bool sgs_read_unit(const sgs_dwarf *dwarf, uint64_t at, sgs_unit *unit) {
  sgs_entry root;
  if (!read_header(dwarf, at, unit)) return false;
  if (unit->entries < unit->end) read_root(unit, &root);
  return true;
}

typedef struct {
  sgs_descriptions *units;
  uint64_t at;
} unit_ranges;

static bool add_unit_range(void *context, sgs_range range) {
  unit_ranges *to = context;
  sgs_describe(to->units, range, to->at);
  return true;
}

static void find_units(sgs_image *image) {
  image->has_units = true;
  sgs_unit unit;
  for (uint64_t at = 0; read_header(&image->dwarf, at, &unit); at = unit.end) {
    if (unit.entries == unit.end) continue;
    sgs_entry root;
    read_root(&unit, &root);
    unit_ranges to = {&image->units, at};
    sgs_each_range(&unit, &root, &to, add_unit_range);
  }
  sgs_sort_descriptions(&image->units);
}

bool sgs_unit_of(sgs_image *image, uint64_t address, sgs_unit *unit) {
  if (!image->has_units) find_units(image);
  const sgs_described *found = sgs_description_of(&image->units, address);
  return found && sgs_read_unit(&image->dwarf, found->at, unit);
}

// MARK: descriptions

void sgs_describe(sgs_descriptions *list, sgs_range range, uint64_t at) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity ? list->capacity * 2 : 64;
    sgs_described *items = realloc(list->items, capacity * sizeof *items);
    if (!items) return;
    list->items = items;
    list->capacity = capacity;
  }
  list->items[list->count++] = (sgs_described){range, at};
}

static int by_range(const void *left, const void *right) {
  const sgs_described *a = left, *b = right;
  if (a->range.start != b->range.start) return a->range.start < b->range.start ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

void sgs_sort_descriptions(sgs_descriptions *list) {
  if (list->count > 0) qsort(list->items, list->count, sizeof *list->items, by_range);
}

const sgs_described *sgs_description_of(const sgs_descriptions *list, uint64_t address) {
  size_t low = 0, high = list->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list->items[middle].range.start <= address) low = middle + 1; else high = middle;
  }
  return low > 0 && address < list->items[low - 1].range.end ? &list->items[low - 1] : NULL;
}
