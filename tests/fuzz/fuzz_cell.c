/* Any bytes as a cell of any type of column: nothing is read or written out of bounds, text values
 * are trimmed texts or well-formed dates, and a value that was written out is read back as itself.
 *
 * The first byte picks the type and the column's habits, the rest is the cell. */
#include "model/cell.h"
#include "model/words.h"

#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORD(text, value)                                                                          \
    {                                                                                              \
        {(text), sizeof(text) - 1}, {                                                              \
            (value), sizeof(value) - 1                                                             \
        }                                                                                          \
    }

static void require(bool is_true, const char *claim) {
    if (is_true)
        return;
    fprintf(stderr, "broken: %s\n", claim);
    abort();
}

/* A zone with an offset, summer time and a way to go from UTC, without needing zone files. */
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    require(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 0) == 0, "TZ can be set");
    tzset();
    return 0;
}

static struct field field_of(uint8_t pick, struct arena *arena) {
    static const struct span missing[] = {{"n/a", 3}, {"-", 1}, {"null", 4}};
    static const enum date_form day_first[] = {DATE_ISO,       DATE_YEAR_SLASH, DATE_DAY_DASH,
                                               DATE_DAY_SLASH, DATE_DAY_NAME,   DATE_NAME_DAY};
    static const enum date_form month_first[] = {DATE_MONTH_SLASH, DATE_ISO, DATE_MONTH_DASH};
    static const struct word values[] = {WORD("mobile_app", "mobile_app"),
                                         WORD("app", "mobile_app"), WORD("web", "web")};
    static const struct word currencies[] = {WORD("rs.", "INR"), WORD("$", "USD")};
    bool is_other = pick & 0x20;
    enum field_type type = (enum field_type)((pick & 0x1F) % (FIELD_RATE + 1));
    return (struct field){
        .name = "column",
        .type = type,
        .on_error = pick & 0x40 ? ON_ERROR_NULL : ON_ERROR_REJECT,
        .required = pick & 0x80,
        .text_case = is_other ? CASE_UPPER : CASE_KEEP,
        .words = type == FIELD_CURRENCY ? words_build(arena, currencies, COUNT_OF(currencies))
                                        : words_build(arena, values, COUNT_OF(values)),
        .missing_values = missing,
        .missing_value_count = COUNT_OF(missing),
        .date_forms = is_other ? month_first : day_first,
        .date_form_count = is_other ? COUNT_OF(month_first) : COUNT_OF(day_first),
        .not_before = -1,
    };
}

static void require_consistent(const struct field *field, struct cell cell, struct span text) {
    require((cell.rule == NULL) == (cell.reason == NULL), "a rule has a reason");
    require(cell.step == STEP_NONE || cell.rule, "a reject has a rule");
    require(!cell.rule || cell.value.kind == VALUE_NULL, "a faulty cell is NULL");
    require(cell.rule != RULE_REQUIRED || field->required, "only required cells are required");
    if (field->required)
        require(cell.step != STEP_NONE || cell.value.kind != VALUE_NULL, "required means a value");
    if (field->on_error == ON_ERROR_NULL && !field->required)
        require(cell.step == STEP_NONE || cell.step == STEP_FORMULA_ERROR, "a fault is repaired");
    if (cell_is_blank(text))
        require(cell.value.kind == VALUE_NULL, "a blank cell has no value");
    if (cell.value.kind == VALUE_TEXT)
        require(cell.value.size > 0, "no value is the empty text");
}

static void require_text_of_its_type(const struct field *field, struct value value) {
    size_t size = value.size;
    if (field->type == FIELD_DATE)
        require(size == 10, "a date has ten characters");
    if (field->type == FIELD_DATETIME)
        require(size == 19, "a datetime has nineteen characters");
    if (field->type == FIELD_CURRENCY)
        require(size == 3, "a currency has three letters");
    if (field->type == FIELD_EMAIL)
        require(memchr(value.text, '@', size) != NULL, "an address has an @");
    struct span text = value_span(value);
    require(span_equal(cell_trim(text), text), "a stored text is trimmed");
}

/* What was stored once is stored the same way again, in whatever form it is exported. */
static void require_read_back(const struct field *field, struct value value, struct arena *arena) {
    bool is_money = value.kind == VALUE_MONEY;
    /* 999,999,999.999 has nine whole digits, but what it is rounded to has ten. */
    if (is_money && (value.integer >= 100000000000 || value.integer <= -100000000000))
        return;
    bool takes_iso = field->type == FIELD_DATE || field->type == FIELD_DATETIME;
    struct span text = cell_format(field, value, arena);
    struct cell again = cell_clean(field, text, arena);
    require(value_equal(again.value, value), "a value is read back as itself");
    if (takes_iso)
        require(again.value.text == text.data, "a stored date is not copied");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct arena arena = {0};
    struct field field = field_of(data[0], &arena);
    struct span raw = {(const char *)data + 1, size - 1};
    struct span trimmed = cell_trim(raw);
    require(span_equal(cell_trim(trimmed), trimmed), "trimming twice is trimming once");
    struct cell cell = cell_clean(&field, raw, &arena);
    require_consistent(&field, cell, raw);
    if (cell.value.kind == VALUE_TEXT)
        require_text_of_its_type(&field, cell.value);
    if (cell.value.kind != VALUE_NULL)
        require_read_back(&field, cell.value, &arena);
    arena_free(&arena);
    return 0;
}
