/* names.json: the words that people use for columns, so that no C file has to know them. */
#include "base/asset.h"
#include "draft/draft_parts.h"
#include "json/json.h"

static void read_list(struct arena *arena, const struct json *list, struct words_list *words) {
    words->items = arena_array(arena, list->count, sizeof *words->items);
    for (const struct json *item = list->first; item; item = item->next)
        words->items[words->count++] = item->text;
}

/* The file is part of the program: that it is whole is checked by every test of `model init`. */
void hints_read(struct arena *arena, struct hints *hints) {
    static const char *const names[] = {
        [HINT_IDENTIFIER] = "identifier",
        [HINT_LITERAL] = "literal",
        [HINT_MONEY] = "money",
        [HINT_MEASURE] = "measure",
        [HINT_EACH] = "each",
        [HINT_CURRENCY] = "currency",
        [HINT_SIGN] = "sign",
        [HINT_ENUM] = "enum",
        [HINT_TEXT] = "text",
        [HINT_FLAG] = "flag",
        [HINT_BIRTH] = "birth",
        [HINT_POSITION] = "position",
        [HINT_MISSING] = "missing",
        [HINT_PERHAPS_MISSING] = "perhapsMissing",
        [HINT_TOTAL] = "total",
    };
    struct span text;
    struct err err;
    const struct json *document = NULL;
    *hints = (struct hints){0};
    if (!asset_find("draft/names.json", &text) || !json_read(arena, text, &document, &err))
        return;
    for (size_t i = 0; i < HINT_COUNT; i++) {
        const struct json *list = json_find(document, names[i]);
        if (list)
            read_list(arena, list, &hints->lists[i]);
    }
}

int hints_find(const struct hints *hints, enum hint hint, struct span text) {
    const struct words_list *list = &hints->lists[hint];
    for (size_t i = 0; i < list->count; i++)
        if (span_equal_nocase(list->items[i], text))
            return (int)i;
    return -1;
}

static struct span last_word(struct span name) {
    size_t start = name.size;
    while (start > 0 && name.data[start - 1] != '_')
        start--;
    return (struct span){name.data + start, name.size - start};
}

bool hints_has_last_word(const struct hints *hints, enum hint hint, const char *name) {
    return hints_find(hints, hint, last_word(span_from(name))) >= 0;
}

bool hints_has_any_word(const struct hints *hints, enum hint hint, const char *name) {
    for (const char *at = name; *at;) {
        size_t size = strcspn(at, "_");
        if (hints_find(hints, hint, (struct span){at, size}) >= 0)
            return true;
        at += size + (at[size] == '_');
    }
    return false;
}

static bool ends_with(struct span text, struct span ending) {
    return text.size >= ending.size &&
           memcmp(text.data + text.size - ending.size, ending.data, ending.size) == 0;
}

/* The plural of a word as English sheets have it. */
static bool is_plural_of(struct span plural, struct span word) {
    if (span_equal(plural, word))
        return true;
    if (word.size < 2 || plural.size <= word.size - 1 ||
        memcmp(plural.data, word.data, word.size - 1) != 0)
        return false;
    bool has_y = word.data[word.size - 1] == 'y' && ends_with(plural, SPAN("ies"));
    struct span rest = {plural.data + word.size, plural.size - word.size};
    if (has_y)
        return plural.size == word.size + 2;
    return plural.data[word.size - 1] == word.data[word.size - 1] &&
           (span_is(rest, "s") || span_is(rest, "es"));
}

bool hints_is_named_after(struct span word, const char *sheet) {
    struct span name = span_from(sheet);
    return word.size && (is_plural_of(name, word) || is_plural_of(last_word(name), word));
}

struct span hints_base(const struct hints *hints, const char *name) {
    struct span text = span_from(name), last = last_word(text);
    if (last.size == text.size || hints_find(hints, HINT_IDENTIFIER, last) < 0)
        return SPAN("");
    return (struct span){name, text.size - last.size - 1};
}
