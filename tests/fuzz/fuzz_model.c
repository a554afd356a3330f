/* Any bytes as a datapackage.json: faults, each with its place, or a model that holds what its
 * header promises and that can clean cells. */
#include "model/cell.h"
#include "model/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

/* No files: every query is there, and is one that begins with what the path ends with. */
static bool read_query(const struct model_source *source, struct arena *arena, const char *path,
                       struct span *text, struct err *err) {
    (void)source, (void)err;
    *text = span_from(arena_printf(arena, "-- %s\nSELECT '%s'; -- %s", path, path, path));
    return true;
}

static void check_list(const size_t *list, size_t count, size_t limit) {
    for (size_t i = 0; i < count; i++)
        require(list[i] < limit);
}

static void check_cells(struct arena *arena, const struct field *field) {
    static const char *const texts[] = {"",     "n/a", "-12.50",  "03/04/2026", "2026-04-03 10:00",
                                        "paid", "$",   "a@b.org", "#REF!",      "true"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct cell cell = cell_clean(field, span_from(texts[i]), arena);
        require(cell.step == STEP_NONE || cell.value.kind == VALUE_NULL);
        cell_format(field, cell.value, arena);
    }
}

static void check_sheet(struct arena *arena, const struct model *model,
                        const struct sheet_model *sheet) {
    require(*sheet->name && *sheet->path && sheet->field_count > 0 && sheet->key_count > 0);
    check_list(sheet->key, sheet->key_count, sheet->field_count);
    check_list(sheet->cluster, sheet->cluster_count, sheet->field_count);
    for (size_t i = 0; i < sheet->field_count; i++) {
        require(sheet->fields[i].not_before < (int)sheet->field_count);
        require(sheet_model_find_field(sheet, span_from(sheet->fields[i].name)) == (int)i);
        check_cells(arena, &sheet->fields[i]);
    }
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        const struct sheet_model *parent = &model->sheets[reference->parent];
        check_list(reference->fields, reference->field_count, sheet->field_count);
        check_list(reference->parent_fields, reference->field_count, parent->field_count);
        for (size_t j = 0; j < reference->match_count; j++)
            require(reference->matches[j].field < sheet->field_count &&
                    reference->matches[j].parent_field < parent->field_count);
    }
}

static void check_order(struct arena *arena, const struct model *model) {
    bool *is_built = arena_array(arena, model->sheet_count, sizeof *is_built);
    for (size_t i = 0; i < model->sheet_count; i++) {
        const struct sheet_model *sheet = &model->sheets[model->build_order[i]];
        for (size_t j = 0; j < sheet->reference_count; j++)
            require(is_built[sheet->references[j].parent]);
        require(!is_built[model->build_order[i]]);
        is_built[model->build_order[i]] = true;
    }
}

static void check_model(struct arena *arena, const struct model *model) {
    check_order(arena, model);
    for (size_t i = 0; i < model->sheet_count; i++)
        check_sheet(arena, model, &model->sheets[i]);
    for (size_t i = 0; i < model->gold_count; i++) {
        require(model->gold[i].key_count > 0 && strncmp(model->gold[i].sql, "SELECT", 6) == 0);
        check_list(model->gold[i].key, model->gold[i].key_count, model->gold[i].field_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    struct model_faults faults = {.arena = &arena};
    struct model_source source = {.read = read_query, .root = ""};
    const struct model *model =
        model_parse(&arena, (struct span){(const char *)data, size}, &source, &faults);
    require((model != NULL) == (faults.count == 0));
    for (size_t i = 0; i < faults.count; i++)
        require(strncmp(faults.items[i].place, "datapackage.json", 16) == 0 &&
                *faults.items[i].message);
    if (model)
        check_model(&arena, model);
    model_close(model);
    model_faults_free(&faults);
    arena_free(&arena);
    return 0;
}
