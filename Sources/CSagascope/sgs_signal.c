#include "sgs_signal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum { SIGNALS = 65 };

/// Where each signal writes. Set before its handler is installed.
static int descriptors[SIGNALS];

/// Async-signal-safe: atomic loads and write(2) alone. A full pipe holds enough bytes to wake the reader.
static void write_byte(int signal) {
  int saved = errno;
  unsigned char byte = (unsigned char)signal;
  ssize_t ignored = write(__atomic_load_n(&descriptors[signal], __ATOMIC_ACQUIRE), &byte, 1);
  (void)ignored;
  errno = saved;
}

int sgs_signal_pipe(int ends[2]) {
  // In one step: another thread may be forking.
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  if (fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0) return 0;
  int code = errno;
  close(ends[0]);
  close(ends[1]);
  return code;
}

int sgs_signal_watch(int signal, int descriptor) {
  if (signal < 1 || signal >= SIGNALS) return EINVAL;
  struct sigaction old;
  if (sigaction(signal, NULL, &old) != 0) return errno;
  if ((old.sa_flags & SA_SIGINFO) || old.sa_handler != SIG_DFL) return EBUSY;
  __atomic_store_n(&descriptors[signal], descriptor, __ATOMIC_RELEASE);
  struct sigaction action = {.sa_handler = write_byte, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  return sigaction(signal, &action, NULL) == 0 ? 0 : errno;
}

void sgs_signal_take(int signal) {
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, signal);
  pthread_sigmask(SIG_UNBLOCK, &taken, NULL);
}
