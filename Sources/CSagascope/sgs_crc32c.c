#include "sgs_crc32c.h"
#include <string.h>

static uint32_t table[256];

static uint32_t by_table(uint32_t crc, const uint8_t *at, uint64_t count) {
  while (count--) crc = table[(crc ^ *at++) & 0xFF] ^ crc >> 8;
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *at, uint64_t count) {
  uint64_t wide = crc;
  for (; count >= 8; at += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = (uint32_t)wide;
  while (count--) crc = __builtin_ia32_crc32qi(crc, *at++);
  return crc;
}
static int has_instruction;
#endif

__attribute__((constructor)) static void prepare(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
    table[i] = crc;
  }
#if defined(__x86_64__)
  __builtin_cpu_init();
  has_instruction = __builtin_cpu_supports("sse4.2");
#endif
}

uint32_t sgs_crc32c(uint32_t seed, const void *bytes, uint64_t count) {
#if defined(__x86_64__)
  if (has_instruction) return ~by_instruction(~seed, bytes, count);
#endif
  return ~by_table(~seed, bytes, count);
}
