// Finds among all live tasks those with which something may be wrong, by their records alone, and keeps what was told of them.
#pragma once
#include "sgs_task_table.h"

/// Ages, in ns, from which on a state is worth a look.
typedef struct { uint64_t now, running, ready, blocked; } sgs_suspicion;

/// Records of tasks that run, are ready or (those of sagas) blocked for that long, whose runs end mostly by being ready again
/// at once, whose saga run has ended, or has closed a compensation; and were not told of yet. As `sgs_tasks_scan`.
uint64_t sgs_tasks_suspects(uint64_t *cursor, const sgs_suspicion *suspicion, sgs_task *out, uint64_t capacity);

/// Ages, in ns, one of which a blocked task has reached within the last `since` ns.
typedef struct { uint64_t now, since, ages[2]; } sgs_crossing;

/// Tasks that have been blocked for so long just now. As `sgs_tasks_scan`.
uint64_t sgs_tasks_newly_blocked(uint64_t *cursor, const sgs_crossing *crossing, sgs_task *out, uint64_t capacity);

/// The live children that a task has in task groups. As `sgs_tasks_scan`.
uint64_t sgs_tasks_group_children(uint64_t *cursor, uint64_t parent, sgs_task *out, uint64_t capacity);

/// The live tasks of a saga run. As `sgs_tasks_scan`.
uint64_t sgs_tasks_of_run(uint64_t *cursor, uint32_t run, sgs_task *out, uint64_t capacity);

/// Notes that something was told of the task.
/// - Returns: 1, and its record, with a copy of its name to be freed, when it was not yet told and the task is alive.
int sgs_tasks_tell(uint64_t id, uint16_t told, sgs_task *out);
/// The same of the state that `word` stands for; without a copy.
int sgs_tasks_report(uint64_t id, uint64_t word, uint8_t reported);

/// Live tasks whose saga run has ended, and that were not meant to outlive it: by scope, below `scopes`.
void sgs_tasks_count_orphans(uint32_t *counts, uint32_t scopes);

/// Cancels a task that is nobody's child. Its handlers run here.
/// - Returns: 0 when it cannot be: not alive, a child, or its end is not known to us, so that nothing keeps its object.
int sgs_tasks_cancel(uint64_t id);
