#include "stages/diff_parts.h"

#include "stages/schema.h"

const char *const DIFF_KINDS[] = {"added", "removed", "changed"};

void diff_open(struct diff *diff, const struct model *model, const struct diff_options *options) {
    *diff = (struct diff){.model = model, .options = *options};
    diff->sheets = arena_array(&diff->arena, model->sheet_count, sizeof *diff->sheets);
    diff->gold = arena_array(&diff->arena, model->gold_count, sizeof *diff->gold);
}

void diff_free(struct diff *diff) {
    arena_free(&diff->arena);
}

/* A table that an older model made may lack columns; they count as NULL. */
static bool remember_gold(struct warehouse *warehouse, const struct gold_model *gold,
                          struct err *err) {
    struct buf sql = {0};
    bool ok = true;
    buf_printf(&sql,
               "DROP TABLE IF EXISTS \"" DIFF_GOLD_PREFIX
               "%s\"; CREATE TEMP TABLE \"" DIFF_GOLD_PREFIX "%s\" AS SELECT ",
               gold->name, gold->name);
    for (size_t i = 0; i < gold->field_count && ok; i++) {
        bool exists;
        const char *name = gold->fields[i].name;
        ok = warehouse_has_column(warehouse, gold->name, name, &exists, err);
        buf_printf(&sql, "%s%s\"%s\"", i ? ", " : "", ok && !exists ? "NULL AS " : "", name);
    }
    buf_printf(&sql, " FROM \"%s\"", gold->name);
    ok = ok && warehouse_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

bool diff_remember(struct warehouse *warehouse, const struct model *model, struct err *err) {
    bool ok = schema_create(warehouse, model, err) &&
              warehouse_exec(warehouse, sql_file("diff/remember_rejects"), err);
    for (size_t i = 0; i < model->gold_count && ok; i++)
        ok = remember_gold(warehouse, &model->gold[i], err);
    return ok;
}

bool diff_finish(struct diff *diff, struct warehouse *warehouse, bool is_other_model,
                 struct err *err) {
    return diff_finish_rejects(diff, warehouse, err) &&
           diff_finish_gold(diff, warehouse, is_other_model, err);
}

bool diff_is_empty(const struct diff *diff) {
    if (diff->new_reject_count || diff->healed_count)
        return false;
    for (size_t i = 0; i < diff->model->sheet_count; i++) {
        const struct diff_sheet *sheet = &diff->sheets[i];
        if (sheet->added || sheet->removed || sheet->changed || sheet->moved ||
            sheet->added_column_count || sheet->removed_column_count || sheet->rename_count)
            return false;
    }
    for (size_t i = 0; i < diff->model->gold_count; i++)
        if (diff->gold[i].row_count)
            return false;
    return true;
}

static size_t narrow_rejects(struct diff_reject *rejects, size_t count, const char *sheet) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(rejects[i].sheet->name, sheet) == 0)
            rejects[kept++] = rejects[i];
    return kept;
}

size_t diff_narrow(struct diff *diff, const char *sheet) {
    size_t kpis = 0;
    for (size_t i = 0; i < diff->model->sheet_count; i++)
        if (strcmp(diff->model->sheets[i].name, sheet) != 0)
            diff->sheets[i] = (struct diff_sheet){0};
    diff->new_reject_count = narrow_rejects(diff->new_rejects, diff->new_reject_count, sheet);
    diff->healed_count = narrow_rejects(diff->healed, diff->healed_count, sheet);
    for (size_t i = 0; i < diff->model->gold_count; i++) {
        kpis += diff->gold[i].row_count;
        diff->gold[i] = (struct diff_gold){.model = diff->gold[i].model};
    }
    return kpis;
}
