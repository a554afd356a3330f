/* Compiler attributes used everywhere, and the functions nobody may call.
 *
 * Every file of the product includes this header (through err.h), so a banned function is a
 * compile error in both compilers, not a matter of review. */
#ifndef GOLDLEAF_BASE_ATTR_H
#define GOLDLEAF_BASE_ATTR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_argument)                                                  \
    __attribute__((format(printf, format_index, first_argument)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#undef sprintf /* macros in a fortified build */
#undef vsprintf

/* Unbounded writes, hidden state, and conversions that cannot report an error. */
#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strtok atoi atol atof gets localtime     \
    gmtime

#endif
