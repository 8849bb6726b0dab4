#include "sgs_image_parts.h"
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// MARK: what is loaded

static sgs_bytes build_id_in(sgs_bytes notes) {
  cursor cursor = cursor_at(notes, 0);
  while (!cursor.bad && cursor.at < cursor.end) {
    uint64_t name_length = take_number(&cursor, 4), length = take_number(&cursor, 4), type = take_number(&cursor, 4);
    const uint8_t *name = take(&cursor, (name_length + 3) & ~3ull);
    const uint8_t *content = take(&cursor, length);
    bool is_build_id = type == NT_GNU_BUILD_ID && name && name_length == 4 && memcmp(name, "GNU", 4) == 0;
    if (is_build_id && content && length <= SGS_BUILD_ID_MAX) return (sgs_bytes){content, length};
    take(&cursor, -length & 3);
  }
  return (sgs_bytes){NULL, 0};
}

typedef struct {
  void *context;
  void (*found)(void *, const sgs_module *);
} module_visit;

static int visit_module(struct dl_phdr_info *info, size_t size, void *memory) {
  (void)size;
  module_visit *visit = memory;
  sgs_module module = {
    .path = info->dlpi_name ? info->dlpi_name : "", .base = info->dlpi_addr, .start = UINT64_MAX,
    .headers = info->dlpi_phdr, .headers_length = info->dlpi_phnum * sizeof(Elf64_Phdr)};
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const Elf64_Phdr *header = &info->dlpi_phdr[i];
    uint64_t start = info->dlpi_addr + header->p_vaddr, end = start + header->p_memsz;
    if (header->p_type == PT_LOAD) {
      if (start < module.start) module.start = start;
      if (end > module.end) module.end = end;
    } else if (header->p_type == PT_NOTE && !module.build_id) {
      sgs_bytes id = build_id_in((sgs_bytes){(const uint8_t *)start, header->p_memsz});
      module.build_id = id.bytes;
      module.build_id_length = id.length;
    }
  }
  if (module.start < module.end) visit->found(visit->context, &module);
  return 0;
}

void sgs_each_module(void *context, void (*found)(void *, const sgs_module *)) {
  module_visit visit = {context, found};
  dl_iterate_phdr(visit_module, &visit);
}

static int read_version(struct dl_phdr_info *info, size_t size, void *version) {
  (void)size;
  *(uint64_t *)version = info->dlpi_adds + info->dlpi_subs;
  return 1;
}

uint64_t sgs_modules_version(void) {
  uint64_t version = 0;
  dl_iterate_phdr(read_version, &version);
  return version;
}

// MARK: opening a file

// The mapping outlives the descriptor. A file that is truncated in place would fault here, and in its own code as well.
static sgs_bytes map_file(const char *path) {
  sgs_bytes file = {NULL, 0};
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return file;
  struct stat status;
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (memory != MAP_FAILED) file = (sgs_bytes){memory, (size_t)status.st_size};
  }
  close(descriptor);
  return file;
}

static sgs_bytes part(sgs_bytes file, uint64_t offset, uint64_t length) {
  cursor cursor = cursor_at(file, offset);
  const uint8_t *bytes = take(&cursor, length);
  return bytes ? (sgs_bytes){bytes, length} : (sgs_bytes){NULL, 0};
}

static bool is_readable(sgs_bytes file, Elf64_Ehdr *header) {
  cursor cursor = cursor_at(file, 0);
  const uint8_t *bytes = take(&cursor, sizeof *header);
  if (!bytes) return false;
  memcpy(header, bytes, sizeof *header);
  return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64
    && header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_phentsize == sizeof(Elf64_Phdr)
    && header->e_shentsize == sizeof(Elf64_Shdr);
}

static bool is_same(sgs_bytes file, const Elf64_Ehdr *header, sgs_bytes headers, sgs_bytes build_id) {
  sgs_bytes own = part(file, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr));
  if (headers.length > 0 && (own.length != headers.length || memcmp(own.bytes, headers.bytes, own.length) != 0))
    return false;
  if (build_id.length == 0) return true;
  for (size_t i = 0; i < own.length / sizeof(Elf64_Phdr); i++) {
    Elf64_Phdr segment;
    memcpy(&segment, own.bytes + i * sizeof segment, sizeof segment);
    if (segment.p_type != PT_NOTE) continue;
    sgs_bytes id = build_id_in(part(file, segment.p_offset, segment.p_filesz));
    if (id.length > 0) return id.length == build_id.length && memcmp(id.bytes, build_id.bytes, id.length) == 0;
  }
  return false;
}

static bool section_at(sgs_bytes file, const Elf64_Ehdr *header, uint64_t index, Elf64_Shdr *section) {
  if (index >= header->e_shnum) return false;
  sgs_bytes bytes = part(file, header->e_shoff + index * sizeof *section, sizeof *section);
  if (bytes.bytes) memcpy(section, bytes.bytes, sizeof *section);
  return bytes.bytes != NULL;
}

// Compressed debug information is left out: no Swift toolchain writes it unasked.
static void keep_debug_section(sgs_dwarf *dwarf, const char *name, const Elf64_Shdr *section, sgs_bytes content) {
  struct {
    const char *name;
    sgs_bytes *place;
  } known[] = {
    {".debug_info", &dwarf->info}, {".debug_abbrev", &dwarf->abbrev}, {".debug_line", &dwarf->line},
    {".debug_str", &dwarf->str}, {".debug_line_str", &dwarf->line_str}, {".debug_addr", &dwarf->addr},
    {".debug_str_offsets", &dwarf->str_offsets}, {".debug_ranges", &dwarf->ranges},
    {".debug_rnglists", &dwarf->rnglists},
  };
  if (section->sh_flags & SHF_COMPRESSED) return;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(name, known[i].name) == 0) *known[i].place = content;
}

static void find_sections(sgs_image *image, const Elf64_Ehdr *header) {
  Elf64_Shdr section, strings;
  if (!section_at(image->file, header, header->e_shstrndx, &strings)) return;
  sgs_bytes names = part(image->file, strings.sh_offset, strings.sh_size);
  bool is_complete = false;
  for (uint64_t i = 0; section_at(image->file, header, i, &section); i++) {
    const char *name = string_at(names, section.sh_name);
    if (section.sh_type == SHT_NOBITS || !name) continue;
    sgs_bytes content = part(image->file, section.sh_offset, section.sh_size);
    keep_debug_section(&image->dwarf, name, &section, content);
    // .symtab has all symbols; a stripped file keeps only .dynsym, the exported ones.
    bool is_symtab = section.sh_type == SHT_SYMTAB;
    if (!is_symtab && (section.sh_type != SHT_DYNSYM || is_complete)) continue;
    if (!section_at(image->file, header, section.sh_link, &strings)) continue;
    image->symbols = content;
    image->names = part(image->file, strings.sh_offset, strings.sh_size);
    is_complete = is_symtab;
  }
}

// MARK: functions

static Elf64_Sym symbol_at(const sgs_image *image, size_t index) {
  Elf64_Sym symbol;
  memcpy(&symbol, image->symbols.bytes + index * sizeof symbol, sizeof symbol);
  return symbol;
}

static int by_start(const void *left, const void *right) {
  const sgs_symbol *a = left, *b = right;
  if (a->start != b->start) return a->start < b->start ? -1 : 1;
  return a->symbol < b->symbol ? -1 : a->symbol > b->symbol;
}

static void index_functions(sgs_image *image) {
  size_t count = image->symbols.length / sizeof(Elf64_Sym), found = 0;
  if (count > UINT32_MAX) return;
  for (int round = 0; round < 2; round++) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
      Elf64_Sym symbol = symbol_at(image, i);
      int type = ELF64_ST_TYPE(symbol.st_info);
      bool is_function = type == STT_FUNC || type == STT_GNU_IFUNC;
      if (!is_function || symbol.st_shndx == SHN_UNDEF || symbol.st_value > UINT32_MAX) continue;
      if (image->functions) image->functions[kept] = (sgs_symbol){(uint32_t)symbol.st_value, (uint32_t)i};
      kept++;
    }
    if (round == 0 && !(image->functions = malloc((kept + 1) * sizeof *image->functions))) return;
    found = kept;
  }
  image->function_count = found;
  qsort(image->functions, found, sizeof *image->functions, by_start);
}

// Of several names for one piece of code, a Swift one tells most.
static bool is_swift(const char *name) { return strncmp(name, "$s", 2) == 0 || strncmp(name, "_$s", 3) == 0; }

// An async function is compiled to one function from each suspension to the next. Their names end in TQ or TY (the task
// goes on after an awaited call, or after a switch of executors), a number and an underscore.
static bool is_resumed_part(const char *name) {
  const char *end = name + strlen(name);
  if (end == name || *--end != '_') return false;
  while (end > name && end[-1] >= '0' && end[-1] <= '9') end--;
  return end - name > 2 && end[-2] == 'T' && (end[-1] == 'Q' || end[-1] == 'Y');
}

bool sgs_image_function(sgs_image *image, uint64_t address, sgs_function *function) {
  size_t low = 0, high = image->function_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (image->functions[middle].start <= address) low = middle + 1; else high = middle;
  }
  if (low == 0) return false;
  uint32_t start = image->functions[low - 1].start;
  *function = (sgs_function){.start = start, .end = start};
  for (size_t i = low; i > 0 && image->functions[i - 1].start == start; i--) {
    Elf64_Sym symbol = symbol_at(image, image->functions[i - 1].symbol);
    const char *name = string_at(image->names, symbol.st_name);
    // Assembly often has no size: only its first byte is known to be its own.
    uint64_t end = start + (symbol.st_size > 0 ? symbol.st_size : 1);
    if (!name || !*name || address >= end || end < start) continue;
    if (function->name && is_swift(function->name) && !is_swift(name)) continue;
    *function = (sgs_function){name, start, end, address == start && is_resumed_part(name)};
  }
  return function->name != NULL;
}

// MARK: an image

sgs_image *sgs_image_open(
  const char *path, const void *headers, size_t headers_length, const void *build_id, size_t build_id_length) {
  sgs_image *image = calloc(1, sizeof *image);
  if (!image) return NULL;
  image->file = map_file(path);
  Elf64_Ehdr header;
  if (!is_readable(image->file, &header)
      || !is_same(
        image->file, &header, (sgs_bytes){headers, headers_length}, (sgs_bytes){build_id, build_id_length})) {
    sgs_image_close(image);
    return NULL;
  }
  find_sections(image, &header);
  index_functions(image);
  return image;
}

void sgs_image_close(sgs_image *image) {
  if (image->file.bytes) munmap((void *)image->file.bytes, image->file.length);
  free(image->functions);
  free(image->units.items);
  free(image->subprograms.items);
  free(image->searched.items);
  free(image);
}

size_t sgs_image_memory(const sgs_image *image) {
  size_t described = image->units.capacity + image->subprograms.capacity + image->searched.capacity;
  return sizeof *image + image->function_count * sizeof(sgs_symbol) + described * sizeof(sgs_described);
}

// MARK: names

extern char *swift_demangle(
  const char *name, size_t length, char *output, size_t *output_length, uint32_t flags);
extern char *__cxa_demangle(const char *name, char *output, size_t *length, int *status) __attribute__((weak));

char *sgs_demangle_swift(const char *name) {
  return is_swift(name) ? swift_demangle(name, strlen(name), NULL, NULL, 0) : NULL;
}

char *sgs_demangle_cxx(const char *name) {
  return __cxa_demangle && strncmp(name, "_Z", 2) == 0 ? __cxa_demangle(name, NULL, NULL, NULL) : NULL;
}

void sgs_free_string(char *string) { free(string); }

size_t sgs_link_target(const char *path, char *target, size_t capacity) {
  ssize_t length = readlink(path, target, capacity);
  return length > 0 ? (size_t)length : 0;
}
