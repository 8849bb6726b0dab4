#include "CSagascopeAgent.h"
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/// Of the Swift part: begins to observe.
extern void sgs_agent_start(void);

// MARK: is it a program for us?

// Every program that is started from one with the agent gets the agent too, whatever it is. Nothing is done in those that do
// not use the Swift runtime of the system: for the agent's own sake that is loaded always, so it has to be asked who needs it.

#define OBJECTS 1024
static const struct link_map *seen[OBJECTS];
static int seen_count;

static const char *strings_of(const struct link_map *object) {
  for (const ElfW(Dyn) *entry = object->l_ld; entry && entry->d_tag != DT_NULL; entry++)
    // Some linkers leave it relative to the object's beginning, as in the file.
    if (entry->d_tag == DT_STRTAB)
      return (const char *)(entry->d_un.d_ptr < object->l_addr ? object->l_addr + entry->d_un.d_ptr : entry->d_un.d_ptr);
  return NULL;
}

static const struct link_map *object_named(const char *name) {
  for (const struct link_map *object = _r_debug.r_map; object; object = object->l_next) {
    const char *slash = strrchr(object->l_name, '/');
    if (!strcmp(slash ? slash + 1 : object->l_name, name)) return object;
  }
  return NULL;
}

/// Whether the object, or one of those that it needs, needs the library.
static int needs(const struct link_map *object, const char *library) {
  if (!object || seen_count == OBJECTS) return 0;
  for (int i = 0; i < seen_count; i++)
    if (seen[i] == object) return 0;
  seen[seen_count++] = object;
  const char *strings = strings_of(object);
  for (const ElfW(Dyn) *entry = object->l_ld; strings && entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag != DT_NEEDED) continue;
    const char *needed = strings + entry->d_un.d_val;
    if (!strcmp(needed, library) || needs(object_named(needed), library)) return 1;
  }
  return 0;
}

// MARK: what it says

/// Whether the program that started this one has the agent as well: then it was not meant for this one.
static int is_inherited(void) {
  char path[32];
  static char environment[1 << 16];
  snprintf(path, sizeof path, "/proc/%d/environ", (int)getppid());
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count = read(file, environment, sizeof environment);
  close(file);
  return count > 0 && memmem(environment, (size_t)count, "libSagascopeAgent", strlen("libSagascopeAgent")) != NULL;
}

void sgs_agent_tell(const char *reason) {
  char line[512];
  int length = snprintf(line, sizeof line, "sagascope agent: %s; no tasks are observed\n", reason);
  if (length >= (int)sizeof line) length = sizeof line - 1;
  // Nothing can be done where nobody reads it.
  if (write(STDERR_FILENO, line, (size_t)length) < 0) return;
}

__attribute__((constructor)) static void loaded(void) {
  if (needs(_r_debug.r_map, "libswift_Concurrency.so")) sgs_agent_start();
  else if (!is_inherited())
    sgs_agent_tell("the program does not use libswift_Concurrency.so: it is not Swift, or has it linked statically");
}
