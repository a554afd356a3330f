/* Properties in words: every member of a descriptor's object, known to us or not. */
#include "model/model_diff_parts.h"

#include <stdarg.h>

#define VALUE_MOST 120 /* bytes of a value that are shown */

/* How a property is called; others go by their own name. */
static const struct property {
    const char *name, *words;
    bool is_prose; /* a long text, which is not quoted */
    bool is_aside; /* no row follows from it */
} WORDS[] = {
    {"$schema", "the profile", false, true},
    {"title", "the title", true, true},
    {"description", "the description", true, true},
    {"version", "the version", false, true},
    {"name", "the name", false, true},
    {"path", "the path", false, false},
    {"missingValues", "words for a missing cell", false, false},
    {"categories", "words", false, false},
    {"enum", "words", false, false},
    {"goldleaf:timeZone", "the time zone", false, false},
    {"goldleaf:dateForms", "forms of dates", false, false},
    {"goldleaf:aliases", "aliases", false, false},
    {"goldleaf:unknown", "the stand-in for an unknown word", false, false},
    {"goldleaf:default", "the value of a missing cell", false, false},
    {"goldleaf:case", "the letter case", false, false},
    {"goldleaf:onError", "what a bad cell does", false, false},
    {"goldleaf:notBefore", "the column that it must not precede", false, false},
    {"goldleaf:nullWhen", "when it means nothing", false, false},
    {"goldleaf:match", "what must agree with the parent", false, false},
    {"goldleaf:clusterBy", "the clustering", false, false},
    {"goldleaf:distributeBy", "the distribution", false, false},
    {"goldleaf:report", "the dashboard", true, true},
    {"scope", "the scope", false, false},
    {"additiveOver", "the unit it adds up", false, false},
    {"showBy", "the order of a short list", false, true},
};

/* Inside of one of them, names are the user's own: an alias may stand for "title". */
static struct property property_of(const struct comparison *self, const struct json *value) {
    for (size_t i = 0; i < COUNT_OF(WORDS) && !self->within; i++)
        if (strcmp(value->name, WORDS[i].name) == 0)
            return WORDS[i];
    return (struct property){value->name, value->name, false, false};
}

void comparison_add(const struct comparison *self, const struct json *where,
                    enum model_change change, const char *loss, const char *format, ...) {
    struct buf text = {0}, place = {0};
    va_list arguments;
    buf_add_text(&text, self->within ? self->within : "");
    va_start(arguments, format);
    buf_vprintf(&text, format, arguments);
    va_end(arguments);
    json_add_path(&place, where);
    const struct model_difference difference = {
        .change = change,
        .place = arena_printf(self->arena, "datapackage.json%s%s", place.size ? ": " : "",
                              buf_text(&place)),
        .subject = self->subject,
        .text = arena_string(self->arena, buf_span(&text)),
        .loss = loss,
        .table = self->table,
        .sheet = self->sheet,
        .column = self->column,
        .is_aside = self->is_aside};
    model_diff_add(self->arena, self->diff, &difference);
    buf_free(&text);
    buf_free(&place);
}

const char *comparison_text(const struct json *object, const char *name) {
    const struct json *member = json_find(object, name);
    return member && member->kind == JSON_STRING ? member->text.data : "";
}

/* Cut between characters, and said to be. */
static const char *shorten(struct arena *arena, struct span text) {
    if (text.size <= VALUE_MOST)
        return arena_string(arena, text);
    size_t size = VALUE_MOST;
    while (size && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return arena_printf(arena, "%.*s...", (int)size, text.data);
}

const char *comparison_value(struct arena *arena, const struct json *value) {
    struct buf text = {0};
    struct json_writer json = json_writer_start(&text, JSON_COMPACT);
    json_add_json(&json, NULL, value);
    const char *result = shorten(arena, buf_span(&text));
    buf_free(&text);
    return result;
}

const char *comparison_names(struct arena *arena, const struct json *names) {
    struct buf text = {0};
    if (names && names->kind == JSON_STRING)
        return names->text.data;
    for (const struct json *name = names ? names->first : NULL; name; name = name->next)
        buf_printf(&text, "%s%s", text.size ? ", " : "",
                   name->kind == JSON_STRING ? name->text.data : comparison_value(arena, name));
    const char *result = arena_string(arena, buf_span(&text));
    buf_free(&text);
    return result;
}

/* ---- lists ---- */

static bool has_item(const struct json *list, const struct json *item) {
    for (const struct json *other = list->first; other; other = other->next)
        if (json_equal(other, item))
            return true;
    return false;
}

/* The items of `list` that are not in `other`: "vip, staff". */
static const char *items_beyond(struct arena *arena, const struct json *list,
                                const struct json *other) {
    struct buf text = {0};
    for (const struct json *item = list->first; item; item = item->next) {
        if (has_item(other, item))
            continue;
        const char *value = item->kind == JSON_STRING && item->text.size
                                ? item->text.data
                                : comparison_value(arena, item);
        buf_printf(&text, "%s%s", text.size ? ", " : "", value);
    }
    const char *result = shorten(arena, buf_span(&text));
    buf_free(&text);
    return result;
}

static void compare_lists(const struct comparison *self, const char *words,
                          const struct json *before, const struct json *after) {
    const char *added = items_beyond(self->arena, after, before);
    const char *removed = items_beyond(self->arena, before, after);
    if (*added || *removed)
        comparison_add(self, after, CHANGE_OTHER, NULL, "%s: %s%s%s%s%s", words,
                       *added ? "new is " : "", added, *added && *removed ? ", " : "",
                       *removed ? "gone is " : "", removed);
    else
        comparison_add(self, after, CHANGE_OTHER, NULL, "%s: in another order", words);
}

/* ---- one member ---- */

static bool is_in(const char *name, const char *const *known) {
    for (; *known; known++)
        if (strcmp(name, *known) == 0)
            return true;
    return false;
}

/* Inside an object the members are told one by one: "aliases: web: new is www". */
static struct comparison of_members(const struct comparison *whole,
                                    const struct property *property) {
    static const char *const speaking[] = {"constraints", "reference", NULL}; /* minimum, fields */
    struct comparison members = *whole;
    if (!is_in(property->name, speaking))
        members.within = arena_printf(whole->arena, "%s%s: ", whole->within ? whole->within : "",
                                      property->words);
    return members;
}

static void compare_member(const struct comparison *whole, const struct json *before,
                           const struct json *after) {
    struct comparison member = *whole, *self = &member;
    const struct property property = property_of(self, before);
    const char *words = property.words;
    self->is_aside |= property.is_aside;
    const struct comparison inside = of_members(self, &property);
    if (property.is_prose)
        comparison_add(self, after, CHANGE_OTHER, NULL, "%s is another one", words);
    else if (before->kind == JSON_ARRAY && after->kind == JSON_ARRAY)
        compare_lists(self, words, before, after);
    else if (before->kind == JSON_OBJECT && after->kind == JSON_OBJECT)
        comparison_members(&inside, before, after, (const char *const[]){NULL});
    else
        comparison_add(self, after, CHANGE_OTHER, NULL, "%s was %s and is %s", words,
                       comparison_value(self->arena, before), comparison_value(self->arena, after));
}

/* A member that is on one side only. */
static void add_lonely(const struct comparison *whole, const struct json *member, bool is_new) {
    struct comparison copy = *whole, *self = &copy;
    const struct property property = property_of(self, member);
    self->is_aside |= property.is_aside;
    const struct comparison inside = of_members(self, &property);
    const char *verb = is_new ? "is new" : "is gone";
    if (member->kind == JSON_OBJECT && member->count)
        for (const struct json *child = member->first; child; child = child->next)
            add_lonely(&inside, child, is_new);
    else if (property.is_prose)
        comparison_add(self, member, CHANGE_OTHER, NULL, "%s %s", property.words, verb);
    else
        comparison_add(self, member, CHANGE_OTHER, NULL, "%s: %s %s", property.words,
                       comparison_value(self->arena, member), verb);
}

void comparison_members(const struct comparison *self, const struct json *before,
                        const struct json *after, const char *const *known) {
    for (const struct json *member = after ? after->first : NULL; member; member = member->next) {
        const struct json *other = json_find(before, member->name);
        if (is_in(member->name, known) || json_equal(member, other))
            continue;
        if (other)
            compare_member(self, other, member);
        else
            add_lonely(self, member, true);
    }
    for (const struct json *member = before ? before->first : NULL; member; member = member->next)
        if (!is_in(member->name, known) && !json_find(after, member->name))
            add_lonely(self, member, false);
}
