#include "cli/plan.h"

#include "cli/output.h"

#include <errno.h>

#define PLAN_VERSION 1
#define MAX_PLAN_BYTES ((size_t)1 << 20)

static void add_plan(struct buf *out, const struct model *model, const struct run_options *run,
                     const struct run_report *report) {
    struct json_writer json = json_writer_start(out, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_integer(&json, "goldleaf_plan", PLAN_VERSION);
    json_add_string(&json, "command", run->command);
    json_add_string(&json, "model", model->name);
    json_add_string(&json, "fingerprint", model->fingerprint);
    json_add_integer(&json, "snapshot_id", report->from_snapshot_id);
    json_add_real(&json, "max_loss", run->max_loss);
    json_add_boolean(&json, "full_refresh", run->full_refresh);
    json_add_boolean(&json, "allow_destructive", run->allow_destructive);
    json_add_string(&json, "model_before", report->model_before ? report->model_before : "");
    json_open_array(&json, "accept");
    for (size_t i = 0; i < run->accept_count; i++)
        json_add_string(&json, NULL, run->accept[i]);
    json_close_array(&json);
    json_open_array(&json, "sheets");
    for (size_t i = 0; i < report->sheet_count; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "sheet", report->sheets[i].sheet);
        json_add_string(&json, "content_hash", report->sheets[i].content_hash);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_add_char(out, '\n');
}

bool plan_save(const char *path, const struct model *model, const struct run_options *run,
               const struct run_report *report, struct err *err) {
    struct output output = {.descriptor = -1};
    struct output_settings settings = {.path = path, .default_format = "json", .color = "never"};
    if (!output_open(&output, &settings, err))
        return false;
    add_plan(&output.text, model, run, report);
    bool ok = output_close(&output, err);
    output_discard(&output);
    return ok || err_wrap(err, "--save-plan");
}

static bool read_file(const char *path, struct buf *text, struct err *err) {
    char part[4096];
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
    for (size_t size; (size = fread(part, 1, sizeof part, file)) && text->size < MAX_PLAN_BYTES;)
        buf_add(text, (struct span){part, size});
    bool ok = !ferror(file);
    fclose(file);
    return ok || err_set(err, ERR_FAILED, "%s: it cannot be read", path);
}

static bool check_model(const struct json *document, const struct model *model, struct err *err) {
    int64_t version = 0;
    const char *name, *fingerprint;
    if (!json_get_integer(document, "goldleaf_plan", &version, err) ||
        !json_get_string(document, "model", &name, err) ||
        !json_get_string(document, "fingerprint", &fingerprint, err))
        return false;
    if (version != PLAN_VERSION)
        return err_set(err, ERR_FAILED, "a plan of version %lld", (long long)version);
    if (strcmp(name, model->name) == 0 && strcmp(fingerprint, model->fingerprint) == 0)
        return true;
    err_set(err, ERR_FAILED, "the plan was made with another model (%s)", name);
    return err_hint(err, "use the same --model, or make a new plan");
}

static bool read_hashes(const struct json *sheets, const struct model *model, struct arena *arena,
                        struct run_plan *plan, struct err *err) {
    const char **hashes = arena_array(arena, model->sheet_count, sizeof *hashes);
    plan->hashes = hashes;
    for (size_t i = 0; i < model->sheet_count; i++)
        hashes[i] = "";
    for (const struct json *sheet = sheets->first; sheet; sheet = sheet->next) {
        const char *name, *hash;
        if (!json_get_string(sheet, "sheet", &name, err) ||
            !json_get_string(sheet, "content_hash", &hash, err))
            return false;
        int index = model_find_sheet(model, span_from(name));
        if (index >= 0)
            hashes[index] = hash;
    }
    return true;
}

static bool read_accepted(const struct json *accept, struct arena *arena, struct run_options *run,
                          struct err *err) {
    const char **names = arena_array(arena, accept->count, sizeof *names);
    run->accept = names;
    run->accept_count = 0;
    for (const struct json *name = accept->first; name; name = name->next) {
        if (name->kind != JSON_STRING)
            return err_set(err, ERR_FAILED, "accept: a name was expected");
        names[run->accept_count++] = name->text.data;
    }
    return true;
}

static void choose_stages(struct run_options *run) {
    bool is_all = strcmp(run->command, "all") == 0;
    run->pull = is_all || strcmp(run->command, "load_bronze") == 0;
    run->silver = is_all || strcmp(run->command, "build_silver") == 0;
    run->gold = is_all || strcmp(run->command, "build_gold") == 0;
}

static bool read_plan(const struct json *document, const struct model *model, struct arena *arena,
                      struct run_options *run, struct run_plan *plan, struct err *err) {
    const struct json *accept, *sheets;
    plan->model_before = NULL; /* plans of older programs do not say */
    if (!check_model(document, model, err) ||
        !json_get_string(document, "command", &run->command, err) ||
        !json_get_integer(document, "snapshot_id", &plan->snapshot_id, err) ||
        !json_get_real(document, "max_loss", &run->max_loss, err) ||
        !json_get_boolean(document, "full_refresh", &run->full_refresh, err) ||
        !json_find_boolean(document, "allow_destructive", &run->allow_destructive, err) ||
        !json_find_string(document, "model_before", &plan->model_before, err) ||
        !json_get_array(document, "accept", &accept, err) ||
        !json_get_array(document, "sheets", &sheets, err))
        return false;
    choose_stages(run);
    run->plan = plan;
    return read_accepted(accept, arena, run, err) && read_hashes(sheets, model, arena, plan, err);
}

bool plan_read(const char *path, const struct model *model, struct arena *arena,
               struct run_options *run, struct run_plan *plan, struct err *err) {
    struct buf text = {0};
    const struct json *document;
    bool ok = read_file(path, &text, err);
    if (ok)
        ok = (json_read(arena, buf_span(&text), &document, err) &&
              read_plan(document, model, arena, run, plan, err)) ||
             err_wrap(err, "%s", path);
    buf_free(&text);
    return ok;
}
