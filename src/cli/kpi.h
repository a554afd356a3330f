/* A glance at the KPI tables: the first rows of each by the order that the model declares. */
#ifndef GOLDLEAF_CLI_KPI_H
#define GOLDLEAF_CLI_KPI_H

#include "cli/output.h"
#include "model/model.h"
#include "warehouse/warehouse.h"

/* Appends a short table per gold table with "showBy"; where the model declares none, of each gold
 * table by its key. Money is never ranked across currencies: a table ordered by money that has a
 * currency column shows the first rows of each currency. Columns that do not fit are left out,
 * texts first. */
bool kpi_add_tables(struct output *output, struct warehouse *warehouse, const struct model *model,
                    struct err *err);

#endif
