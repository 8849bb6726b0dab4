#include "sgs_units.h"
#include <stdlib.h>

enum { TAG_INLINED_SUBROUTINE = 0x1d, TAG_SUBPROGRAM = 0x2e, MAX_DEPTH = 32 };

typedef struct {
  sgs_descriptions *list;
  uint64_t at;
} subprogram_ranges;

static bool add_range(void *context, sgs_range range) {
  subprogram_ranges *to = context;
  sgs_describe(to->list, range, to->at);
  return true;
}

// Adds the functions of a unit to those of the image, once.
static void find_subprograms(sgs_image *image, const sgs_unit *unit, const sgs_abbreviations *abbreviations) {
  if (sgs_description_of(&image->searched, unit->at)) return;
  sgs_describe(&image->searched, (sgs_range){unit->at, unit->end}, unit->at);
  sgs_sort_descriptions(&image->searched);
  sgs_entry entry;
  for (uint64_t at = unit->entries; at < unit->end && sgs_read_entry(unit, abbreviations, at, &entry, &at);) {
    if (entry.tag != TAG_SUBPROGRAM) continue;
    subprogram_ranges to = {&image->subprograms, entry.at};
    sgs_each_range(unit, &entry, &to, add_range);
  }
  sgs_sort_descriptions(&image->subprograms);
}

typedef struct {
  uint64_t address;
  bool is_found;
} containment;

static bool check(void *context, sgs_range range) {
  containment *wanted = context;
  wanted->is_found = range.start <= wanted->address && wanted->address < range.end;
  return !wanted->is_found;
}

// The inlined calls around `address` in the function that is described at `at`, outermost first.
static size_t find_calls(
  const sgs_unit *unit, const sgs_abbreviations *abbreviations, uint64_t at, uint64_t address, sgs_entry *calls) {
  sgs_entry entry;
  size_t count = 0, depth = 0;
  do {
    if (at >= unit->end || !sgs_read_entry(unit, abbreviations, at, &entry, &at)) break;
    if (entry.tag == TAG_INLINED_SUBROUTINE && count < MAX_DEPTH) {
      containment wanted = {address, false};
      sgs_each_range(unit, &entry, &wanted, check);
      if (wanted.is_found) calls[count++] = entry;
    }
    if (entry.tag == 0) depth--;
    else if (entry.has_children) depth++;
  } while (depth > 0);
  return count;
}

// The name of what was inlined, which stands in the entry that it is an instance of.
static const char *name_of(const sgs_unit *unit, const sgs_abbreviations *abbreviations, const sgs_entry *call) {
  sgs_entry entry = *call;
  const char *plain = NULL;
  for (int hops = 0; hops < 4; hops++) {
    const char *name = sgs_value_text(unit, entry.linkage_name);
    if (name) return name;
    if (!plain) plain = sgs_value_text(unit, entry.name);
    uint64_t origin = sgs_value_entry(unit, entry.origin), next;
    if (!origin || !sgs_read_entry(unit, abbreviations, origin, &entry, &next)) break;
  }
  return plain;
}

static size_t find_inlined(
  sgs_image *image, const sgs_unit *unit, uint64_t address, sgs_entry *calls, const char **names) {
  sgs_abbreviations abbreviations = sgs_read_abbreviations(unit);
  find_subprograms(image, unit, &abbreviations);
  const sgs_described *function = sgs_description_of(&image->subprograms, address);
  size_t count = 0;
  if (function && function->at >= unit->entries && function->at < unit->end)
    count = find_calls(unit, &abbreviations, function->at, address, calls);
  for (size_t i = 0; i < count; i++) names[i] = name_of(unit, &abbreviations, &calls[i]);
  free(abbreviations.places);
  return count;
}

size_t sgs_image_sources(
  sgs_image *image, const sgs_function *function, uint64_t address, sgs_source *sources, size_t limit) {
  sgs_unit unit;
  sgs_row row;
  if (limit == 0 || !sgs_unit_of(image, address, &unit)) return 0;
  if (!sgs_find_row(&unit, function, address, &row)) return 0;
  sgs_entry calls[MAX_DEPTH];
  const char *names[MAX_DEPTH];
  // Without optimization only what must be inlined is, and that never suspends: not worth reading all entries for.
  size_t count = unit.is_optimized ? find_inlined(image, &unit, row.address, calls, names) : 0;
  size_t filled = 0;
  uint64_t file = row.file, line = row.line;
  for (size_t i = count; filled < limit; i--) {
    sources[filled] = (sgs_source){.function = i > 0 ? names[i - 1] : NULL, .line = (uint32_t)line};
    if (line != 0) sgs_name_file(&unit, file, &sources[filled]);
    filled++;
    if (i == 0) break;
    file = calls[i - 1].call_file.number;
    line = calls[i - 1].call_line.number;
  }
  return filled;
}
