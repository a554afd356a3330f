/* Doubles as decimal text, and back without loss. */
#ifndef GOLDLEAF_BASE_DECIMAL_H
#define GOLDLEAF_BASE_DECIMAL_H

#include "base/buf.h"

#include <stdint.h>

#define DECIMAL_SIZE 32

/* The shortest of 15, 16 or 17 digits that reads back as the same double, as "%g" writes it. */
void decimal_shortest(double real, char out[static DECIMAL_SIZE]);

/* The same without an exponent: 1.5e-07 is 0.00000015. For finite numbers. */
void decimal_add_plain(struct buf *out, double real);

/* 1234567 as "1,234,567". */
void decimal_add_grouped(struct buf *out, int64_t number);

#endif
