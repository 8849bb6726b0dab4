#include "CSagascope.h"

// The defaults of the OpenTelemetry specification, as TracingOptions() has them.
sgs_tracing_settings sgs_tracing = {
  .root_threshold = 0, .remote_sampled_threshold = 0, .remote_unsampled_threshold = 1ull << 56,
  .value_length = UINT32_MAX,
  .attributes = 128, .events = 128, .links = 128, .event_attributes = 128, .link_attributes = 128,
  .keeps_failed_runs = 1,
  .propagators = 3,
};

#define WRITE(field) __atomic_store_n(&sgs_tracing.field, settings->field, __ATOMIC_RELAXED)

void sgs_configure_tracing(const sgs_tracing_settings *settings) {
  WRITE(root_threshold);
  WRITE(remote_sampled_threshold);
  WRITE(remote_unsampled_threshold);
  WRITE(value_length);
  WRITE(attributes);
  WRITE(events);
  WRITE(links);
  WRITE(event_attributes);
  WRITE(link_attributes);
  WRITE(keeps_failed_runs);
  WRITE(propagators);
}
