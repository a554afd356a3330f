#include "json/json.h"

#include "json/json_scan.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>

/* cJSON gives the tree and decodes strings; the marks of the scan give each value's place and the
 * text of numbers. Both are in the order of the document. */
struct build {
    struct arena *arena;
    struct span text;
    const struct json_mark *marks;
    size_t next_mark;
    struct err *err;
};

static enum json_kind kind_of(const cJSON *item) {
    switch (item->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOLEAN;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

struct member_place {
    const char *name;
    size_t offset;
};

static int compare_members(const void *a, const void *b) {
    const struct member_place *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

/* Equal names in one object are an error: a reader that takes either of them would be guessing. */
static bool check_names(const struct build *build, struct member_place *members, size_t count) {
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1].name, members[i].name) == 0) {
            char message[160];
            snprintf(message, sizeof message, "the name \"%.100s\" stands twice in one object",
                     members[i].name);
            return json_scan_fault(build->text, members[i].offset, build->err, message);
        }
    }
    return true;
}

static struct json *build_value(struct build *build, const cJSON *item, const struct json *parent);

static bool build_children(struct build *build, const cJSON *item, struct json *json) {
    size_t count = 0;
    for (const cJSON *child = item->child; child; child = child->next)
        count++;
    struct member_place *members = NULL;
    if (json->kind == JSON_OBJECT)
        members = memory_alloc(count * sizeof *members);
    const struct json **link = &json->first;
    bool is_good = true;
    for (const cJSON *child = item->child; child && is_good; child = child->next) {
        size_t offset = build->marks[build->next_mark].name;
        struct json *built = build_value(build, child, json);
        is_good = built != NULL;
        if (!built)
            break;
        if (members)
            members[json->count] = (struct member_place){built->name, offset};
        json->count++;
        *link = built;
        link = (const struct json **)&built->next;
    }
    if (is_good && members)
        is_good = check_names(build, members, count);
    free(members);
    return is_good;
}

/* Recursion is bounded: the scan has refused deeper documents. */
static struct json *build_value(struct build *build, const cJSON *item, const struct json *parent) {
    struct json_mark mark = build->marks[build->next_mark++];
    struct json *json = arena_alloc(build->arena, sizeof *json);
    json->kind = kind_of(item);
    json->parent = parent;
    if (parent && parent->kind == JSON_OBJECT)
        json->name = arena_string(build->arena, span_from(item->string));
    if (json->kind == JSON_BOOLEAN)
        json->boolean = cJSON_IsTrue(item);
    if (json->kind == JSON_STRING)
        json->text = arena_copy(build->arena, span_from(item->valuestring));
    if (json->kind == JSON_NUMBER)
        json->text = arena_copy(
            build->arena, (struct span){build->text.data + mark.start, mark.end - mark.start});
    if (json->kind >= JSON_ARRAY && !build_children(build, item, json))
        return NULL;
    return json;
}

/* What was read may hold a key or a token: no copy of it stays behind. */
static void wipe_strings(const cJSON *item) {
    for (; item; item = item->next) {
        if (item->valuestring)
            explicit_bzero(item->valuestring, strlen(item->valuestring));
        wipe_strings(item->child);
    }
}

bool json_read(struct arena *arena, struct span text, const struct json **document,
               struct err *err) {
    struct json_marks marks = {0};
    cJSON *root = NULL;
    const struct json *built = NULL;
    if (text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = (struct span){text.data + 3, text.size - 3};
    if (!json_scan(text, &marks, err))
        goto out;
    root = cJSON_ParseWithLength(text.data, text.size);
    if (!root) { /* the scan has found the text good, so cJSON had no memory */
        err_set(err, ERR_FAILED, "the JSON library could not read %zu bytes", text.size);
        goto out;
    }
    struct build build = {arena, text, marks.items, 0, err};
    built = build_value(&build, root, NULL);
    if (built)
        *document = built;
out:
    wipe_strings(root);
    cJSON_Delete(root);
    free(marks.items);
    return built != NULL;
}

const struct json *json_find(const struct json *object, const char *name) {
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    const struct json *member = object->first;
    while (member && strcmp(member->name, name) != 0)
        member = member->next;
    return member;
}

static bool has_same_children(const struct json *a, const struct json *b) {
    const struct json *other = b->first;
    for (const struct json *child = a->first; child; child = child->next) {
        if (!json_equal(child, a->kind == JSON_OBJECT ? json_find(b, child->name) : other))
            return false;
        other = other->next;
    }
    return true;
}

bool json_equal(const struct json *a, const struct json *b) {
    if (!a || !b || a->kind != b->kind || a->count != b->count)
        return a == b;
    return a->boolean == b->boolean && span_compare(a->text, b->text) == 0 &&
           has_same_children(a, b);
}

const char *json_kind_name(enum json_kind kind) {
    static const char *const names[] = {
        [JSON_NULL] = "null",       [JSON_BOOLEAN] = "true or false", [JSON_NUMBER] = "a number",
        [JSON_STRING] = "a string", [JSON_ARRAY] = "an array",        [JSON_OBJECT] = "an object",
    };
    return names[kind];
}

static bool is_plain_name(const char *name) {
    for (const char *c = name; *c; c++)
        if (!ascii_is_alpha(*c) && !ascii_is_digit(*c) && !strchr("_-:$", *c))
            return false;
    return *name != '\0';
}

static void add_path_name(struct buf *out, const char *name) {
    if (is_plain_name(name)) {
        if (out->size)
            buf_add_char(out, '.');
        buf_add_text(out, name);
        return;
    }
    struct json_writer writer = json_writer_start(out, JSON_COMPACT);
    buf_add_char(out, '[');
    json_add_string(&writer, NULL, name);
    buf_add_char(out, ']');
}

/* The path so far must be all of `out` for the first dot to be left out, so it is made apart. */
static void add_path_inside(struct buf *path, const struct json *value) {
    if (!value || !value->parent)
        return;
    add_path_inside(path, value->parent);
    if (value->name) {
        add_path_name(path, value->name);
        return;
    }
    size_t index = 0;
    for (const struct json *item = value->parent->first; item != value; item = item->next)
        index++;
    buf_printf(path, "[%zu]", index);
}

void json_add_path(struct buf *out, const struct json *value) {
    struct buf path = {0};
    add_path_inside(&path, value);
    buf_add(out, buf_span(&path));
    buf_free(&path);
}

/* Sets "path.name: problem". */
static bool member_fault(const struct json *object, const char *name, struct err *err,
                         const char *problem) {
    struct buf path = {0};
    add_path_inside(&path, object);
    add_path_name(&path, name);
    err_set(err, ERR_FAILED, "%s: %s", buf_text(&path), problem);
    buf_free(&path);
    return false;
}

/* The member of the wanted kind. `*member` is NULL when it is absent and need not be there. */
static bool find_member(const struct json *object, const char *name, enum json_kind kind,
                        bool is_needed, const struct json **member, struct err *err) {
    const struct json *found = json_find(object, name);
    *member = NULL;
    if (!found || found->kind == JSON_NULL)
        return !is_needed || member_fault(object, name, err, found ? "is null" : "is missing");
    if (found->kind != kind) {
        char problem[80];
        snprintf(problem, sizeof problem, "expected %s, not %s", json_kind_name(kind),
                 json_kind_name(found->kind));
        return member_fault(object, name, err, problem);
    }
    *member = found;
    return true;
}

static bool read_string(const struct json *object, const char *name, bool is_needed,
                        const char **out, struct err *err) {
    const struct json *member;
    if (!find_member(object, name, JSON_STRING, is_needed, &member, err))
        return false;
    if (member)
        *out = member->text.data;
    return true;
}

static bool read_integer(const struct json *object, const char *name, bool is_needed, int64_t *out,
                         struct err *err) {
    const struct json *member;
    if (!find_member(object, name, JSON_NUMBER, is_needed, &member, err))
        return false;
    if (!member)
        return true;
    char *end;
    errno = 0;
    long long integer = strtoll(member->text.data, &end, 10);
    if (errno || *end)
        return member_fault(object, name, err, "expected a whole number of at most 64 bits");
    *out = integer;
    return true;
}

static bool read_real(const struct json *object, const char *name, bool is_needed, double *out,
                      struct err *err) {
    const struct json *member;
    if (!find_member(object, name, JSON_NUMBER, is_needed, &member, err))
        return false;
    if (!member)
        return true;
    double real = strtod(member->text.data, NULL);
    if (!isfinite(real))
        return member_fault(object, name, err, "the number is too large");
    *out = real;
    return true;
}

static bool read_boolean(const struct json *object, const char *name, bool is_needed, bool *out,
                         struct err *err) {
    const struct json *member;
    if (!find_member(object, name, JSON_BOOLEAN, is_needed, &member, err))
        return false;
    if (member)
        *out = member->boolean;
    return true;
}

static bool read_container(const struct json *object, const char *name, enum json_kind kind,
                           bool is_needed, const struct json **out, struct err *err) {
    const struct json *member;
    if (!find_member(object, name, kind, is_needed, &member, err))
        return false;
    if (member)
        *out = member;
    return true;
}

bool json_get_string(const struct json *object, const char *name, const char **out,
                     struct err *err) {
    return read_string(object, name, true, out, err);
}

bool json_get_integer(const struct json *object, const char *name, int64_t *out, struct err *err) {
    return read_integer(object, name, true, out, err);
}

bool json_get_real(const struct json *object, const char *name, double *out, struct err *err) {
    return read_real(object, name, true, out, err);
}

bool json_get_boolean(const struct json *object, const char *name, bool *out, struct err *err) {
    return read_boolean(object, name, true, out, err);
}

bool json_get_array(const struct json *object, const char *name, const struct json **out,
                    struct err *err) {
    return read_container(object, name, JSON_ARRAY, true, out, err);
}

bool json_get_object(const struct json *object, const char *name, const struct json **out,
                     struct err *err) {
    return read_container(object, name, JSON_OBJECT, true, out, err);
}

bool json_find_string(const struct json *object, const char *name, const char **out,
                      struct err *err) {
    return read_string(object, name, false, out, err);
}

bool json_find_integer(const struct json *object, const char *name, int64_t *out, struct err *err) {
    return read_integer(object, name, false, out, err);
}

bool json_find_real(const struct json *object, const char *name, double *out, struct err *err) {
    return read_real(object, name, false, out, err);
}

bool json_find_boolean(const struct json *object, const char *name, bool *out, struct err *err) {
    return read_boolean(object, name, false, out, err);
}

bool json_find_array(const struct json *object, const char *name, const struct json **out,
                     struct err *err) {
    return read_container(object, name, JSON_ARRAY, false, out, err);
}

bool json_find_object(const struct json *object, const char *name, const struct json **out,
                      struct err *err) {
    return read_container(object, name, JSON_OBJECT, false, out, err);
}
