/* Wall and monotonic time. Nothing that is stored depends on it but the timestamps themselves. */
#ifndef GOLDLEAF_BASE_CLOCK_H
#define GOLDLEAF_BASE_CLOCK_H

#include "base/attr.h"

#include <stdint.h>

#define CLOCK_TEXT_SIZE 21

/* "2026-11-24T06:00:00Z" */
void clock_now_utc(char out[static CLOCK_TEXT_SIZE]);
void clock_write_utc(int64_t at_s, char out[static CLOCK_TEXT_SIZE]);
/* Seconds since 1970 of such a text; -1 when it is none, or NULL. */
int64_t clock_read_utc(const char *text);

/* Seconds of a clock that never steps. */
double clock_monotonic_s(void);

#endif
