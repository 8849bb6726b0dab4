// The code that is loaded into this process, and what its files say about an address: the function by the ELF symbol
// table, the file, the line and the inlined functions by DWARF 4 and 5.
//
// In C because a debug build of the program must be quick too: a test binary has hundreds of thousands of symbols.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SGS_BUILD_ID_MAX 64

/// A file of code that is loaded. Its pointers are valid during the call that hands it over.
typedef struct {
  const char *path;                  // empty: the executable
  uint64_t base;                     // what the loader added to the addresses in the file
  uint64_t start, end;               // of its segments in memory
  const void *headers;               // its program headers
  size_t headers_length;
  const uint8_t *build_id;
  size_t build_id_length;            // 0 without one, at most SGS_BUILD_ID_MAX
} sgs_module;

void sgs_each_module(void *context, void (*found)(void *context, const sgs_module *module));
/// Changes when code was loaded or unloaded.
uint64_t sgs_modules_version(void);

/// The file of a module, mapped. Not for two threads at once.
typedef struct sgs_image sgs_image;

/// NULL when it cannot be read, is no 64-bit little-endian ELF file, or is another one than was loaded: its program
/// headers or its build id differ from those given. What has the length 0 is not compared.
sgs_image *sgs_image_open(
  const char *path, const void *headers, size_t headers_length, const void *build_id, size_t build_id_length);
void sgs_image_close(sgs_image *image);

typedef struct {
  const char *name;                  // mangled; as long as the image is open
  uint64_t start, end;
  bool is_resume_point;              // the address is where a task goes on in an async function
} sgs_function;

/// The function around `address`, an address in the file (that in memory without the module's base).
bool sgs_image_function(sgs_image *image, uint64_t address, sgs_function *function);

/// A place in the source text. Strings live as long as the image is open.
typedef struct {
  const char *function;              // mangled where known; NULL: the one the symbol table names
  const char *root, *directory, *name;   // of the file: each is relative to the one before it unless it is absolute
  uint32_t line;                     // 0: unknown
} sgs_source;

/// The source of the code at `address`, which lies in `function`: innermost inlined function first, the function itself
/// last. Returns how many, 0 where debug information does not cover it.
size_t sgs_image_sources(
  sgs_image *image, const sgs_function *function, uint64_t address, sgs_source *sources, size_t limit);

/// Bytes of memory its tables take, without the mapped file, whose pages the kernel may take back.
size_t sgs_image_memory(const sgs_image *image);

/// A new string for sgs_free_string, or NULL when `name` is not of that language.
char *sgs_demangle_swift(const char *name);
char *sgs_demangle_cxx(const char *name);
void sgs_free_string(char *string);

/// Where a symbolic link leads: the length of what it wrote to `target`, which has no terminating zero; 0 on failure.
size_t sgs_link_target(const char *path, char *target, size_t capacity);
