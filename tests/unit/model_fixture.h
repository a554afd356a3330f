/* A model that was read for a test, and what is said about it as lines that can be compared. */
#ifndef GOLDLEAF_TESTS_MODEL_FIXTURE_H
#define GOLDLEAF_TESTS_MODEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
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

#endif
