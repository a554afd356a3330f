/* A folder of CSV files as a source: each sheet of the model in the file that the model names. */
#ifndef GOLDLEAF_SOURCE_CSV_SOURCE_H
#define GOLDLEAF_SOURCE_CSV_SOURCE_H

#include "model/model.h"
#include "source/source.h"

/* Both must outlive the source. */
void csv_source_open(struct source **source, const struct model *model, const char *folder);

/* The path of a sheet's file. */
const char *csv_source_path(struct arena *arena, const char *folder,
                            const struct sheet_model *sheet);

#endif
