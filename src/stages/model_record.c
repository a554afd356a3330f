#include "stages/model_record.h"

static bool read_newest(struct warehouse *warehouse, struct arena *arena,
                        struct model_record *record, struct err *err) {
    struct statement *statement = NULL;
    struct span texts[8];
    bool ok = statement_prepare(warehouse, &statement, sql_file("audit/last_model"), err) &&
              statement_start(statement, NULL, 0, err) &&
              statement_next(statement, &record->exists, err);
    record->exists &= ok;
    for (size_t i = 0; record->exists && i < COUNT_OF(texts); i++)
        texts[i] = arena_copy(arena, value_span(statement_value(statement, i)));
    if (record->exists) {
        record->text =
            (struct model_text){texts[0].data, texts[1].data, texts[2].data, texts[3], texts[4]};
        record->run_id = texts[5].data;
        record->snapshot_id = statement_value(statement, 6).integer; /* 0 for NULL */
        record->applied_at = texts[7].data;
    }
    statement_close(statement);
    return ok;
}

static bool read_older_name(struct warehouse *warehouse, struct arena *arena,
                            struct model_record *record, struct err *err) {
    struct value name = value_null();
    bool exists;
    bool ok = warehouse_has_table(warehouse, "audit_runs", &exists, err) &&
              (!exists || warehouse_value(warehouse, arena, sql_file("audit/last_model_name"), NULL,
                                          0, &name, err));
    record->older_name = name.kind == VALUE_TEXT ? name.text : NULL;
    return ok;
}

bool model_record_read(struct warehouse *warehouse, struct arena *arena,
                       struct model_record *record, struct err *err) {
    bool exists;
    *record = (struct model_record){0};
    return warehouse_has_table(warehouse, "audit_models", &exists, err) &&
           (!exists || read_newest(warehouse, arena, record, err)) &&
           (record->exists || read_older_name(warehouse, arena, record, err));
}

bool model_record_write(struct warehouse *warehouse, const struct model *model,
                        const struct audit_run *run, struct err *err) {
    struct arena scratch = {0};
    struct model_text text = model_text_of(&scratch, model);
    struct value parameters[] = {value_string(text.name),
                                 value_string(text.version),
                                 value_string(text.fingerprint),
                                 value_text(text.descriptor),
                                 value_text(text.sql),
                                 value_string(run->run_id),
                                 run->snapshot_id ? value_integer(run->snapshot_id) : value_null(),
                                 value_string(run->started_at)};
    bool ok = warehouse_run(warehouse, sql_file("audit/add_model"), parameters,
                            COUNT_OF(parameters), NULL, err);
    arena_free(&scratch);
    return ok;
}
