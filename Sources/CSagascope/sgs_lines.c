#include "sgs_units.h"

// The head of a line table.
typedef struct {
  sgs_unit sizes;                    // of offsets and addresses, for sgs_read_value
  uint16_t version;
  uint8_t least_instruction, opcode_base, line_range;
  int8_t line_base;
  const uint8_t *lengths;            // of the arguments of standard opcodes, from opcode 1 on
  cursor files, program;
} line_table;

static bool read_table(const sgs_unit *unit, line_table *table) {
  sgs_bytes section = unit->dwarf->line;
  *table = (line_table){.sizes = *unit};
  table->sizes.offset_size = 4;
  cursor cursor = cursor_at(section, unit->lines);
  uint64_t length = take_number(&cursor, 4);
  if (length == UINT32_MAX) {
    length = take_number(&cursor, 8);
    table->sizes.offset_size = 8;
  }
  if (!unit->has_lines || cursor.bad || length > (uint64_t)(cursor.end - cursor.at)) return false;
  cursor.end = cursor.at + length;
  table->version = (uint16_t)take_number(&cursor, 2);
  if (table->version < 2 || table->version > 5) return false;
  if (table->version == 5) {
    table->sizes.address_size = (uint8_t)take_number(&cursor, 1);
    take_number(&cursor, 1);
  }
  uint64_t head = take_number(&cursor, table->sizes.offset_size);
  if (cursor.bad || head > (uint64_t)(cursor.end - cursor.at)) return false;
  table->program = cursor;
  take(&table->program, head);
  cursor.end = table->program.at;
  table->least_instruction = (uint8_t)take_number(&cursor, 1);
  if (table->version >= 4) take_number(&cursor, 1);   // operations an instruction: 1 on every machine Swift has
  take_number(&cursor, 1);
  table->line_base = (int8_t)take_number(&cursor, 1);
  table->line_range = (uint8_t)take_number(&cursor, 1);
  table->opcode_base = (uint8_t)take_number(&cursor, 1);
  if (table->line_range == 0 || table->opcode_base == 0) return false;
  table->lengths = take(&cursor, table->opcode_base - 1u);
  table->files = cursor;
  return !cursor.bad && table->sizes.address_size <= 8;
}

// MARK: the program

typedef struct {
  uint64_t address, file;
  uint64_t line;
  bool is_end, is_live, ends_prologue;
} line_state;

typedef struct {
  const sgs_function *function;
  uint64_t address;                  // what is looked for
  line_state last;                   // row of this sequence
  bool has_last, is_found;
  line_state *state;
  sgs_row *row;
} line_search;

// Returns whether no better row is to be expected.
static bool consider(line_search *search, const line_state *row) {
  if (row->line == 0) return false;
  bool is_best = row->ends_prologue || !search->function->is_resume_point;
  if (is_best || search->row->line == 0) {
    uint64_t address = row->address > search->address ? row->address : search->address;
    *search->row = (sgs_row){address, row->file, (uint32_t)row->line};
  }
  return is_best;
}

// A row is valid up to the next one. Returns whether the search is over.
static bool add_row(line_search *search) {
  line_state row = *search->state;
  search->state->ends_prologue = false;
  if (!search->is_found) {
    search->is_found = search->has_last && search->last.address <= search->address && search->address < row.address;
    if (search->is_found && consider(search, &search->last)) return true;
  }
  if (search->is_found) return row.is_end || row.address >= search->function->end || consider(search, &row);
  search->last = row;
  search->has_last = !row.is_end && row.is_live;
  return false;
}

// Opcodes that begin with 0: their length comes first.
static bool run_extended(const line_table *table, cursor *program, line_search *search) {
  enum { END_SEQUENCE = 1, SET_ADDRESS = 2 };
  uint64_t length = take_uleb(program);
  cursor content = *program;
  take(program, length);
  content.end = program->at;
  line_state *state = search->state;
  switch (take_number(&content, 1)) {
  case END_SEQUENCE:
    state->is_end = true;
    if (add_row(search)) return true;
    *state = (line_state){.file = 1, .line = 1};
    return false;
  case SET_ADDRESS:
    state->address = take_number(&content, table->sizes.address_size);
    // Code that the linker left out begins at 0.
    state->is_live = state->address != 0;
    return false;
  default: return false;
  }
}

static bool run_standard(const line_table *table, uint8_t opcode, cursor *program, line_search *search) {
  enum { COPY = 1, ADVANCE_PC, ADVANCE_LINE, SET_FILE, CONST_ADD_PC = 8, FIXED_ADVANCE_PC, PROLOGUE_END };
  line_state *state = search->state;
  switch (opcode) {
  case COPY: return add_row(search);
  case ADVANCE_PC: state->address += take_uleb(program) * table->least_instruction; return false;
  case ADVANCE_LINE: state->line = (uint32_t)(state->line + (uint64_t)take_sleb(program)); return false;
  case SET_FILE: state->file = take_uleb(program); return false;
  case CONST_ADD_PC:
    state->address += (uint64_t)((255 - table->opcode_base) / table->line_range) * table->least_instruction;
    return false;
  case FIXED_ADVANCE_PC: state->address += take_number(program, 2); return false;
  case PROLOGUE_END: state->ends_prologue = true; return false;
  default:
    for (uint8_t i = 0; i < table->lengths[opcode - 1]; i++) take_uleb(program);
    return false;
  }
}

bool sgs_find_row(const sgs_unit *unit, const sgs_function *function, uint64_t address, sgs_row *row) {
  line_table table;
  if (!read_table(unit, &table)) return false;
  line_state state = {.file = 1, .line = 1};
  *row = (sgs_row){0};
  line_search search = {.function = function, .address = address, .state = &state, .row = row};
  cursor program = table.program;
  while (!program.bad && program.at < program.end) {
    uint8_t opcode = (uint8_t)take_number(&program, 1);
    bool is_over;
    if (opcode >= table.opcode_base) {
      unsigned adjusted = (unsigned)opcode - table.opcode_base;
      state.address += (uint64_t)(adjusted / table.line_range) * table.least_instruction;
      state.line = (uint32_t)(state.line + (uint64_t)(int64_t)(table.line_base + (int)(adjusted % table.line_range)));
      is_over = add_row(&search);
    } else {
      is_over = opcode == 0 ? run_extended(&table, &program, &search)
                            : run_standard(&table, opcode, &program, &search);
    }
    if (is_over) break;
  }
  return row->line != 0;
}

// MARK: files

// The directory or file `index` of a list of DWARF 5, at the cursor, which moves behind the list.
static void read_list(const sgs_unit *sizes, cursor *cursor, uint64_t index, const char **name, uint64_t *directory) {
  enum { PATH = 1, DIRECTORY_INDEX = 2, MAX_FORMATS = 16 };
  uint64_t formats[MAX_FORMATS][2];
  uint64_t format_count = take_number(cursor, 1);
  if (format_count > MAX_FORMATS) cursor->bad = true;
  for (uint64_t i = 0; i < format_count && !cursor->bad; i++) {
    formats[i][0] = take_uleb(cursor);
    formats[i][1] = take_uleb(cursor);
  }
  uint64_t count = take_uleb(cursor);
  // Each takes a byte at least, so a greater number is a fault, and counting to it might take for ever.
  if (format_count == 0 || count > (uint64_t)(cursor->end - cursor->at)) return;
  for (uint64_t i = 0; i < count && !cursor->bad; i++) {
    for (uint64_t j = 0; j < format_count && !cursor->bad; j++) {
      sgs_value value = sgs_read_value(sizes, cursor, formats[j][1], 0);
      if (i != index || cursor->bad) continue;
      if (formats[j][0] == PATH) *name = sgs_value_text(sizes, value);
      if (formats[j][0] == DIRECTORY_INDEX && directory) *directory = value.number;
    }
  }
}

static void name_file_5(const line_table *table, uint64_t file, sgs_source *source) {
  uint64_t directory = 0;
  cursor directories = table->files, files = table->files;
  read_list(&table->sizes, &files, UINT64_MAX, &source->name, NULL);
  read_list(&table->sizes, &files, file, &source->name, &directory);
  read_list(&table->sizes, &directories, directory, &source->directory, NULL);
}

// Directories, then files, each list ended by an empty name; directory 0 is that of the compilation.
static void name_file_4(const line_table *table, uint64_t file, sgs_source *source) {
  cursor cursor = table->files;
  for (const char *name; (name = take_string(&cursor)) && *name;) {}
  uint64_t index = 1, directory = 0;
  for (const char *name; (name = take_string(&cursor)) && *name; index++) {
    directory = take_uleb(&cursor);
    take_uleb(&cursor);
    take_uleb(&cursor);
    if (index != file) continue;
    source->name = name;
    break;
  }
  cursor = table->files;
  index = 1;
  for (const char *name; directory > 0 && (name = take_string(&cursor)) && *name; index++)
    if (index == directory) source->directory = name;
}

void sgs_name_file(const sgs_unit *unit, uint64_t file, sgs_source *source) {
  line_table table;
  if (!read_table(unit, &table)) return;
  source->root = unit->directory;
  if (table.version == 5) name_file_5(&table, file, source);
  else name_file_4(&table, file, source);
}
