#include "stages/gate.h"

const char *gate_missing(struct arena *arena, const struct pull *pull) {
    return arena_string(arena, span_from(pull->origin.missing));
}

const char *gate_judge_header(struct arena *arena, const struct pull *pull) {
    if (pull->sheet.header_count == 0)
        return arena_printf(arena, "%s is empty: not even a header", pull->origin.location);
    if (pull->header.missing_required)
        return arena_printf(arena, "required column missing: %s", pull->header.missing_required);
    return NULL;
}

const char *gate_judge_change(struct arena *arena, const struct bronze_change *change,
                              double max_loss) {
    if (change->rows_before == 0 || change->rows_lost == 0)
        return NULL;
    if (change->rows_lost == change->rows_before && change->match.new_count == 0)
        return arena_printf(arena, "the sheet was emptied: all %lld rows are gone",
                            (long long)change->rows_before);
    double lost = (double)change->rows_lost * 100.0 / (double)change->rows_before;
    if (lost <= max_loss)
        return NULL;
    return arena_printf(arena, "%lld of %lld rows are gone (%.0f %%, at most %g %% may go)",
                        (long long)change->rows_lost, (long long)change->rows_before, lost,
                        max_loss);
}
