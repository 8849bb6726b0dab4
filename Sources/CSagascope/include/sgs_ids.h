// Ids: random ones from a generator per thread, derived ones by mixing (see DerivedID.swift for what is mixed).
#pragma once
#include <stdint.h>

/// xoroshiro128+: the state of one thread, seeded from getrandom.
typedef struct { uint64_t a, b; } sgs_rng;

void sgs_rng_seed(sgs_rng *r);

static inline uint64_t sgs_rng_next(sgs_rng *r) {
  uint64_t a = r->a, b = r->b, sum = a + b;
  b ^= a;
  r->a = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
  r->b = (b << 37) | (b >> 27);
  return sum;
}

/// Folds the 128-bit product of two words (wyhash's mixing step): every input bit reaches every output bit.
static inline uint64_t sgs_mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}
