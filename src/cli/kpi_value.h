/* Values of KPI tables as people read them. */
#ifndef GOLDLEAF_CLI_KPI_VALUE_H
#define GOLDLEAF_CLI_KPI_VALUE_H

#include "base/buf.h"
#include "base/value.h"
#include "model/model.h"

/* Appends a value, "(none)" for NULL. Fractions to four digits, which is what people look at,
 * unless it `is_exact`. */
void kpi_value_add(struct buf *out, const struct field *field, struct value value, bool is_exact);

/* Appends "before → after". Two numbers that differ never look the same. */
void kpi_value_add_change(struct buf *out, const struct field *field, struct value before,
                          struct value after);

#endif
