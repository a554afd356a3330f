/* Wall and monotonic time. Nothing that is stored depends on it but the timestamps themselves. */
#ifndef GOLDLEAF_BASE_CLOCK_H
#define GOLDLEAF_BASE_CLOCK_H

#include "base/attr.h"

#define CLOCK_TEXT_SIZE 21

/* "2026-11-24T06:00:00Z" */
void clock_now_utc(char out[static CLOCK_TEXT_SIZE]);

/* Seconds of a clock that never steps. */
double clock_monotonic_s(void);

#endif
