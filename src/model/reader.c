#include "model/reader.h"

#include "base/nearest.h"

#include <stdarg.h>

#define NAME_MAX_BYTES 51

bool reader_fault(struct reader *reader, const struct json *where, const char *member,
                  const char *format, ...) {
    struct buf path = {0};
    json_add_path(&path, where);
    if (member)
        buf_printf(&path, "%s%s", path.size ? "." : "", member);
    const char *place =
        arena_printf(reader->arena, "datapackage.json%s%s", path.size ? ": " : "", buf_text(&path));
    buf_free(&path);

    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *message = arena_alloc(reader->arena, (size_t)size + 1);
    vsnprintf(message, (size_t)size + 1, format, again);
    va_end(again);

    model_fault_add(reader->faults, place, "%s%s%s", reader->subject ? reader->subject : "",
                    reader->subject ? ": " : "", message);
    return false;
}

/* FNV-1a. Its only use is to notice that a file is not what it was. */
void reader_add_fingerprint(struct reader *reader, struct span text) {
    const uint64_t prime = UINT64_C(0x100000001B3);
    uint64_t hash = reader->fingerprint ? reader->fingerprint : UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * prime;
    /* The size goes in, too, so that text cannot wander from one file to the next unseen. */
    for (uint64_t size = text.size, i = 0; i < sizeof size; i++, size >>= 8)
        hash = (hash ^ (size & 0xFF)) * prime;
    reader->fingerprint = hash;
}

const char *reader_suggest(struct reader *reader, const char *word, const char *const *candidates,
                           size_t count) {
    const char *nearest = nearest_word(word, candidates, count);
    return nearest ? arena_printf(reader->arena, "; did you mean \"%s\"?", nearest) : "";
}

bool reader_object(struct reader *reader, const struct json *item) {
    return item->kind == JSON_OBJECT ||
           reader_fault(reader, item, NULL, "must be an object, not %s",
                        json_kind_name(item->kind));
}

const struct json *reader_member(struct reader *reader, const struct json *object, const char *name,
                                 enum json_kind kind, enum need need) {
    const struct json *member = json_find(object, name);
    if (!member) {
        if (need == IS_NEEDED)
            reader_fault(reader, object, name, "\"%s\" is missing", name);
        return NULL;
    }
    if (member->kind != kind) {
        reader_fault(reader, member, NULL, "\"%s\" must be %s, not %s", name, json_kind_name(kind),
                     json_kind_name(member->kind));
        return NULL;
    }
    return member;
}

const char *reader_string(struct reader *reader, const struct json *object, const char *name,
                          enum need need) {
    const struct json *member = reader_member(reader, object, name, JSON_STRING, need);
    return member ? member->text.data : NULL;
}

const char *reader_text(struct reader *reader, const struct json *object, const char *name) {
    const char *text = reader_string(reader, object, name, IS_OPTIONAL);
    return text ? text : "";
}

const char *reader_title(struct reader *reader, const struct json *object) {
    const char *title = reader_string(reader, object, "title", IS_OPTIONAL);
    return title && *title ? title : NULL;
}

bool reader_boolean(struct reader *reader, const struct json *object, const char *name) {
    const struct json *member = reader_member(reader, object, name, JSON_BOOLEAN, IS_OPTIONAL);
    return member && member->boolean;
}

static bool is_name(struct span text) {
    if (text.size == 0 || text.size > NAME_MAX_BYTES || text.data[0] < 'a' || text.data[0] > 'z')
        return false;
    for (size_t i = 1; i < text.size; i++) {
        char c = text.data[i];
        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && c != '_')
            return false;
    }
    return true;
}

const char *reader_name(struct reader *reader, const struct json *object, const char *member) {
    const struct json *name = reader_member(reader, object, member, JSON_STRING, IS_NEEDED);
    if (!name)
        return "";
    if (!is_name(name->text))
        reader_fault(reader, name, NULL,
                     "\"%s\" is not a name: a small letter, then at most %d small letters, digits "
                     "and underscores",
                     name->text.data, NAME_MAX_BYTES - 1);
    return name->text.data;
}

bool reader_choice(struct reader *reader, const struct json *string, const char *what,
                   const char *const *words, size_t count, size_t *index) {
    struct buf list = {0};
    for (size_t i = 0; i < count; i++) {
        if (span_is(string->text, words[i])) {
            *index = i;
            buf_free(&list);
            return true;
        }
        buf_printf(&list, "%s%s", i ? ", " : "", words[i]);
    }
    reader_fault(reader, string, NULL, "unknown %s \"%s\"; accepted are %s%s", what,
                 string->text.data, buf_text(&list),
                 reader_suggest(reader, string->text.data, words, count));
    buf_free(&list);
    return false;
}

/* True when any part between slashes is "..". */
static bool has_parent_step(const char *path) {
    for (const char *part = path;; part++) {
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return true;
        part = strchr(part, '/');
        if (!part)
            return false;
    }
}

const char *reader_path(struct reader *reader, const struct json *object, const char *member) {
    const char *path = reader_string(reader, object, member, IS_NEEDED);
    if (!path)
        return NULL;
    const char *problem = path[0] == '\0'         ? "is empty"
                          : path[0] == '/'        ? "must not be absolute"
                          : strstr(path, "://")   ? "must be a file, not an address"
                          : has_parent_step(path) ? "must not contain \"..\""
                                                  : NULL;
    if (!problem)
        return path;
    reader_fault(reader, object, member, "the path \"%s\" %s", path, problem);
    return NULL;
}

bool reader_field(struct reader *reader, const struct json *name, const struct table *table,
                  size_t *index) {
    for (size_t i = 0; i < table->field_count; i++) {
        if (span_is(name->text, table->fields[i].name)) {
            *index = i;
            return true;
        }
    }
    const char **names = arena_array(reader->arena, table->field_count, sizeof *names);
    for (size_t i = 0; i < table->field_count; i++)
        names[i] = table->fields[i].name;
    bool is_subject = reader->subject && strcmp(reader->subject, table->name) == 0;
    return reader_fault(reader, name, NULL, "%s%shas no field \"%s\"%s",
                        is_subject ? "" : table->name, is_subject ? "" : " ", name->text.data,
                        reader_suggest(reader, name->text.data, names, table->field_count));
}

static bool add_field(struct reader *reader, const struct json *name, const struct table *table,
                      size_t *list, size_t *count) {
    if (name->kind != JSON_STRING)
        return reader_fault(reader, name, NULL, "must be the name of a field, not %s",
                            json_kind_name(name->kind));
    size_t index = 0;
    if (!reader_field(reader, name, table, &index))
        return false;
    for (size_t i = 0; i < *count; i++)
        if (list[i] == index)
            return reader_fault(reader, name, NULL, "\"%s\" stands twice", name->text.data);
    list[(*count)++] = index;
    return true;
}

bool reader_field_names(struct reader *reader, const struct json *names, const struct table *table,
                        const size_t **indexes, size_t *count) {
    *count = 0;
    bool is_list = names->kind == JSON_ARRAY;
    size_t *list = arena_array(reader->arena, is_list ? names->count : 1, sizeof *list);
    *indexes = list;
    if (!is_list)
        return add_field(reader, names, table, list, count);
    if (names->count == 0)
        return reader_fault(reader, names, NULL, "\"%s\" is empty",
                            names->name ? names->name : names->parent->name);
    bool is_good = true;
    for (const struct json *name = names->first; name; name = name->next)
        is_good &= add_field(reader, name, table, list, count);
    return is_good;
}

bool reader_field_list(struct reader *reader, const struct json *object, const char *member,
                       const struct table *table, const size_t **indexes, size_t *count) {
    const struct json *names = json_find(object, member);
    *count = 0;
    return names ? reader_field_names(reader, names, table, indexes, count)
                 : reader_fault(reader, object, member, "\"%s\" is missing", member);
}
