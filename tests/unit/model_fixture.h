/* A model that was read for a test, and what is said about it as lines that can be compared. */
#ifndef GOLDLEAF_TESTS_MODEL_FIXTURE_H
#define GOLDLEAF_TESTS_MODEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/cell.h"
#include "model/model.h"

struct fixture {
    struct arena arena;
    struct model_faults faults;
    const struct model *model;
};

static inline void fixture_read(struct fixture *fixture, const char *name_or_dir) {
    *fixture = (struct fixture){0};
    fixture->faults.arena = &fixture->arena;
    fixture->model = model_read(&fixture->arena, name_or_dir, &fixture->faults);
}

static inline void fixture_read_good(struct fixture *fixture, const char *name_or_dir) {
    fixture_read(fixture, name_or_dir);
    if (!fixture->model)
        fail_msg("%s: %s", fixture->faults.items[0].place, fixture->faults.items[0].message);
    assert_int_equal(fixture->faults.count, 0);
}

static inline void fixture_free(struct fixture *fixture) {
    model_close(fixture->model);
    model_faults_free(&fixture->faults);
    arena_free(&fixture->arena);
}

static inline const struct sheet_model *sheet_of(const struct model *model, const char *name) {
    int index = model_find_sheet(model, span_from(name));
    assert_true(index >= 0);
    return &model->sheets[index];
}

static inline const struct field *field_of(const struct model *model, const char *sheet,
                                           const char *name) {
    int index = sheet_model_find_field(sheet_of(model, sheet), span_from(name));
    assert_true(index >= 0);
    return &sheet_of(model, sheet)->fields[index];
}

/* What is said about a sheet or table, as one line that can be compared. */
static inline void check_line(struct buf *line, const char *expected) {
    assert_string_equal(buf_text(line), expected);
    buf_free(line);
}

static inline void add_word(struct buf *line, const char *word) {
    buf_printf(line, "%s%s", line->size ? " " : "", word);
}

static inline void check_columns(const struct field *fields, size_t count, const char *expected) {
    struct buf line = {0};
    for (size_t i = 0; i < count; i++)
        add_word(&line, fields[i].name);
    check_line(&line, expected);
}

static inline void check_types(const struct field *fields, size_t count, const char *expected) {
    struct buf line = {0};
    for (size_t i = 0; i < count; i++)
        add_word(&line, field_type_name(fields[i].type));
    check_line(&line, expected);
}

static inline void check_list(const struct field *fields, const size_t *list, size_t count,
                              const char *expected) {
    struct buf line = {0};
    for (size_t i = 0; i < count; i++)
        add_word(&line, fields[list[i]].name);
    check_line(&line, expected);
}

static inline void check_required(const struct sheet_model *sheet, const char *expected) {
    struct buf line = {0};
    for (size_t i = 0; i < sheet->field_count; i++)
        if (sheet->fields[i].required)
            add_word(&line, sheet->fields[i].name);
    check_line(&line, expected);
}

static inline void check_repaired(const struct sheet_model *sheet, const char *expected) {
    struct buf line = {0};
    for (size_t i = 0; i < sheet->field_count; i++)
        if (sheet->fields[i].on_error == ON_ERROR_NULL)
            add_word(&line, sheet->fields[i].name);
    check_line(&line, expected);
}

/* "ticket_id event_id > tickets ticket_id event_id;" */
static inline void check_references(const struct model *model, const struct sheet_model *sheet,
                                    const char *expected) {
    struct buf line = {0};
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        const struct sheet_model *parent = &model->sheets[reference->parent];
        for (size_t j = 0; j < reference->field_count; j++)
            add_word(&line, sheet->fields[reference->fields[j]].name);
        buf_printf(&line, " > %s", parent->name);
        for (size_t j = 0; j < reference->field_count; j++)
            add_word(&line, parent->fields[reference->parent_fields[j]].name);
        buf_add_text(&line, ";");
    }
    check_line(&line, expected);
}

/* ---- a shipped model against its specification ---- */

/* A sheet as lists of names, with blanks between them; for `references` see check_references(). */
struct sheet_spec {
    const char *name, *columns, *types, *key, *required, *repaired, *cluster, *references;
};

static inline void check_sheets(struct fixture *fixture, const struct sheet_spec *specs,
                                size_t count) {
    const struct model *model = fixture->model;
    assert_int_equal(model->sheet_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct sheet_model *sheet = &model->sheets[i];
        assert_string_equal(sheet->name, specs[i].name);
        assert_string_equal(sheet->path, arena_printf(&fixture->arena, "%s.csv", sheet->name));
        check_columns(sheet->fields, sheet->field_count, specs[i].columns);
        check_types(sheet->fields, sheet->field_count, specs[i].types);
        check_list(sheet->fields, sheet->key, sheet->key_count, specs[i].key);
        check_list(sheet->fields, sheet->cluster, sheet->cluster_count, specs[i].cluster);
        check_required(sheet, specs[i].required);
        check_repaired(sheet, specs[i].repaired);
        check_references(model, sheet, specs[i].references);
        assert_int_equal(model->build_order[i], i); /* the file has parents first */
    }
}

struct gold_spec {
    const char *name, *columns, *types, *key, *scope; /* scope: or NULL */
};

static inline void check_gold(const struct model *model, const struct gold_spec *specs,
                              size_t count) {
    assert_int_equal(model->gold_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct gold_model *gold = &model->gold[i];
        assert_string_equal(gold->name, specs[i].name);
        check_columns(gold->fields, gold->field_count, specs[i].columns);
        check_types(gold->fields, gold->field_count, specs[i].types);
        check_list(gold->fields, gold->key, gold->key_count, specs[i].key);
        assert_true(!gold->scope == !specs[i].scope);
        if (gold->scope)
            assert_string_equal(gold->scope, specs[i].scope);
        assert_true(strlen(gold->sql) > 0);
    }
}

/* Descriptions are the users' documentation, so each column and each figure has one. */
static inline void check_described(const struct model *model) {
    assert_true(*model->title && *model->description && *model->version);
    for (size_t i = 0; i < model->sheet_count; i++) {
        assert_true(*model->sheets[i].description);
        for (size_t j = 0; j < model->sheets[i].field_count; j++)
            assert_non_null(model->sheets[i].fields[j].description);
    }
    for (size_t i = 0; i < model->gold_count; i++) {
        assert_true(*model->gold[i].description);
        for (size_t j = 0; j < model->gold[i].field_count; j++)
            assert_non_null(model->gold[i].fields[j].description);
    }
}

/* A cell as typed, and the value as stored: "" for NULL, NULL for a rejected row. */
struct cell_spec {
    const char *sheet, *column, *typed, *stored;
};

static inline void check_typed(struct fixture *fixture, const struct cell_spec *specs,
                               size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct field *field = field_of(fixture->model, specs[i].sheet, specs[i].column);
        struct cell cell = cell_clean(field, span_from(specs[i].typed), &fixture->arena);
        struct span text = cell_format(field, cell.value, &fixture->arena);
        const char *expected = specs[i].stored;
        bool is_rejected = cell.step != STEP_NONE;
        if (is_rejected != !expected || (expected && !span_is(text, expected)))
            fail_msg("%s.%s: \"%s\" became \"%.*s\"%s", specs[i].sheet, specs[i].column,
                     specs[i].typed, SPAN_ARG(text), is_rejected ? ", rejected" : "");
    }
}

#endif
