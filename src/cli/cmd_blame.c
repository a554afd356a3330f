/* `goldleaf blame TABLE KEY [COLUMN]`: which edited cells moved a KPI between two snapshots. */
#include "cli/commands.h"

#include "base/nearest.h"
#include "cli/blame_print.h"
#include "model/cell.h"
#include "stages/bronze.h"

/* ---- the question ---- */

static bool find_table(struct inquiry *self, const char *name, struct err *err) {
    const struct model *model = self->replay.model;
    const char **names = arena_array(self->session->arena, model->gold_count, sizeof *names);
    for (size_t i = 0; i < model->gold_count; i++) {
        names[i] = model->gold[i].name;
        if (strcmp(name, names[i]) == 0 || strcmp(name, names[i] + strlen("gold_")) == 0)
            self->question.gold = &model->gold[i];
    }
    if (self->question.gold)
        return true;
    const char *nearest = nearest_word(name, names, model->gold_count);
    err_set(err, ERR_USAGE, "the model %s has no KPI table \"%s\"", model->name, name);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : false;
}

static int find_field(const struct gold_model *gold, struct span name) {
    for (size_t i = 0; i < gold->field_count; i++)
        if (span_is(name, gold->fields[i].name))
            return (int)i;
    return -1;
}

static bool find_column(struct inquiry *self, const char *name, struct err *err) {
    const struct gold_model *gold = self->question.gold;
    const char **names = arena_array(self->session->arena, gold->field_count, sizeof *names);
    for (size_t i = 0; i < gold->field_count; i++)
        names[i] = gold->fields[i].name;
    self->question.field = name ? find_field(gold, span_from(name)) : -1;
    if (!name || self->question.field >= 0)
        return true;
    const char *nearest = nearest_word(name, names, gold->field_count);
    err_set(err, ERR_USAGE, "%s has no column \"%s\"", gold->name, name);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : false;
}

static bool read_part(const struct field *field, struct span text, struct arena *arena,
                      struct value *value) {
    int64_t integer;
    if (field->type != FIELD_INTEGER) {
        *value = value_text(arena_copy(arena, text));
        return true;
    }
    if (!cell_parse_integer(text, &integer))
        return false;
    *value = value_integer(integer);
    return true;
}

static bool fail_key(const struct gold_model *gold, struct err *err) {
    struct buf form = {0};
    for (size_t i = 0; i < gold->key_count; i++)
        buf_printf(&form, "%s%s=...", i ? "," : "", gold->fields[gold->key[i]].name);
    err_set(err, ERR_USAGE, "this is not a key of %s", gold->name);
    err_hint(err, "write it as %s", buf_text(&form));
    buf_free(&form);
    return false;
}

/* "event_id=E-17", "date=2026-03-01,currency=INR"; the names may be left out: "E-17". */
static bool read_key(struct inquiry *self, const char *text, struct err *err) {
    const struct gold_model *gold = self->question.gold;
    struct value *key = arena_array(self->session->arena, gold->key_count, sizeof *key);
    bool has_names = strchr(text, '=') != NULL;
    size_t found = 0;
    for (size_t i = 0; *text && i < gold->key_count; i++) {
        struct span part = {text, i + 1 == gold->key_count ? strlen(text) : strcspn(text, ",|")};
        size_t name_size = has_names ? strcspn(part.data, "=") : 0;
        size_t index = i;
        if (has_names) {
            if (name_size >= part.size)
                return fail_key(gold, err);
            int field = find_field(gold, (struct span){part.data, name_size});
            for (index = 0; index < gold->key_count && (int)gold->key[index] != field; index++)
                ;
        }
        size_t skip = has_names ? name_size + 1 : 0;
        struct span value = {part.data + skip, part.size - skip};
        if (index == gold->key_count ||
            !read_part(&gold->fields[gold->key[index]], value, self->session->arena, &key[index]))
            return fail_key(gold, err);
        found++;
        text += part.size + (part.data[part.size] != '\0');
    }
    self->question.key = key;
    return found == gold->key_count || fail_key(gold, err);
}

static bool read_question(struct inquiry *self, struct err *err) {
    const struct session *session = self->session;
    return find_table(self, session->operands[0], err) &&
           read_key(self, session->operands[1], err) &&
           find_column(self, session->operand_count > 2 ? session->operands[2] : NULL, err);
}

/* ---- the answer ---- */

static bool run_edits(void *context, struct source *source, struct err *err) {
    struct inquiry *self = context;
    struct run_options run = replay_options(&self->replay);
    struct run_report report;
    return replay_run_source(&self->replay, source, &run, &report, err);
}

static bool read_texts(struct inquiry *self, int64_t snapshot, struct span *texts,
                       struct err *err) {
    const struct model *model = self->replay.model;
    for (size_t i = 0; i < model->sheet_count; i++) {
        struct buf csv = {0};
        bool ok = bronze_read_snapshot(self->replay.stored, &model->sheets[i], snapshot, &csv, err);
        texts[i] = (struct span){csv.data, csv.size};
        if (!ok)
            return false;
    }
    return true;
}

static bool open_edits(struct inquiry *self, struct err *err) {
    const struct model *model = self->replay.model;
    struct arena *arena = self->session->arena;
    struct span *before = arena_array(arena, model->sheet_count, sizeof *before);
    struct span *after = arena_array(arena, model->sheet_count, sizeof *after);
    bool ok = read_texts(self, self->replay.from, before, err) &&
              read_texts(self, self->replay.to, after, err);
    if (ok)
        return edits_open(&self->edits, model, &self->diff, before, after, err);
    for (size_t i = 0; i < model->sheet_count; i++) {
        free((char *)before[i].data);
        free((char *)after[i].data);
    }
    return false;
}

static bool find_causes(struct inquiry *self, struct err *err) {
    struct diff_options options = {.limit = SIZE_MAX, .keeps_partners = true};
    struct blame_runner runner = {run_edits, self, self->replay.memory};
    struct run_report report;
    diff_open(&self->diff, self->replay.model, &options);
    return replay_run(&self->replay, self->replay.from, NULL, false, &report, err) &&
           replay_run(&self->replay, self->replay.to, &self->diff, true, &report, err) &&
           open_edits(self, err) &&
           blame_find(&self->blame, &self->question, &self->edits, &runner, err);
}

bool cmd_blame(struct session *session, struct err *err) {
    struct inquiry self = {.session = session};
    const struct options *options = &session->options;
    const char *to_text = session_text(session, OPTION_TO);
    int64_t to = 0;
    if (*to_text && !replay_read_number(to_text, &to, err))
        return err_wrap(err, "--to");
    bool ok = replay_open(&self.replay, session, options->from, to, err) &&
              read_question(&self, err) &&
              sheets_read(self.replay.stored, self.replay.model, session->arena, &self.sheets,
                          &self.sheet_count, err) &&
              find_causes(&self, err) && blame_print(&self, err);
    blame_free(&self.blame);
    edits_close(&self.edits);
    diff_free(&self.diff);
    replay_close(&self.replay);
    return ok;
}
