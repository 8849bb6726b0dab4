// The last notes of what the tasks of one saga run waited for: enough to say afterwards what the run's time was spent on.
//
// Any thread adds without waiting; one reads when the run ends. A run gets its log with its first note, and gives it back when
// the last of its tasks is gone, so that nobody adds to a log that is another run's.
#pragma once
#include <stdint.h>

enum { SGS_NOTE_CREATED = 1, SGS_NOTE_WAITED = 2, SGS_NOTE_ENTERED = 3 };

typedef struct {
  uint64_t serial;             // 0 while it is being written
  uint64_t task;
  uint64_t other;              // its creator, or who woke it; 0: none
  uint64_t from, until;        // ns of the recording clock
  uint32_t scope, kind;
} sgs_run_note;

/// Further notes take the place of the oldest.
#define SGS_RUN_NOTES 256u

/// Nothing when the run has no log, and there are too many already.
void sgs_run_note_add(uint32_t run, const sgs_run_note *note);

/// - Returns: how many notes were copied out. `*is_cut`: there were more.
uint32_t sgs_run_notes_copy(uint32_t run, sgs_run_note out[SGS_RUN_NOTES], int *is_cut);

/// The run is gone, with all its tasks.
void sgs_run_notes_release(uint32_t run);
