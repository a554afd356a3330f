/* "constraints" of a field: what the standard has, as far as Goldleaf keeps it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/reader.h"

#include <pcre2.h>

#define BIT(type) (1u << (type))
#define NUMBERS (BIT(FIELD_INTEGER) | BIT(FIELD_NUMBER) | BIT(FIELD_MONEY))

/* One that is not kept would be a promise broken in silence, so any other is a fault. */
static const struct constraint {
    const char *name;
    unsigned types;
} constraints[] = {
    {"required", ~0u},    {"minimum", NUMBERS},           {"exclusiveMinimum", NUMBERS},
    {"maximum", NUMBERS}, {"pattern", BIT(FIELD_STRING)}, {"enum", BIT(FIELD_ENUM)},
};

/* Rows of a gold table are computed and not cleaned, so only `required` can be kept there. */
static bool suits(const struct constraint *constraint, enum field_type type, enum table_kind kind) {
    return kind == TABLE_GOLD ? constraint == &constraints[0] : constraint->types & BIT(type);
}

static bool is_accepted(const char *name, enum field_type type, enum table_kind kind) {
    for (size_t i = 0; i < COUNT_OF(constraints); i++)
        if (strcmp(constraints[i].name, name) == 0)
            return suits(&constraints[i], type, kind);
    return strncmp(name, "goldleaf:", 9) == 0; /* its place is checked elsewhere */
}

static void fault_unknown(struct reader *reader, const struct json *member, enum field_type type,
                          enum table_kind kind) {
    const char *names[COUNT_OF(constraints)];
    size_t count = 0;
    struct buf list = {0};
    for (size_t i = 0; i < COUNT_OF(constraints); i++) {
        if (!suits(&constraints[i], type, kind))
            continue;
        buf_printf(&list, "%s%s", count ? ", " : "", constraints[i].name);
        names[count++] = constraints[i].name;
    }
    bool is_enum = strcmp(member->name, "enum") == 0 && type == FIELD_STRING && kind == TABLE_SHEET;
    reader_fault(reader, member, NULL, "no constraint \"%s\" for %s%s; accepted are %s%s",
                 member->name, kind == TABLE_GOLD ? "a gold table" : "the type ",
                 kind == TABLE_GOLD ? "" : field_type_name(type), buf_text(&list),
                 is_enum ? "; a list of words needs \"goldleaf:type\": \"enum\""
                         : reader_suggest(reader, member->name, names, count));
    buf_free(&list);
}

/* Decimal text to units of 10^-decimals, exactly; at most 15 digits in front of the point. */
static bool parse_exact(struct span text, unsigned decimals, int64_t *number) {
    size_t at = text.size && (text.data[0] == '-' || text.data[0] == '+');
    bool is_negative = at && text.data[0] == '-';
    size_t start = at;
    int64_t sum = 0;
    for (; at < text.size && ascii_is_digit(text.data[at]); at++) {
        if (at - start == 15)
            return false;
        sum = sum * 10 + (text.data[at] - '0');
    }
    if (at == start)
        return false;
    bool has_point = at < text.size && text.data[at] == '.';
    at += has_point;
    if (has_point && at == text.size)
        return false;
    for (unsigned i = 0; i < decimals; i++) {
        bool has_digit = has_point && at < text.size && ascii_is_digit(text.data[at]);
        sum = sum * 10 + (has_digit ? text.data[at] - '0' : 0);
        at += has_digit;
    }
    while (has_point && at < text.size && text.data[at] == '0') /* 5.000 is exact, too */
        at++;
    *number = is_negative ? -sum : sum;
    return at == text.size;
}

/* A limit as a JSON number or as a string; never through a double. */
static bool read_limit(struct reader *reader, const struct json *list, const char *name,
                       const struct field *field, int64_t *limit) {
    const struct json *member = json_find(list, name);
    bool is_whole = field->type == FIELD_INTEGER;
    if (!member || !is_accepted(name, field->type, TABLE_SHEET))
        return false;
    if ((member->kind == JSON_NUMBER || member->kind == JSON_STRING) &&
        parse_exact(member->text, is_whole ? 0 : 2, limit))
        return true;
    return reader_fault(reader, member, NULL, "\"%s\" must be %s, without an exponent", name,
                        is_whole ? "a whole number of at most 15 digits"
                                 : "a decimal number of at most 15 digits before the point and "
                                   "two behind it");
}

static void read_limits(struct reader *reader, const struct json *list, struct field *field) {
    int64_t exclusive = 0;
    field->has_minimum = read_limit(reader, list, "minimum", field, &field->minimum);
    field->has_maximum = read_limit(reader, list, "maximum", field, &field->maximum);
    if (read_limit(reader, list, "exclusiveMinimum", field, &exclusive)) {
        if (field->has_minimum)
            reader_fault(reader, list, "exclusiveMinimum",
                         "\"exclusiveMinimum\" stands beside \"minimum\"; give one of them");
        field->has_minimum = field->minimum_is_exclusive = true;
        field->minimum = exclusive;
    }
    if (field->has_minimum && field->has_maximum &&
        field->minimum + field->minimum_is_exclusive > field->maximum)
        reader_fault(reader, list, "maximum", "\"maximum\" leaves no value above the minimum");
}

/* The standard's patterns match the whole value, and people write them with and without ^ and $. */
static struct span without_anchors(struct span text) {
    if (text.size && text.data[0] == '^')
        text = (struct span){text.data + 1, text.size - 1};
    size_t backslashes = 0;
    while (backslashes + 1 < text.size && text.data[text.size - 2 - backslashes] == '\\')
        backslashes++;
    if (text.size && text.data[text.size - 1] == '$' && backslashes % 2 == 0)
        text.size--;
    return text;
}

static void read_pattern(struct reader *reader, const struct json *list, struct field *field) {
    const struct json *member = reader_member(reader, list, "pattern", JSON_STRING, IS_OPTIONAL);
    if (!member)
        return;
    struct span text = without_anchors(member->text);
    int code;
    size_t offset;
    /* Anchored by options and not by brackets around the text, so that "a)|(b" stays a fault. */
    const uint32_t options =
        PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
    field->pattern_text = member->text.data;
    field->pattern = pcre2_compile((PCRE2_SPTR)text.data, text.size, options, &code, &offset, NULL);
    if (field->pattern)
        return;
    PCRE2_UCHAR message[160];
    pcre2_get_error_message(code, message, sizeof message);
    reader_fault(reader, member, NULL, "\"%s\" is no pattern: %s, at character %zu", text.data,
                 (const char *)message, offset + 1);
}

void model_read_constraints(struct reader *reader, const struct json *json, enum table_kind kind,
                            struct field *field) {
    const struct json *list = reader_member(reader, json, "constraints", JSON_OBJECT, IS_OPTIONAL);
    if (!list)
        return;
    for (const struct json *member = list->first; member; member = member->next)
        if (!is_accepted(member->name, field->type, kind))
            fault_unknown(reader, member, field->type, kind);
    field->required = reader_boolean(reader, list, "required");
    if (kind == TABLE_GOLD)
        return;
    read_limits(reader, list, field);
    if (is_accepted("pattern", field->type, kind))
        read_pattern(reader, list, field);
}
