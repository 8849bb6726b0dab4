#include "sgs_crc32c.h"
#include <string.h>

// MARK: without help

static uint32_t table[256];

static uint32_t by_table(uint32_t crc, const uint8_t *at, uint64_t count) {
  while (count--) crc = table[(crc ^ *at++) & 0xFF] ^ crc >> 8;
  return crc;
}

static void prepare_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
    table[i] = crc;
  }
}

// MARK: by the processor's instruction

#if defined(__x86_64__)
#define WITH_INSTRUCTION __attribute__((target("sse4.2")))
#define ADD_WORD(crc, word) ((uint32_t)__builtin_ia32_crc32di(crc, word))
#define ADD_HALF(crc, half) __builtin_ia32_crc32si(crc, half)
#define ADD_BYTE(crc, byte) __builtin_ia32_crc32qi(crc, byte)
#elif defined(__aarch64__)
#include <sys/auxv.h>
#define WITH_INSTRUCTION __attribute__((target("crc")))
#define ADD_WORD(crc, word) __builtin_arm_crc32cd(crc, word)
#define ADD_HALF(crc, half) __builtin_arm_crc32cw(crc, half)
#define ADD_BYTE(crc, byte) __builtin_arm_crc32cb(crc, byte)
#endif

#if defined(WITH_INSTRUCTION)
static int has_instruction;

static inline uint64_t word_at(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, 8);
  return word;
}

WITH_INSTRUCTION static inline uint32_t in_one_stream(uint32_t crc, const uint8_t *at, uint64_t count) {
  for (; count >= 8; at += 8, count -= 8) crc = ADD_WORD(crc, word_at(at));
  if (count & 4) {
    uint32_t half;
    memcpy(&half, at, 4);
    crc = ADD_HALF(crc, half);
    at += 4;
  }
  for (count &= 3; count > 0; count--) crc = ADD_BYTE(crc, *at++);
  return crc;
}
#endif

// MARK: three streams at once

// The instruction answers after three cycles and can be begun each cycle, so that three independent streams take the time of
// one. They are put together by advancing a stream's checksum over the bytes that follow it, which is a multiplication by a
// power of x, modulo the polynomial (V. Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction",
// Intel, 2011).
#if defined(__x86_64__)
#include <immintrin.h>

enum { LONG_BYTES = 256, STREAM_WORDS = 256 };

// advance[n]: what advances a checksum over n words.
static uint64_t advance[2 * STREAM_WORDS + 1];
static int has_multiplication;

// Multiplying two 32-bit polynomials in this bit order comes out one bit low, and reducing by the instruction multiplies by
// x³²: n words are x^(64 n − 33).
static void prepare_advance(void) {
  uint32_t power = 0x80000000u;   // x⁰
  for (uint32_t exponent = 0, words = 1; words <= 2 * STREAM_WORDS; exponent++) {
    if (exponent == 64 * words - 33) advance[words++] = power;
    power = power & 1 ? power >> 1 ^ 0x82F63B78u : power >> 1;
  }
}

__attribute__((target("sse4.2,pclmul"))) static uint64_t advanced(uint32_t crc, uint64_t words) {
  __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)crc), _mm_cvtsi64_si128((int64_t)advance[words]), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t in_three_streams(
    uint32_t crc, const uint8_t *at, uint64_t count) {
  while (count >= LONG_BYTES) {
    uint64_t words = count / 24 < STREAM_WORDS ? count / 24 : STREAM_WORDS;
    uint64_t first = crc, second = 0, third = 0;
    const uint8_t *end = at + 8 * words;
    for (; at < end; at += 8) {
      first = __builtin_ia32_crc32di(first, word_at(at));
      second = __builtin_ia32_crc32di(second, word_at(at + 8 * words));
      third = __builtin_ia32_crc32di(third, word_at(at + 16 * words));
    }
    crc = (uint32_t)third
        ^ (uint32_t)__builtin_ia32_crc32di(0, advanced((uint32_t)first, 2 * words) ^ advanced((uint32_t)second, words));
    at += 16 * words;
    count -= 24 * words;
  }
  return in_one_stream(crc, at, count);
}
#endif

// MARK: the choice

#if defined(WITH_INSTRUCTION)
WITH_INSTRUCTION static uint32_t by_instruction(uint32_t crc, const uint8_t *at, uint64_t count) {
#if defined(__x86_64__)
  if (count >= LONG_BYTES && has_multiplication) return in_three_streams(crc, at, count);
#endif
  return in_one_stream(crc, at, count);
}

WITH_INSTRUCTION static uint32_t word_by_instruction(uint32_t crc, uint32_t word, const uint8_t *at, uint64_t count) {
  return by_instruction(ADD_HALF(crc, word), at, count);
}
#endif

__attribute__((constructor)) static void prepare(void) {
  prepare_table();
#if defined(__x86_64__)
  prepare_advance();
  __builtin_cpu_init();
  has_instruction = __builtin_cpu_supports("sse4.2");
  has_multiplication = __builtin_cpu_supports("pclmul");
#elif defined(__aarch64__)
  has_instruction = (getauxval(AT_HWCAP) & 1 << 7) != 0;   // HWCAP_CRC32
#endif
}

uint32_t sgs_crc32c(uint32_t seed, const void *bytes, uint64_t count) {
#if defined(WITH_INSTRUCTION)
  if (has_instruction) return ~by_instruction(~seed, bytes, count);
#endif
  return ~by_table(~seed, bytes, count);
}

uint32_t sgs_crc32c_word(uint32_t seed, uint32_t word, const void *bytes, uint64_t count) {
#if defined(WITH_INSTRUCTION)
  if (has_instruction) return ~word_by_instruction(~seed, word, bytes, count);
#endif
  return ~by_table(by_table(~seed, (const uint8_t *)&word, 4), bytes, count);
}
