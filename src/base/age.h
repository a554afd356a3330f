/* How long ago a time was, for people. */
#ifndef GOLDLEAF_BASE_AGE_H
#define GOLDLEAF_BASE_AGE_H

#include "base/buf.h"

#include <stdint.h>

/* Seconds since a time of ours ("2026-11-24T06:00:00Z"); less than 0 when it lies ahead, is none,
 * or is NULL. */
int64_t age_of(const char *time_text);

/* Appends "3 h ago"; the time itself where it is none or lies ahead. */
void age_add(struct buf *out, const char *time_text);

#endif
