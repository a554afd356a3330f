/* The words of an enum or of a currency, and the values that stand in for others. */
#include "model/cell.h"
#include "model/reader.h"
#include "model/words.h"

/* Where the values of an enum stand: "categories" of the standard, or constraints.enum. */
static const struct json *find_categories(struct reader *reader, const struct json *json) {
    const struct json *categories =
        reader_member(reader, json, "categories", JSON_ARRAY, IS_OPTIONAL);
    const struct json *constraint = json_find(json_find(json, "constraints"), "enum");
    if (categories && constraint)
        reader_fault(reader, constraint, NULL,
                     "\"enum\" stands beside \"categories\"; give one of them");
    if (!categories && constraint)
        categories = reader_member(reader, constraint->parent, "enum", JSON_ARRAY, IS_OPTIONAL);
    else if (!json_find(json, "categories"))
        reader_fault(reader, json, "categories",
                     "\"categories\" is missing: the values of an enum");
    return categories;
}

static size_t count_aliases(const struct json *aliases) {
    size_t count = 0;
    for (const struct json *list = aliases ? aliases->first : NULL; list; list = list->next)
        count += list->count;
    return count;
}

struct word_list {
    struct word *items;
    const struct json **places;
    size_t count;
};

static void add_word(struct word_list *list, const struct json *place, struct span value) {
    list->items[list->count] = (struct word){place->text, value};
    list->places[list->count++] = place;
}

/* Values may be strings or, in the standard's second version, objects with value and label. */
static void add_categories(struct reader *reader, const struct json *categories,
                           struct word_list *list) {
    for (const struct json *item = categories->first; item; item = item->next) {
        const struct json *value = item->kind == JSON_OBJECT ? json_find(item, "value") : item;
        if (value && value->kind == JSON_STRING && value->text.size)
            add_word(list, value, value->text);
        else
            reader_fault(reader, item, NULL, "must be a string that is not empty");
    }
    if (categories->count == 0)
        reader_fault(reader, categories, NULL, "\"%s\" is empty", categories->name);
}

static bool is_category(const struct word_list *list, size_t category_count, struct span text) {
    for (size_t i = 0; i < category_count; i++)
        if (span_equal(list->items[i].text, text))
            return true;
    return false;
}

static bool is_currency_code(struct span text) {
    if (text.size != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return true;
}

/* The value that aliases of a string stand for is its key, which has no text of its own. */
static void check_alias_value(struct reader *reader, const struct json *words,
                              const struct field *field) {
    struct json value = *words;
    value.kind = JSON_STRING;
    value.text = span_from(words->name);
    model_check_stored(reader, &value, field);
}

/* "sold": ["active", "valid"] */
static void add_aliases(struct reader *reader, const struct json *aliases,
                        const struct field *field, struct word_list *list) {
    size_t category_count = list->count;
    for (const struct json *words = aliases->first; words; words = words->next) {
        struct span value = span_from(words->name);
        if (field->type == FIELD_CURRENCY && !is_currency_code(value))
            reader_fault(reader, words, NULL, "\"%s\" is no currency: three capital letters",
                         words->name);
        if (field->type == FIELD_ENUM && !is_category(list, category_count, value))
            reader_fault(reader, words, NULL, "\"%s\" is not among the categories", words->name);
        if (field->type == FIELD_STRING)
            check_alias_value(reader, words, field);
        if (words->kind != JSON_ARRAY) {
            reader_fault(reader, words, NULL, "\"%s\" must be an array, not %s", words->name,
                         json_kind_name(words->kind));
            continue;
        }
        for (const struct json *word = words->first; word; word = word->next) {
            if (word->kind == JSON_STRING && word->text.size)
                add_word(list, word, value);
            else
                reader_fault(reader, word, NULL, "must be a string that is not empty");
        }
    }
}

/* A text that stands for a value, here and once more elsewhere. */
static bool check_meaning(struct reader *reader, const struct words *words, struct span text,
                          struct span value, const struct json *place) {
    struct span other;
    if (!words_find(words, text, &other) || span_equal(other, value))
        return true;
    return reader_fault(reader, place, NULL, "\"%.*s\" stands for \"%.*s\" and for \"%.*s\"",
                        SPAN_ARG(text), SPAN_ARG(other), SPAN_ARG(value));
}

/* What a cell with the word becomes, when that is not the value. */
static void check_reach(struct reader *reader, const struct field *field, const struct word *word,
                        const struct json *place) {
    struct cell cell = cell_clean(field, word->text, reader->arena);
    bool is_read = !cell.rule && cell.value.kind != VALUE_NULL;
    struct span stored = is_read ? value_span(cell.value) : SPAN("");
    if (is_read && span_equal(stored, word->value))
        return;
    const char *why =
        is_read       ? arena_printf(reader->arena, "it is stored as \"%.*s\"", SPAN_ARG(stored))
        : cell.reason ? cell.reason
                      : "it means a missing one";
    reader_fault(reader, place, NULL, "no cell with \"%.*s\" is read as \"%.*s\": %s",
                 SPAN_ARG(word->text), SPAN_ARG(word->value), why);
}

/* The first meaning of a word is in the table, so a later one that differs shows there. The value
 * that aliases of a string stand for is no word of its own, but may be an alias of another. */
static void check_meanings(struct reader *reader, const struct field *field,
                           const struct word_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct word *word = &list->items[i];
        const struct json *place = list->places[i], *words = place->parent;
        bool is_good = check_meaning(reader, field->words, word->text, word->value, place);
        if (field->type != FIELD_STRING)
            continue;
        if (is_good)
            check_reach(reader, field, word, place);
        if (place == words->first)
            check_meaning(reader, field->words, word->value, word->value, words);
    }
}

static void read_unknown(struct reader *reader, const struct json *json, struct field *field,
                         const struct word_list *list, size_t category_count) {
    const struct json *unknown =
        reader_member(reader, json, "goldleaf:unknown", JSON_STRING, IS_OPTIONAL);
    if (!unknown)
        return;
    field->unknown_value = unknown->text.data;
    if (!is_category(list, category_count, unknown->text))
        reader_fault(reader, unknown, NULL, "\"%s\" is not among the categories",
                     unknown->text.data);
}

bool model_check_stored(struct reader *reader, const struct json *value,
                        const struct field *field) {
    if (value->kind != JSON_STRING && value->kind != JSON_NUMBER)
        return reader_fault(reader, value, NULL, "must be a string or a number, not %s",
                            json_kind_name(value->kind));
    struct field strict = *field;
    strict.unknown_value = NULL;
    struct cell cell = cell_clean(&strict, value->text, reader->arena);
    const char *text = value->text.data;
    if (cell.rule || cell.value.kind == VALUE_NULL)
        return reader_fault(reader, value, NULL, "\"%s\" is no value of %s: %s", text, field->name,
                            cell.reason ? cell.reason : "it means a missing one");
    if (field_is_text(field->type) && !span_equal(value_span(cell.value), value->text))
        return reader_fault(reader, value, NULL, "\"%s\" is stored as \"%.*s\"; write that", text,
                            SPAN_ARG(value_span(cell.value)));
    return true;
}

static void read_default(struct reader *reader, const struct json *json, struct field *field) {
    const struct json *member = json_find(json, "goldleaf:default");
    if (!member)
        return;
    model_check_stored(reader, member, field);
    field->default_value = member->text.data;
}

void model_read_words(struct reader *reader, const struct json *json, struct field *field) {
    bool is_enum = field->type == FIELD_ENUM;
    bool has_words = is_enum || field->type == FIELD_CURRENCY ||
                     (field->type == FIELD_STRING && json_find(json, "goldleaf:aliases"));
    if (has_words) {
        const struct json *categories = is_enum ? find_categories(reader, json) : NULL;
        const struct json *aliases =
            reader_member(reader, json, "goldleaf:aliases", JSON_OBJECT, IS_OPTIONAL);
        size_t most = (categories ? categories->count : 0) + count_aliases(aliases);
        struct word_list list = {.items = arena_array(reader->arena, most, sizeof *list.items),
                                 .places = arena_array(reader->arena, most, sizeof *list.places)};
        if (categories)
            add_categories(reader, categories, &list);
        size_t category_count = list.count;
        if (aliases)
            add_aliases(reader, aliases, field, &list);
        field->words = words_build(reader->arena, list.items, list.count);
        field->word_list = list.items;
        field->word_count = list.count;
        check_meanings(reader, field, &list);
        if (categories)
            read_unknown(reader, json, field, &list, category_count);
    }
    read_default(reader, json, field);
}
