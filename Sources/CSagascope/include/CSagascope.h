// What Swift cannot say, or not at this price: thread-locals, the clock, and the memory that recording writes to.
// Each header below tells one story; all functions of the hot path are inline.
#pragma once
#include "sgs_cells.h"
#include "sgs_clock.h"
#include "sgs_exponential.h"
#include "sgs_flight.h"
#include "sgs_histogram.h"
#include "sgs_ids.h"
#include "sgs_image.h"
#include "sgs_ring.h"
#include "sgs_slot.h"
#include "sgs_thread.h"
#include "sgs_tracing.h"
#include "sgs_task_hooks.h"
#include "sgs_task_layout.h"
#include "sgs_task_suspects.h"
#include "sgs_task_table.h"
#include "sgs_tasks.h"
