// OTLP 1.x messages for libprotobuf-c. Everything but this file is generated: see `make proto`.
#ifndef SAGASCOPE_COTLP_H
#define SAGASCOPE_COTLP_H

#include "common.pb-c.h"
#include "resource.pb-c.h"
#include "trace.pb-c.h"
#include "logs.pb-c.h"
#include "metrics.pb-c.h"
#include "collector.pb-c.h"
#include "envelope.pb-c.h"

#endif
