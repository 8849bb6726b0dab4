// CRC-32C (Castagnoli, RFC 3720 section 12.1): of each record of the saga log, and of what other processes read of it.
#pragma once
#include <stdint.h>

/// The checksum of `count` bytes; `seed` is what stood before them, 0 for nothing.
uint32_t sgs_crc32c(uint32_t seed, const void *bytes, uint64_t count);

/// The same of the four bytes of `word`, as they lie in memory, and then of `count` bytes: for what has its checksum right
/// behind its first word, at the price of one call.
uint32_t sgs_crc32c_word(uint32_t seed, uint32_t word, const void *bytes, uint64_t count);
