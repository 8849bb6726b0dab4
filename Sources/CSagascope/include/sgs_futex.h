// Threads that sleep on a word until somebody changes it.
#pragma once
#include <stdint.h>

/// Sleeps while the low 32 bits of `*word` are `value`, at most so long; it may return early.
void sgs_futex_wait(void *word, uint32_t value, uint64_t timeout_ns);
/// Wakes one who sleeps there.
void sgs_futex_wake(void *word);

/// A hint that this thread spins.
static inline void sgs_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// What tools call the thread that this runs on; at most 15 characters.
void sgs_name_thread(const char *name);
