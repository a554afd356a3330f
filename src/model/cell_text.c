/* What is done to text: trim, missing words, formula errors, words, e-mail, case, pattern. */
#include "model/cell_scan.h"
#include "model/words.h"

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

/* White space beyond U+07FF, in UTF-8: U+1680, U+2000 to U+200B, U+2028, U+2029, U+202F, U+205F,
 * U+3000, U+FEFF. */
static bool is_wide_space(const unsigned char at[static 3]) {
    if (at[0] == 0xE2 && at[1] == 0x80)
        return (at[2] >= 0x80 && at[2] <= 0x8B) || at[2] == 0xA8 || at[2] == 0xA9 || at[2] == 0xAF;
    return (at[0] == 0xE2 && at[1] == 0x81 && at[2] == 0x9F) ||
           (at[0] == 0xE1 && at[1] == 0x9A && at[2] == 0x80) ||
           (at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x80) ||
           (at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF);
}

/* The size of the white space character at the start of `size` bytes, or 0. */
static size_t space_size(const char *text, size_t size) {
    const unsigned char *at = (const unsigned char *)text;
    if (size >= 1 && (at[0] == ' ' || (at[0] >= '\t' && at[0] <= '\r')))
        return 1;
    if (size >= 2 && at[0] == 0xC2 && (at[1] == 0x85 || at[1] == 0xA0))
        return 2;
    return size >= 3 && is_wide_space(at) ? 3 : 0;
}

/* The same at the end: a lead byte cannot be taken for the rest of another character. */
static size_t last_space_size(const char *text, size_t size) {
    for (size_t length = 1; length <= 3 && length <= size; length++)
        if (space_size(text + size - length, length) == length)
            return length;
    return 0;
}

static bool is_visible_ascii(char c) {
    return c > ' ' && c < 0x7F;
}

struct span cell_trim(struct span text) {
    if (text.size && is_visible_ascii(text.data[0]) && is_visible_ascii(text.data[text.size - 1]))
        return text;
    for (size_t size; (size = space_size(text.data, text.size)) > 0;)
        text = (struct span){text.data + size, text.size - size};
    for (size_t size; (size = last_space_size(text.data, text.size)) > 0;)
        text.size -= size;
    return text;
}

bool cell_is_blank(struct span text) {
    return cell_trim(text).size == 0;
}

bool cell_is_missing(const struct field *field, struct span text) {
    if (text.size == 0)
        return true;
    char first = ascii_lower(text.data[0]);
    for (size_t i = 0; i < field->missing_value_count; i++) {
        struct span word = field->missing_values[i];
        if (word.size == text.size && ascii_lower(word.data[0]) == first &&
            span_equal_nocase(word, text))
            return true;
    }
    return false;
}

bool cell_is_formula_error(struct span text) {
    static const char *const errors[] = {"#REF!", "#VALUE!", "#NAME?",  "#DIV/0!",
                                         "#NUM!", "#NULL!",  "#ERROR!", "Loading..."};
    if (text.size == 0 || (text.data[0] != '#' && ascii_lower(text.data[0]) != 'l'))
        return false;
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (span_equal_nocase(text, span_from(errors[i])))
            return true;
    return false;
}

bool cell_parse_boolean(struct span text, int64_t *boolean) {
    static const char *const words[] = {"false", "no", "0", "true", "yes", "1"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!span_equal_nocase(text, span_from(words[i])))
            continue;
        *boolean = i >= COUNT_OF(words) / 2;
        return true;
    }
    return false;
}

/* A capital at the start of each word; a word goes on over digits, apostrophes and what is beyond
 * ASCII, but blanks. */
static struct span fold_to_title(struct span text, struct arena *arena) {
    char *copy = arena_alloc(arena, text.size + 1);
    bool is_inside = false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        copy[i] = is_inside ? ascii_lower(c) : ascii_upper(c);
        is_inside = ascii_is_alpha(c) || ascii_is_digit(c) || c == '\'' ||
                    ((unsigned char)c >= 0x80 && !last_space_size(text.data, i + 1));
    }
    return (struct span){copy, text.size};
}

static struct span fold_case(struct span text, enum field_case text_case, struct arena *arena) {
    if (text_case == CASE_KEEP)
        return text;
    if (text_case == CASE_TITLE)
        return fold_to_title(text, arena);
    const char first = text_case == CASE_LOWER ? 'A' : 'a';
    size_t same = 0;
    while (same < text.size && (unsigned char)(text.data[same] - first) >= 26)
        same++;
    if (same == text.size)
        return text;
    char *copy = arena_alloc(arena, text.size + 1);
    memcpy(copy, text.data, same);
    for (size_t i = same; i < text.size; i++)
        copy[i] = text_case == CASE_LOWER ? ascii_lower(text.data[i]) : ascii_upper(text.data[i]);
    return (struct span){copy, text.size};
}

/* The signs that RFC 5322 keeps for lists, brackets and comments, as in "Ann <ann@x.org>". */
static bool is_address_special(unsigned char c) {
    switch (c) {
    case '(':
    case ')':
    case '<':
    case '>':
    case '[':
    case ']':
    case ':':
    case ';':
    case ',':
    case '@':
    case '\\':
    case '"':
        return true;
    default:
        return false;
    }
}

/* Letters beyond ASCII are let through: there are such addresses. */
static bool is_local_part(struct span text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c == 0x7F || is_address_special(c))
            return false;
        if (c >= 0x80 && space_size(text.data + i, text.size - i))
            return false;
    }
    return text.size > 0;
}

static bool is_domain_character(struct span text, size_t i) {
    char c = text.data[i];
    if (ascii_is_alpha(c) || ascii_is_digit(c) || c == '-')
        return true;
    return (unsigned char)c >= 0x80 && !space_size(text.data + i, text.size - i);
}

/* Labels with a dot between them; the last one has at least two characters. */
static bool is_domain(struct span text) {
    size_t dots = 0, label = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '.') {
            if (!is_domain_character(text, i))
                return false;
            label += ((unsigned char)text.data[i] & 0xC0) != 0x80; /* characters, not bytes */
            continue;
        }
        if (label == 0)
            return false;
        dots++;
        label = 0;
    }
    return dots > 0 && label >= 2;
}

bool cell_parse_email(struct span text, struct arena *arena, struct span *email) {
    const char *at = text.size ? memchr(text.data, '@', text.size) : NULL;
    if (!at)
        return false;
    size_t local = (size_t)(at - text.data);
    if (!is_local_part((struct span){text.data, local}) ||
        !is_domain((struct span){at + 1, text.size - local - 1}))
        return false;
    *email = fold_case(text, CASE_LOWER, arena);
    return true;
}

bool cell_parse_currency(const struct field *field, struct span text, struct arena *arena,
                         struct span *code) {
    if (words_find(field->words, text, code))
        return true;
    if (text.size != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!ascii_is_alpha(text.data[i]))
            return false;
    *code = fold_case(text, CASE_UPPER, arena);
    return true;
}

static void *pattern_alloc(size_t size, void *unused) {
    (void)unused;
    return memory_alloc(size);
}

static void pattern_free(void *memory, void *unused) {
    (void)unused;
    free(memory);
}

static bool fits_pattern(void *pattern, struct span text) {
    /* Memory of our own kind: a full heap must not look like a text that does not match. */
    pcre2_general_context *memory = pcre2_general_context_create(pattern_alloc, pattern_free, NULL);
    pcre2_match_data *match = pcre2_match_data_create(1, memory);
    int count = pcre2_match(pattern, (PCRE2_SPTR)text.data, text.size, 0, 0, match, NULL);
    pcre2_match_data_free(match);
    pcre2_general_context_free(memory);
    return count >= 0;
}

/* What stands before the first separator, for cells that hold a list. */
static struct span first_item(const struct field *field, struct span text) {
    if (!field->first_of)
        return text;
    const char *end = memmem(text.data, text.size, field->first_of, strlen(field->first_of));
    return end ? cell_trim((struct span){text.data, (size_t)(end - text.data)}) : text;
}

bool cell_parse_enum(const struct field *field, struct span text, struct span *stored) {
    struct span item = first_item(field, text);
    return field->words_are_prefixes ? words_find_prefix(field->words, item, stored)
                                     : words_find(field->words, item, stored);
}

bool cell_parse_string(const struct field *field, struct span text, struct arena *arena,
                       struct span *stored) {
    text = first_item(field, text);
    if (text.size == 0)
        return false;
    if (words_find(field->words, text, stored))
        return true;
    if (field->pattern && !fits_pattern(field->pattern, text))
        return false;
    *stored = fold_case(text, field->text_case, arena);
    return true;
}
