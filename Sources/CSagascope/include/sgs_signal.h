// A signal as a byte in a pipe: a handler may do next to nothing, a thread that reads the pipe anything.
#pragma once

/// Makes the pipe, which programs that are executed do not inherit: reading from `ends[0]` waits, writing to `ends[1]` never.
/// Returns 0 or an errno.
int sgs_signal_pipe(int ends[2]);

/// From now on `signal` writes its number, one byte, into `descriptor`, which must not block and must stay open. Calls of the
/// system that the signal interrupts go on.
///
/// Returns 0; EBUSY when the signal has a handler already or is ignored, which then stays; another errno otherwise.
int sgs_signal_watch(int signal, int descriptor);

/// The calling thread takes the signal. A program may have begun with every signal blocked, as children of a thread pool's
/// thread do; then none of its other threads would.
void sgs_signal_take(int signal);
