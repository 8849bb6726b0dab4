// The Prometheus protobuf exposition for libprotobuf-c. Everything but this file is generated: see `make proto`.
#ifndef SAGASCOPE_CPROMETHEUSPROTO_H
#define SAGASCOPE_CPROMETHEUSPROTO_H

#include "metrics.pb-c.h"

#endif
