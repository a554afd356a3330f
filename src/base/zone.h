/* Names of time zones. */
#ifndef GOLDLEAF_BASE_ZONE_H
#define GOLDLEAF_BASE_ZONE_H

#include "base/err.h"

/* Whether the system knows the zone, such as UTC or Europe/Berlin; ERR_USAGE when it does not. The
 * C library would take any other name for UTC, without a word. */
bool zone_check(const char *name, struct err *err);

#endif
