#include "model/model_diff.h"

#include "model/model_diff_parts.h"

static bool is_key(const struct sheet_model *sheet, const char *column) {
    for (size_t i = 0; i < sheet->key_count; i++)
        if (strcmp(sheet->fields[sheet->key[i]].name, column) == 0)
            return true;
    return false;
}

bool model_diff_touches(const struct model_diff *diff, const struct sheet_model *sheet,
                        bool only_key) {
    for (size_t i = 0; i < diff->count; i++) {
        const struct model_difference *item = &diff->items[i];
        bool is_of_all = !item->table && !item->is_aside;
        bool is_of_sheet = item->sheet && strcmp(item->sheet, sheet->name) == 0 && !item->is_aside;
        bool is_beside_key = only_key && item->column && !is_key(sheet, item->column);
        if ((is_of_all || is_of_sheet) && !is_beside_key)
            return true;
    }
    return false;
}

/* ---- the stored form ---- */

static void add_file(struct json_writer *json, const char *path, const char *sql) {
    json_open_object(json, NULL);
    json_add_string(json, "path", path);
    json_add_string(json, "sql", sql);
    json_close_object(json);
}

static void add_checks(struct json_writer *json, const struct check_model *checks, size_t count) {
    for (size_t i = 0; i < count; i++)
        add_file(json, checks[i].sql_path, checks[i].sql);
}

struct model_text model_text_of(struct arena *arena, const struct model *model) {
    struct buf sql = {0};
    struct json_writer json = json_writer_start(&sql, JSON_COMPACT);
    json_open_array(&json, NULL);
    for (size_t i = 0; i < model->gold_count; i++)
        add_file(&json, model->gold[i].sql_path, model->gold[i].sql);
    add_checks(&json, model->checks, model->check_count);
    add_checks(&json, model->invariants, model->invariant_count);
    json_close_array(&json);
    struct model_text text = {.name = model->name,
                              .version = model->version,
                              .fingerprint = model->fingerprint,
                              .descriptor = model->descriptor,
                              .sql = arena_copy(arena, buf_span(&sql))};
    buf_free(&sql);
    return text;
}

static const char *find_sql(const struct json *files, const char *path) {
    for (const struct json *file = files->first; file; file = file->next)
        if (strcmp(comparison_text(file, "path"), path) == 0)
            return comparison_text(file, "sql");
    return "";
}

/* ---- lists of named things ---- */

/* Whether two items of a list are the same thing, whatever else differs. */
static bool is_same_thing(const struct json *a, const struct json *b, const char *const *names) {
    for (; *names; names++)
        if (strcmp(comparison_text(a, *names), comparison_text(b, *names)) != 0)
            return false;
    return true;
}

static const struct json *find_thing(const struct json *list, const struct json *thing,
                                     const char *const *names) {
    const struct json *item = list ? list->first : NULL;
    while (item && !is_same_thing(item, thing, names))
        item = item->next;
    return item;
}

/* Whether those that are in both lists stand in the same order. */
static bool is_same_order(const struct json *before, const struct json *after,
                          const char *const *names) {
    const struct json *old = before ? before->first : NULL;
    for (const struct json *item = after ? after->first : NULL; item; item = item->next) {
        if (!find_thing(before, item, names))
            continue;
        while (old && !find_thing(after, old, names))
            old = old->next;
        if (!old || !is_same_thing(old, item, names))
            return false;
        old = old->next;
    }
    return true;
}

/* How the items of a list are compared; `self` is of what holds the list. */
struct thing_kind {
    const char *const *names; /* the members that name it */
    const char *plural;
    void (*compare)(const struct comparison *self, const struct json *before,
                    const struct json *after);
    void (*add)(const struct comparison *self, const struct json *thing);
    void (*remove)(const struct comparison *self, const struct json *thing);
};

static void compare_things(const struct comparison *self, const struct json *before,
                           const struct json *after, const struct thing_kind *kind) {
    for (const struct json *item = after ? after->first : NULL; item; item = item->next) {
        const struct json *other = find_thing(before, item, kind->names);
        if (other)
            kind->compare(self, other, item);
        else
            kind->add(self, item);
    }
    for (const struct json *item = before ? before->first : NULL; item; item = item->next)
        if (!find_thing(after, item, kind->names))
            kind->remove(self, item);
    if (!is_same_order(before, after, kind->names))
        comparison_add(self, after, CHANGE_OTHER, NULL, "%s stand in another order", kind->plural);
}

static const char *const BY_NAME[] = {"name", NULL};

/* ---- columns ---- */

/* Types of gold into which every value fits. Silver needs no such list: what does not fit shows
 * when it is built. */
static bool is_wider(const char *from, const char *to) {
    static const char *const wider[][2] = {
        {"integer", "number"}, {"integer", "money"}, {"integer", "rate"}, {"number", "money"},
        {"money", "number"},   {"number", "rate"},   {"money", "rate"},   {"date", "datetime"}};
    if (strcmp(to, "string") == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(wider); i++)
        if (strcmp(from, wider[i][0]) == 0 && strcmp(to, wider[i][1]) == 0)
            return true;
    return false;
}

static const char *type_of(const struct json *field) {
    const char *own = comparison_text(field, "goldleaf:type");
    const char *format = comparison_text(field, "format");
    if (*own)
        return own;
    return strcmp(format, "email") == 0 ? format : comparison_text(field, "type");
}

static struct comparison of_column(const struct comparison *self, const struct json *field) {
    struct comparison column = *self;
    column.column = comparison_text(field, "name");
    column.subject = arena_printf(self->arena, "%s.%s", self->subject, column.column);
    return column;
}

static void add_type_change(const struct comparison *self, const struct json *field,
                            const char *from, const char *to) {
    const char *loss = NULL;
    if (!self->sheet && !is_wider(from, to))
        loss =
            arena_printf(self->arena, "%s.%s may not hold what it held", self->table, self->column);
    comparison_add(self, json_find(field, "type"), CHANGE_TYPE, loss, "the type was %s and is %s",
                   from, to);
    struct model_difference *added = &self->diff->items[self->diff->count - 1];
    added->old_type = from;
    added->new_type = to;
}

static void compare_columns(const struct comparison *self, const struct json *before,
                            const struct json *after) {
    static const char *const type_members[] = {"name", "type", "goldleaf:type", "format", NULL};
    struct comparison column = of_column(self, after);
    const char *from = type_of(before), *to = type_of(after);
    bool is_same_type = strcmp(from, to) == 0;
    if (!is_same_type)
        add_type_change(&column, after, from, to);
    comparison_members(&column, before, after, is_same_type ? BY_NAME : type_members);
}

static void add_column(const struct comparison *self, const struct json *field) {
    struct comparison column = of_column(self, field);
    comparison_add(&column, field, CHANGE_ADDED, NULL, "a new column of type %s", type_of(field));
}

static void remove_column(const struct comparison *self, const struct json *field) {
    struct comparison column = of_column(self, field);
    const char *loss = self->sheet
                           ? arena_printf(self->arena, "%s.%s goes; bronze keeps its cells",
                                          self->table, column.column)
                           : arena_printf(self->arena, "%s.%s goes", self->table, column.column);
    comparison_add(&column, field, CHANGE_REMOVED, loss, "the column is gone");
}

/* ---- what a row is ---- */

static bool has_name(const struct json *names, const struct json *name) {
    if (names->kind == JSON_STRING)
        return json_equal(names, name);
    for (const struct json *other = names->first; other; other = other->next)
        if (json_equal(other, name))
            return true;
    return false;
}

static size_t count_names(const struct json *names) {
    return names->kind == JSON_STRING ? 1 : names->count;
}

static bool has_same_names(const struct json *a, const struct json *b) {
    if (count_names(a) != count_names(b))
        return false;
    if (a->kind == JSON_STRING)
        return has_name(b, a);
    for (const struct json *name = a->first; name; name = name->next)
        if (!has_name(b, name))
            return false;
    return true;
}

/* A model is only kept when it was good, so both have a key. */
static void compare_keys(const struct comparison *self, const struct json *before,
                         const struct json *after) {
    const struct json *old = json_find(before, "primaryKey"), *new = json_find(after, "primaryKey");
    if (!old || !new)
        return;
    const char *from = comparison_names(self->arena, old), *to = comparison_names(self->arena, new);
    if (!has_same_names(old, new))
        comparison_add(self, new, CHANGE_OTHER,
                       arena_printf(self->arena,
                                    "a row of %s stands for something else: one per %s",
                                    self->table, to),
                       "the key was %s and is %s", from, to);
    else if (strcmp(from, to) != 0)
        comparison_add(self, new, CHANGE_OTHER, NULL, "the key's columns stand in another order");
}

/* ---- references ---- */

static const char *parent_of(const struct json *key) {
    return comparison_text(json_find(key, "reference"), "resource");
}

static bool is_same_reference(const struct json *a, const struct json *b) {
    const struct json *one = json_find(a, "fields"), *other = json_find(b, "fields");
    return one && other && has_same_names(one, other) && strcmp(parent_of(a), parent_of(b)) == 0;
}

static const struct json *find_reference(const struct json *list, const struct json *key) {
    const struct json *other = list ? list->first : NULL;
    while (other && !is_same_reference(other, key))
        other = other->next;
    return other;
}

static void add_reference(const struct comparison *self, const struct json *key, bool is_new) {
    const char *parent = parent_of(key);
    comparison_add(self, key, CHANGE_OTHER, NULL, "the reference of %s to %s is %s",
                   comparison_names(self->arena, json_find(key, "fields")),
                   *parent ? parent : self->subject, is_new ? "new" : "gone");
}

static void compare_reference(const struct comparison *self, const struct json *before,
                              const struct json *after) {
    struct comparison reference = *self;
    reference.subject =
        arena_printf(self->arena, "%s, reference of %s to %s", self->subject,
                     comparison_names(self->arena, json_find(after, "fields")), parent_of(after));
    comparison_members(&reference, before, after, (const char *const[]){NULL});
}

static void compare_references(const struct comparison *self, const struct json *before,
                               const struct json *after) {
    for (const struct json *key = after ? after->first : NULL; key; key = key->next) {
        const struct json *other = find_reference(before, key);
        if (other)
            compare_reference(self, other, key);
        else
            add_reference(self, key, true);
    }
    for (const struct json *key = before ? before->first : NULL; key; key = key->next)
        if (!find_reference(after, key))
            add_reference(self, key, false);
}

/* ---- sheets ---- */

static const struct thing_kind COLUMNS = {BY_NAME, "the columns", compare_columns, add_column,
                                          remove_column};

/* What sheets and KPI tables have in common. */
static void compare_schemas(const struct comparison *self, const struct json *before,
                            const struct json *after) {
    static const char *const known[] = {"fields", "primaryKey", "foreignKeys", NULL};
    compare_keys(self, before, after);
    compare_things(self, json_find(before, "fields"), json_find(after, "fields"), &COLUMNS);
    compare_references(self, json_find(before, "foreignKeys"), json_find(after, "foreignKeys"));
    comparison_members(self, before, after, known);
}

static struct comparison of_sheet(const struct comparison *self, const struct json *sheet) {
    struct comparison about = *self;
    about.subject = about.sheet = comparison_text(sheet, "name");
    about.table = arena_printf(self->arena, "silver_%s", about.sheet);
    return about;
}

static void compare_sheets(const struct comparison *self, const struct json *before,
                           const struct json *after) {
    static const char *const known[] = {"name", "schema", NULL};
    struct comparison sheet = of_sheet(self, after);
    comparison_members(&sheet, before, after, known);
    compare_schemas(&sheet, json_find(before, "schema"), json_find(after, "schema"));
}

static void add_sheet(const struct comparison *self, const struct json *sheet) {
    struct comparison table = of_sheet(self, sheet);
    comparison_add(
        &table, sheet, CHANGE_ADDED, NULL, "a new sheet with the key %s",
        comparison_names(self->arena, json_find(json_find(sheet, "schema"), "primaryKey")));
}

static void remove_sheet(const struct comparison *self, const struct json *sheet) {
    struct comparison table = of_sheet(self, sheet);
    comparison_add(&table, sheet, CHANGE_REMOVED,
                   arena_printf(self->arena, "%s goes; bronze_%s keeps every snapshot", table.table,
                                table.subject),
                   "the sheet is gone");
}

/* ---- KPI tables ---- */

/* A difference in a file of its own. */
static void compare_files(const struct comparison *self, const struct json *before,
                          const struct json *after) {
    const char *from = comparison_text(before, "sql"), *to = comparison_text(after, "sql");
    if (strcmp(find_sql(self->old_sql, from), find_sql(self->new_sql, to)) != 0) {
        comparison_add(self, after, CHANGE_OTHER, NULL, "the SELECT is another one");
        self->diff->items[self->diff->count - 1].place = to;
    }
    if (strcmp(from, to) != 0)
        comparison_add(self, after, CHANGE_OTHER, NULL, "the SELECT was in %s and is in %s", from,
                       to);
}

static struct comparison of_gold(const struct comparison *self, const struct json *gold) {
    struct comparison about = *self;
    about.subject = about.table =
        arena_printf(self->arena, "gold_%s", comparison_text(gold, "name"));
    return about;
}

static void compare_gold(const struct comparison *self, const struct json *before,
                         const struct json *after) {
    static const char *const known[] = {"name", "schema", "sql", NULL};
    struct comparison gold = of_gold(self, after);
    comparison_members(&gold, before, after, known);
    compare_files(&gold, before, after);
    compare_schemas(&gold, json_find(before, "schema"), json_find(after, "schema"));
}

static void add_gold(const struct comparison *self, const struct json *gold) {
    struct comparison table = of_gold(self, gold);
    comparison_add(
        &table, gold, CHANGE_ADDED, NULL, "a new KPI table, one row per %s",
        comparison_names(self->arena, json_find(json_find(gold, "schema"), "primaryKey")));
}

static void remove_gold(const struct comparison *self, const struct json *gold) {
    struct comparison table = of_gold(self, gold);
    comparison_add(
        &table, gold, CHANGE_REMOVED,
        arena_printf(self->arena, "%s goes, and the SELECT that computes it", table.table),
        "the KPI table is gone");
}

/* ---- checks ---- */

static struct comparison of_check(const struct comparison *self, const struct json *check) {
    struct comparison about = *self;
    about.subject = comparison_text(check, "rule");
    about.is_aside = true;
    return about;
}

static void compare_checks(const struct comparison *self, const struct json *before,
                           const struct json *after) {
    static const char *const known[] = {"rule", "table", "sql", NULL};
    struct comparison check = of_check(self, after);
    comparison_members(&check, before, after, known);
    compare_files(&check, before, after);
}

static void add_check(const struct comparison *self, const struct json *check) {
    struct comparison about = of_check(self, check);
    comparison_add(&about, check, CHANGE_ADDED, NULL, "a new check of %s",
                   comparison_text(check, "table"));
}

static void remove_check(const struct comparison *self, const struct json *check) {
    struct comparison about = of_check(self, check);
    comparison_add(&about, check, CHANGE_REMOVED, NULL, "the check of %s is gone",
                   comparison_text(check, "table"));
}

/* ---- the model ---- */

static const struct {
    const char *member;
    struct thing_kind kind;
} LISTS[] = {
    {"resources", {BY_NAME, "the sheets", compare_sheets, add_sheet, remove_sheet}},
    {"goldleaf:gold", {BY_NAME, "the KPI tables", compare_gold, add_gold, remove_gold}},
    {"goldleaf:checks",
     {(const char *const[]){"rule", "table", NULL}, "the checks", compare_checks, add_check,
      remove_check}},
    {"goldleaf:invariants",
     {(const char *const[]){"rule", "table", NULL}, "the invariants", compare_checks, add_check,
      remove_check}},
};

static void compare_packages(const struct comparison *self, const struct json *before,
                             const struct json *after) {
    const char *known[COUNT_OF(LISTS) + 1] = {0};
    for (size_t i = 0; i < COUNT_OF(LISTS); i++)
        known[i] = LISTS[i].member;
    comparison_members(self, before, after, known);
    for (size_t i = 0; i < COUNT_OF(LISTS); i++)
        compare_things(self, json_find(before, LISTS[i].member), json_find(after, LISTS[i].member),
                       &LISTS[i].kind);
}

/* A version of a model may have another name, or lose a sheet; with both it is a model of something
 * else, as likely as not given by mistake. */
static bool is_other_model(const struct model_diff *diff, const struct model_text *before,
                           const struct model_text *after) {
    bool has_lost_sheet = false;
    for (size_t i = 0; i < diff->count; i++) {
        const struct model_difference *item = &diff->items[i];
        has_lost_sheet |= item->change == CHANGE_REMOVED && item->sheet && !item->column;
    }
    return has_lost_sheet && strcmp(before->name, after->name) != 0;
}

bool model_compare(struct arena *arena, const struct model_text *before,
                   const struct model_text *after, struct model_diff *diff, struct err *err) {
    const struct json *old_package, *new_package;
    struct comparison self = {.arena = arena, .diff = diff, .subject = "the model"};
    *diff = (struct model_diff){0};
    if (!json_read(arena, before->descriptor, &old_package, err) ||
        !json_read(arena, after->descriptor, &new_package, err) ||
        !json_read(arena, before->sql, &self.old_sql, err) ||
        !json_read(arena, after->sql, &self.new_sql, err)) {
        err_wrap(err, "the model that audit_models keeps is damaged");
        return err_hint(err, "restore the table; emptied, it is written anew by the next build, "
                             "which then has nothing to compare with");
    }
    compare_packages(&self, old_package, new_package);
    diff->is_other = is_other_model(diff, before, after);
    return true;
}
