// The header alone: what Debian builds as a shared library is four times slower on long inputs.
#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t sgs_xxh3_64(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }
