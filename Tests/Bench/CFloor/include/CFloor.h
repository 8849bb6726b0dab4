// What the same work costs in plain C that knows its workload: the floors that benches are held against.
#pragma once
#include "floor_cells.h"
#include "floor_disk.h"
#include "floor_flight.h"
#include "floor_log.h"
#include "floor_page.h"
#include "floor_span.h"
#include "floor_tasks.h"
