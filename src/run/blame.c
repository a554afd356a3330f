#include "run/blame.h"

#include "model/cell.h"
#include "stages/gold_parts.h"
#include "stages/silver.h"

#define MAX_LIKELY 200 /* edits that are looked at one by one */

struct search {
    struct blame *blame;
    const struct blame_question *question;
    const struct edits *edits;
    const struct blame_runner *runner;
    bool *is_likely; /* per edit: it is in a row of the KPI's scope */
};

/* ---- reading the KPI ---- */

static bool read_row(struct search *self, const struct value **row, struct err *err) {
    const struct gold_model *gold = self->question->gold;
    struct statement *statement = NULL;
    struct buf sql = {0};
    bool has_row = false;
    buf_add_text(&sql, "SELECT ");
    gold_add_columns(&sql, gold, "");
    buf_printf(&sql, " FROM \"%s\" WHERE ", gold->name);
    for (size_t i = 0; i < gold->key_count; i++)
        buf_printf(&sql, "%s\"%s\" = $%zu", i ? " AND " : "", gold->fields[gold->key[i]].name,
                   i + 1);
    bool ok = statement_prepare(self->runner->warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, self->question->key, gold->key_count, err) &&
              statement_next(statement, &has_row, err);
    *row = NULL;
    if (ok && has_row) {
        struct value *values = arena_array(&self->blame->arena, gold->field_count, sizeof *values);
        for (size_t i = 0; i < gold->field_count; i++) {
            values[i] = silver_value(&gold->fields[i], statement_value(statement, i));
            if (values[i].kind == VALUE_TEXT)
                values[i] = value_text(arena_copy(&self->blame->arena, value_span(values[i])));
        }
        *row = values;
    }
    statement_close(statement);
    buf_free(&sql);
    return ok;
}

static bool run_with(struct search *self, size_t applied, const struct value **row,
                     struct err *err) {
    struct source *source;
    edits_source_open(&source, self->edits, applied);
    return self->runner->run(self->runner->context, source, err) && read_row(self, row, err);
}

static bool is_same(const struct search *self, const struct value *a, const struct value *b) {
    const struct gold_model *gold = self->question->gold;
    if (!a || !b)
        return a == b;
    if (self->question->field >= 0)
        return value_equal(a[self->question->field], b[self->question->field]);
    for (size_t i = 0; i < gold->field_count; i++)
        if (!value_equal(a[i], b[i]))
            return false;
    return true;
}

/* ---- likely edits ---- */

/* The text of the key's part that is the scope, as a cell of the sheets would have it. */
static struct span scope_text(const struct search *self, struct arena *arena) {
    const struct gold_model *gold = self->question->gold;
    for (size_t i = 0; gold->scope && i < gold->key_count; i++) {
        const struct field *field = &gold->fields[gold->key[i]];
        if (strcmp(field->name, gold->scope) == 0)
            return cell_format(field, self->question->key[i], arena);
    }
    return SPAN("");
}

static void mark_likely(struct search *self) {
    const struct edits *edits = self->edits;
    struct arena scratch = {0};
    struct span scope = scope_text(self, &scratch);
    size_t likely = 0;
    self->is_likely = arena_array(&self->blame->arena, edits->count, sizeof(bool));
    for (size_t i = 0; i < edits->count && scope.size && likely <= MAX_LIKELY; i++) {
        const struct edit *edit = &edits->items[i];
        int field = sheet_model_find_field(&edits->model->sheets[edit->sheet],
                                           span_from(self->question->gold->scope));
        if (field < 0)
            continue;
        struct span before = edit_field_before(edits, edit, (size_t)field, &scratch);
        struct span after = edit_field_after(edits, edit, (size_t)field, &scratch);
        self->is_likely[i] =
            span_equal(cell_trim(before), scope) || span_equal(cell_trim(after), scope);
        likely += self->is_likely[i];
    }
    if (likely > MAX_LIKELY)
        memset(self->is_likely, 0, edits->count * sizeof(bool));
    arena_free(&scratch);
}

static bool has_likely(const struct search *self, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (self->is_likely[i])
            return true;
    return false;
}

/* ---- search ---- */

static void add_cause(struct search *self, size_t index, const struct value *before,
                      const struct value *after) {
    struct blame *blame = self->blame;
    if (blame->cause_count == blame->cause_capacity) {
        blame->cause_capacity = blame->cause_capacity ? blame->cause_capacity * 2 : 16;
        blame->causes = memory_resize(blame->causes, blame->cause_capacity, sizeof *blame->causes);
    }
    blame->causes[blame->cause_count++] =
        (struct blame_cause){&self->edits->items[index], before, after};
}

/* Finds the edits from `from` on and before `to` that move the KPI, which is `before` without them
 * and `after` with them. The depth is the logarithm of their number. */
static bool search(struct search *self, size_t from, size_t to, const struct value *before,
                   const struct value *after, struct err *err) {
    if (is_same(self, before, after) && !(to - from > 1 && has_likely(self, from, to)))
        return true;
    if (to - from == 1) {
        add_cause(self, from, before, after);
        return true;
    }
    size_t middle = from + (to - from) / 2;
    const struct value *between;
    return run_with(self, middle, &between, err) &&
           search(self, from, middle, before, between, err) &&
           search(self, middle, to, between, after, err);
}

bool blame_find(struct blame *blame, const struct blame_question *question,
                const struct edits *edits, const struct blame_runner *runner, struct err *err) {
    struct search self = {.blame = blame, .question = question, .edits = edits, .runner = runner};
    const struct value *first, *last;
    *blame = (struct blame){0};
    mark_likely(&self);
    if (!read_row(&self, &blame->before, err) || !run_with(&self, edits->count, &last, err))
        return false;
    blame->after = last;
    return edits->count == 0 ||
           (run_with(&self, 0, &first, err) && search(&self, 0, edits->count, first, last, err));
}

void blame_free(struct blame *blame) {
    free(blame->causes);
    arena_free(&blame->arena);
}

static bool number_of(struct value value, double *number) {
    *number = value.kind == VALUE_REAL ? value.real : (double)value.integer;
    if (value.kind == VALUE_MONEY)
        *number /= 100;
    return value.kind == VALUE_INTEGER || value.kind == VALUE_MONEY || value.kind == VALUE_REAL;
}

bool blame_effect(struct value before, struct value after, double *effect) {
    double from, to;
    if (!number_of(before, &from) || !number_of(after, &to))
        return false;
    *effect = to - from;
    return true;
}
