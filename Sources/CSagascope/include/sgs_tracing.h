// The settings of recording that every span looks at: plain words, written at bootstrap and read relaxed, so that they cost
// a load each. TracingOptions.swift gives them their meaning.
#pragma once
#include <stdint.h>

typedef struct {
  // A trace is sampled when the last 7 bytes of its id, as a number, reach the threshold of where its parent is.
  uint64_t root_threshold, remote_sampled_threshold, remote_unsampled_threshold;
  uint32_t value_length;   // scalars; UINT32_MAX when there is no limit
  uint16_t attributes, events, links, event_attributes, link_attributes;
  uint8_t keeps_failed_runs;
  uint8_t propagators;     // a bit each
} sgs_tracing_settings;

/// Written under one lock, by sgs_configure_tracing only.
extern sgs_tracing_settings sgs_tracing;

void sgs_configure_tracing(const sgs_tracing_settings *settings);

#define SGS_READ(field) __atomic_load_n(&sgs_tracing.field, __ATOMIC_RELAXED)

static inline uint64_t sgs_root_threshold(void) { return SGS_READ(root_threshold); }
static inline uint64_t sgs_remote_threshold(int sampled) {
  return sampled ? SGS_READ(remote_sampled_threshold) : SGS_READ(remote_unsampled_threshold);
}
static inline uint32_t sgs_value_length_limit(void) { return SGS_READ(value_length); }
static inline uint16_t sgs_attribute_limit(void) { return SGS_READ(attributes); }
static inline uint16_t sgs_event_limit(void) { return SGS_READ(events); }
static inline uint16_t sgs_link_limit(void) { return SGS_READ(links); }
static inline uint16_t sgs_event_attribute_limit(void) { return SGS_READ(event_attributes); }
static inline uint16_t sgs_link_attribute_limit(void) { return SGS_READ(link_attributes); }
static inline int sgs_keeps_failed_runs(void) { return SGS_READ(keeps_failed_runs); }
static inline uint8_t sgs_propagators(void) { return SGS_READ(propagators); }
