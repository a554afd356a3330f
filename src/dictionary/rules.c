/* What becomes of a cell, in words. */
#include "dictionary/dictionary_parts.h"
#include "model/words.h"

#include <inttypes.h>

const char *rules_type(enum field_type type) {
    switch (type) {
    case FIELD_STRING:
        return "Text";
    case FIELD_INTEGER:
        return "Whole number";
    case FIELD_NUMBER:
        return "Number, exact to hundredths";
    case FIELD_MONEY:
        return "Money, exact to hundredths";
    case FIELD_DATE:
        return "Date";
    case FIELD_DATETIME:
        return "Date and time";
    case FIELD_BOOLEAN:
        return "Yes or no";
    case FIELD_EMAIL:
        return "E-mail address";
    case FIELD_ENUM:
        return "One of a few words";
    case FIELD_CURRENCY:
        return "Currency";
    case FIELD_RATE:
        return "Rate, a fraction";
    }
    return "";
}

bool rules_is_key(const size_t *key, size_t count, size_t index) {
    for (size_t i = 0; i < count; i++)
        if (key[i] == index)
            return true;
    return false;
}

void rules_add_names(struct buf *out, const struct field *fields, const size_t *indexes,
                     size_t count) {
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%s", i ? ", " : "", fields[indexes[i]].name);
}

static void add_limit(struct buf *out, const char *words, const struct field *field,
                      int64_t limit) {
    bool is_hundredths = field->type == FIELD_MONEY || field->type == FIELD_NUMBER;
    uint64_t size = limit < 0 ? 0 - (uint64_t)limit : (uint64_t)limit;
    buf_printf(out, " %s %s", words, limit < 0 ? "-" : "");
    if (!is_hundredths || size % 100 == 0)
        buf_printf(out, "%" PRIu64 ".", is_hundredths ? size / 100 : size);
    else
        buf_printf(out, "%" PRIu64 ".%02" PRIu64 ".", size / 100, size % 100);
}

static void add_limits(struct buf *out, const struct field *field) {
    if (field->has_minimum)
        add_limit(out, field->minimum_is_exclusive ? "More than" : "At least", field,
                  field->minimum);
    if (field->has_maximum)
        add_limit(out, "At most", field, field->maximum);
}

static bool is_category(const struct word *word) {
    return span_equal(word->text, word->value);
}

/* "One of: sold, used." */
static void add_categories(struct buf *out, const struct field *field) {
    bool is_first = true;
    if (field->type != FIELD_ENUM)
        return;
    buf_add_text(out, field->words_are_prefixes ? " Begins with one of: " : " Values: ");
    for (size_t i = 0; i < field->word_count; i++) {
        if (!is_category(&field->word_list[i]))
            continue;
        buf_printf(out, "%s%.*s", is_first ? "" : ", ", SPAN_ARG(field->word_list[i].text));
        is_first = false;
    }
    buf_add_char(out, '.');
}

/* "Also read: active, valid as sold; scanned as used." */
static void add_aliases(struct buf *out, const struct field *field) {
    struct span value = SPAN("");
    bool has_any = false;
    for (size_t i = 0; i < field->word_count; i++) {
        const struct word *word = &field->word_list[i];
        if (is_category(word))
            continue;
        bool is_same = has_any && span_equal(word->value, value);
        if (has_any && !is_same)
            buf_printf(out, " as %.*s;", SPAN_ARG(value));
        buf_printf(out, "%s%.*s",
                   !has_any  ? " Also read: "
                   : is_same ? ", "
                             : " ",
                   SPAN_ARG(word->text));
        value = word->value;
        has_any = true;
    }
    if (has_any)
        buf_printf(out, " as %.*s.", SPAN_ARG(value));
}

static void add_date_forms(struct buf *out, const struct field *field) {
    bool is_date = field->type == FIELD_DATE || field->type == FIELD_DATETIME;
    for (size_t i = 0; is_date && i < field->date_form_count; i++)
        buf_printf(out, "%s%s", i ? ", " : " Read as ", date_form_name(field->date_forms[i]));
    if (is_date && field->date_form_count)
        buf_add_char(out, '.');
}

static void add_condition(struct buf *out, const struct sheet_model *sheet,
                          const struct field *field) {
    if (field->null_when < 0)
        return;
    buf_printf(out, " Means nothing where %s is ", sheet->fields[field->null_when].name);
    for (size_t i = 0; i < field->null_value_count; i++)
        buf_printf(out, "%s%.*s", i ? " or " : "", SPAN_ARG(field->null_values[i]));
    buf_add_text(out, ", and becomes empty there, with a warning.");
}

static const char *case_words(enum field_case text_case) {
    switch (text_case) {
    case CASE_KEEP:
        break;
    case CASE_LOWER:
        return " Stored in small letters.";
    case CASE_UPPER:
        return " Stored in capitals.";
    case CASE_TITLE:
        return " Stored with a capital at the start of each word.";
    }
    return "";
}

static void add_bad_cell(struct buf *out, const struct field *field) {
    bool always_reads = field->type == FIELD_STRING && !field->pattern_text && !field->first_of;
    if (field->unknown_value)
        buf_printf(out, " An unknown word becomes %s, with a warning.", field->unknown_value);
    if (!always_reads && !field->unknown_value)
        buf_add_text(out, field->on_error == ON_ERROR_NULL && !field->required
                              ? " A bad cell becomes empty, with a warning."
                              : " A bad cell rejects its row.");
}

void rules_add_missing(struct buf *out, const struct field *field) {
    bool is_first = true;
    for (size_t i = 0; i < field->missing_value_count; i++) {
        if (field->missing_values[i].size == 0)
            continue;
        buf_printf(out, "%s%.*s", is_first ? "" : ", ", SPAN_ARG(field->missing_values[i]));
        is_first = false;
    }
}

/* Words of its own; those of the sheet are said once, above its table. */
static void add_own_missing(struct buf *out, const struct sheet_model *sheet,
                            const struct field *field) {
    struct buf own = {0}, first = {0};
    rules_add_missing(&own, field);
    rules_add_missing(&first, &sheet->fields[0]);
    if (!span_equal(buf_span(&own), buf_span(&first)))
        buf_printf(out, " Counts as empty: %s.", own.size ? buf_text(&own) : "only the empty cell");
    buf_free(&own);
    buf_free(&first);
}

void rules_add(struct buf *out, const struct sheet_model *sheet, const struct field *field) {
    buf_add_text(out, field->required && !field->default_value
                          ? "Required: a row without it is rejected."
                          : "May be empty.");
    add_categories(out, field);
    add_aliases(out, field);
    add_date_forms(out, field);
    add_limits(out, field);
    if (field->not_before >= 0)
        buf_printf(out, " Not before %s.", sheet->fields[field->not_before].name);
    if (field->pattern_text)
        buf_printf(out, " Has the form %s", field->pattern_text);
    if (field->pattern_text)
        buf_add_char(out, '.');
    if (field->first_of)
        buf_printf(out, " Of a list with \"%s\" between its items, the first counts.",
                   field->first_of);
    buf_add_text(out, case_words(field->text_case));
    add_condition(out, sheet, field);
    if (field->default_value)
        buf_printf(out, " A missing one becomes %s.", field->default_value);
    add_own_missing(out, sheet, field);
    add_bad_cell(out, field);
}

void rules_add_keys(struct buf *out, const struct sheet_model *sheet) {
    buf_add_text(out, "One row per ");
    rules_add_names(out, sheet->fields, sheet->key, sheet->key_count);
    buf_add_text(out, "; of several rows with the same key, the last one counts.");
    for (size_t i = 0; i < sheet->unique_count; i++) {
        buf_add_text(out, " The same goes for ");
        rules_add_names(out, sheet->fields, sheet->unique[i].fields, sheet->unique[i].field_count);
        buf_add_char(out, '.');
    }
}

static void add_match(struct buf *out, const struct sheet_model *sheet,
                      const struct sheet_model *parent, const struct reference_match *match) {
    buf_printf(out, " %s must be the same as %s there (rule %s)%s.",
               sheet->fields[match->field].name, parent->fields[match->parent_field].name,
               match->rule, match->inherit ? "; an empty one takes it over" : "");
}

void rules_add_reference(struct buf *out, const struct model *model,
                         const struct sheet_model *sheet, const struct reference *reference) {
    const struct sheet_model *parent = &model->sheets[reference->parent];
    rules_add_names(out, sheet->fields, reference->fields, reference->field_count);
    buf_printf(out, "%s must be in %s (", reference->field_count > 1 ? " together" : "",
               parent->name);
    rules_add_names(out, parent->fields, reference->parent_fields, reference->field_count);
    buf_add_text(out, "); else the row is rejected.");
    for (size_t i = 0; i < reference->match_count; i++)
        add_match(out, sheet, parent, &reference->matches[i]);
}
