#include "base/buf.h"
#include "model/cell.h"
#include "model/words.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#define WORD(text, value)                                                                          \
    {                                                                                              \
        {(text), sizeof(text) - 1}, {                                                              \
            (value), sizeof(value) - 1                                                             \
        }                                                                                          \
    }
#define MISSING(text)                                                                              \
    { (text), sizeof(text) - 1 }

static const struct span MISSING_VALUES[] = {MISSING(""),     MISSING("n/a"),  MISSING("#n/a"),
                                             MISSING("null"), MISSING("none"), MISSING("-"),
                                             MISSING("--")};

static const enum date_form DAY_FIRST[] = {DATE_ISO,       DATE_YEAR_SLASH, DATE_DAY_DASH,
                                           DATE_DAY_SLASH, DATE_DAY_NAME,   DATE_NAME_DAY};

static const struct word CURRENCIES[] = {
    WORD("\xE2\x82\xB9", "INR"), WORD("rs", "INR"),       WORD("rs.", "INR"), WORD("$", "USD"),
    WORD("\xE2\x82\xAC", "EUR"), WORD("\xC2\xA3", "GBP"),
};

static const struct word STATUSES[] = {
    WORD("sold", "sold"),           WORD("used", "used"),       WORD("refunded", "refunded"),
    WORD("cancelled", "cancelled"), WORD("pending", "pending"), WORD("active", "sold"),
    WORD("confirmed", "sold"),      WORD("paid", "sold"),       WORD("checked_in", "used"),
    WORD("scanned", "used"),        WORD("attended", "used"),   WORD("returned", "refunded"),
    WORD("canceled", "cancelled"),  WORD("void", "cancelled"),  WORD("reserved", "pending"),
    WORD("hold", "pending"),        WORD("unpaid", "pending"),
};

/* A column of the ticketing model, without ranges and not required. */
static struct field field_of(enum field_type type) {
    return (struct field){
        .name = "column",
        .type = type,
        .missing_values = MISSING_VALUES,
        .missing_value_count = COUNT_OF(MISSING_VALUES),
        .date_forms = DAY_FIRST,
        .date_form_count = COUNT_OF(DAY_FIRST),
        .not_before = -1,
    };
}

static void use_zone(const char *zone) {
    assert_int_equal(setenv("TZ", zone, 1), 0);
    tzset();
}

/* --- Case files ---------------------------------------------------------------------------- */

static void add_code_point(struct buf *out, unsigned long code) {
    if (code < 0x80) {
        buf_add_char(out, (char)code);
    } else if (code < 0x800) {
        buf_add_char(out, (char)(0xC0 | code >> 6));
        buf_add_char(out, (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        buf_add_char(out, (char)(0xE0 | code >> 12));
        buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        buf_add_char(out, (char)(0xF0 | code >> 18));
        buf_add_char(out, (char)(0x80 | (code >> 12 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

/* Text of a case file with its escapes decoded; blanks at the ends that are not escaped go. */
static void decode(struct span text, struct buf *out) {
    while (text.size && text.data[0] == ' ')
        text = (struct span){text.data + 1, text.size - 1};
    while (text.size && text.data[text.size - 1] == ' ')
        text.size--;
    buf_clear(out);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c != '\\') {
            buf_add_char(out, c);
            continue;
        }
        assert_true(++i < text.size);
        c = text.data[i];
        size_t digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits) {
            char hex[9] = {0};
            assert_true(i + digits < text.size);
            memcpy(hex, text.data + i + 1, digits);
            add_code_point(out, strtoul(hex, NULL, 16));
            i += digits;
        } else {
            buf_add_char(out, c == 't'   ? '\t'
                              : c == 'n' ? '\n'
                              : c == 'r' ? '\r'
                              : c == 's' ? ' '
                                         : c);
        }
    }
}

struct case_file {
    FILE *file;
    const char *name;
    char line[512];
    int line_number;
    bool starts_block; /* the case that was read last is the first of its block */
    struct buf input, result;
};

static void case_file_open(struct case_file *cases, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", GOLDLEAF_CASES_DIR, name);
    *cases = (struct case_file){.file = fopen(path, "r"), .name = name};
    if (!cases->file)
        fail_msg("cannot read %s", path);
}

static void case_file_close(struct case_file *cases) {
    fclose(cases->file);
    buf_free(&cases->input);
    buf_free(&cases->result);
}

/* The next case of the file; false at its end. */
static bool case_file_next(struct case_file *cases) {
    cases->starts_block = false;
    while (fgets(cases->line, sizeof cases->line, cases->file)) {
        cases->line_number++;
        struct span line = {cases->line, strcspn(cases->line, "\n")};
        if (line.size == 0)
            cases->starts_block = true;
        if (line.size == 0 || (line.size >= 2 && memcmp(line.data, "# ", 2) == 0))
            continue;
        size_t bar = 0;
        while (bar < line.size && line.data[bar] != '|')
            bar += line.data[bar] == '\\' ? 2 : 1;
        if (bar >= line.size)
            fail_msg("%s:%d: no bar", cases->name, cases->line_number);
        decode((struct span){line.data, bar}, &cases->input);
        decode((struct span){line.data + bar + 1, line.size - bar - 1}, &cases->result);
        return true;
    }
    return false;
}

/* What the case files call the outcome of a cell. */
static struct span outcome(const struct field *field, struct span raw, struct arena *arena) {
    struct cell cell = cell_clean(field, raw, arena);
    if (cell.step != STEP_NONE)
        return SPAN("FAIL");
    return cell.value.kind == VALUE_NULL ? SPAN("NULL") : cell_format(field, cell.value, arena);
}

static void check_cases(const char *name, const struct field *field) {
    struct case_file cases;
    struct arena arena = {0};
    int faults = 0;
    case_file_open(&cases, name);
    while (case_file_next(&cases)) {
        struct span got = outcome(field, buf_span(&cases.input), &arena);
        if (span_equal(got, buf_span(&cases.result)))
            continue;
        faults++;
        print_error("%s:%d: \"%s\": expected %s, got %.*s\n", name, cases.line_number,
                    buf_text(&cases.input), buf_text(&cases.result), SPAN_ARG(got));
    }
    assert_true(cases.line_number > 0);
    case_file_close(&cases);
    arena_free(&arena);
    assert_int_equal(faults, 0);
}

static void integer_cases_have_their_results(void **state) {
    (void)state;
    struct field field = field_of(FIELD_INTEGER);
    check_cases("integer.case", &field);
}

static void money_cases_have_their_results(void **state) {
    (void)state;
    struct field field = field_of(FIELD_MONEY);
    check_cases("money.case", &field);
}

static void date_cases_have_their_results(void **state) {
    (void)state;
    struct field field = field_of(FIELD_DATE);
    check_cases("date.case", &field);
}

static void datetime_cases_have_their_results(void **state) {
    (void)state;
    struct field field = field_of(FIELD_DATETIME);
    check_cases("datetime.case", &field);
}

static void text_cases_have_their_results(void **state) {
    (void)state;
    struct field field = field_of(FIELD_STRING);
    check_cases("text.case", &field);
}

static void email_cases_have_their_results(void **state) {
    (void)state;
    struct field field = field_of(FIELD_EMAIL);
    check_cases("email.case", &field);
}

static void currency_cases_have_their_results(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field field = field_of(FIELD_CURRENCY);
    field.words = words_build(&arena, CURRENCIES, COUNT_OF(CURRENCIES));
    check_cases("currency.case", &field);
    arena_free(&arena);
}

static void enum_cases_have_their_results(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field field = field_of(FIELD_ENUM);
    field.words = words_build(&arena, STATUSES, COUNT_OF(STATUSES));
    check_cases("enum.case", &field);
    arena_free(&arena);
}

/* A parser that refuses everything must not look right. */
static void every_block_that_refuses_something_also_accepts_something(void **state) {
    (void)state;
    static const char *const names[] = {"integer.case",  "money.case", "date.case",
                                        "datetime.case", "text.case",  "email.case",
                                        "currency.case", "enum.case"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct case_file cases;
        bool refuses = false, accepts = true, is_read;
        case_file_open(&cases, names[i]);
        do {
            is_read = case_file_next(&cases);
            if (!is_read || cases.starts_block) {
                if (refuses && !accepts)
                    fail_msg("%s: block before line %d", names[i], cases.line_number);
                refuses = accepts = false;
            }
            bool is_refused = is_read && strcmp(buf_text(&cases.result), "FAIL") == 0;
            refuses |= is_refused;
            accepts |= !is_refused && strcmp(buf_text(&cases.result), "NULL") != 0;
        } while (is_read);
        case_file_close(&cases);
    }
}

/* --- Properties ---------------------------------------------------------------------------- */

static void assert_date(const struct field *field, const char *text, const char *expected) {
    char date[11] = "none";
    if (!cell_parse_date(field, span_from(text), date) || strcmp(date, expected) != 0)
        fail_msg("\"%s\": expected %s, got %s", text, expected, date);
}

/* The days are counted one by one, with the leap rule written out as people know it. */
static void every_day_is_the_same_date_in_five_forms(void **state) {
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const char *const names[] = {"January",   "FEBRUARY", "march",    "Apr",
                                        "May",       "jun",      "JUL",      "August",
                                        "September", "October",  "November", "dec"};
    struct field field = field_of(FIELD_DATE);
    int serial = 2; /* 1900-01-01, when 1899-12-30 is 0 */
    for (int year = 1900; year <= 2100; year++) {
        bool is_leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && is_leap);
            for (int day = 1; day <= length; day++, serial++) {
                char iso[32], text[64];
                snprintf(iso, sizeof iso, "%04d-%02d-%02d", year, month, day);
                assert_date(&field, iso, iso);
                snprintf(text, sizeof text, "%d", serial);
                assert_date(&field, text, iso);
                snprintf(text, sizeof text, "%d/%d/%d", day, month, year);
                assert_date(&field, text, iso);
                snprintf(text, sizeof text, "%d %s %d", day, names[month - 1], year);
                assert_date(&field, text, iso);
                snprintf(text, sizeof text, "%s %d, %d", names[month - 1], day, year);
                assert_date(&field, text, iso);
            }
            char text[32], date[11];
            snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, length + 1);
            assert_false(cell_parse_date(&field, span_from(text), date));
        }
    }
    assert_int_equal(serial, 73416);
}

/* Each second of a day as the decimal fraction that Sheets would give, 10 digits long. */
static void every_second_of_a_day_survives_the_serial(void **state) {
    (void)state;
    struct field field = field_of(FIELD_DATETIME);
    for (int64_t second = 0; second < 86400; second++) {
        char text[40], expected[40], moment[20] = "none";
        int64_t fraction = (second * INT64_C(10000000000) + 43200) / 86400;
        snprintf(text, sizeof text, "45000.%010" PRId64, fraction);
        snprintf(expected, sizeof expected, "2023-03-15 %02d:%02d:%02d", (int)(second / 3600),
                 (int)(second / 60 % 60), (int)(second % 60));
        assert_true(cell_parse_datetime(&field, span_from(text), moment));
        assert_string_equal(moment, expected);
    }
}

static uint64_t next_random(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Whole digits with a separator after every third, or as in India, from the right. */
static void group(uint64_t whole, const char *separator, bool is_indian, struct buf *out) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, whole);
    for (int i = 0; i < count; i++) {
        int left = count - i;
        bool is_edge = is_indian ? left == 3 || (left > 3 && left % 2 == 1) : left % 3 == 0;
        if (i > 0 && is_edge)
            buf_add_text(out, separator);
        buf_add_char(out, digits[i]);
    }
}

static void assert_money(const struct buf *text, int64_t expected) {
    int64_t got = INT64_MIN;
    if (!cell_parse_money(buf_span(text), &got) || got != expected)
        fail_msg("\"%s\": expected %" PRId64 ", got %" PRId64, buf_text(text), expected, got);
}

static void random_money_is_read_back_from_every_spelling(void **state) {
    (void)state;
    static const char *const separators[] = {"", ",", " ", "\xC2\xA0", "\xE2\x80\xAF"};
    static const char *const spellings[] = {
        "%s%s.%02d",     "%s$%s.%02d",    "%s\xE2\x82\xB9 %s.%02d",
        "%s%s.%02d EUR", "INR %s%s.%02d", "%s%s.%02d000",
        "%s%s.%02d4999", "Rs.%s%s.%02d",  "%s%s.%02d\xC2\xA0\xE2\x82\xAC"};
    uint64_t seed = UINT64_C(0x9E3779B97F4A7C15);
    struct buf whole = {0}, text = {0};
    for (int i = 0; i < 20000; i++) {
        /* Shifted, so that amounts of all sizes come up. */
        int64_t size = (int64_t)(next_random(&seed) % UINT64_C(100000000000));
        size >>= next_random(&seed) % 37;
        int64_t expected = next_random(&seed) % 2 ? -size : size;
        bool is_indian = next_random(&seed) % 2;
        const char *separator = separators[next_random(&seed) % COUNT_OF(separators)];
        int cents = (int)(size % 100);
        buf_clear(&whole);
        group((uint64_t)size / 100, separator, is_indian, &whole);
        for (size_t k = 0; k < COUNT_OF(spellings); k++) {
            const char *sign = expected < 0 ? (k % 2 ? "\xE2\x88\x92" : "-") : "";
            char line[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(line, sizeof line, spellings[k], sign, buf_text(&whole), cents);
#pragma GCC diagnostic pop
            buf_clear(&text);
            buf_add_text(&text, line);
            assert_money(&text, expected);
        }
        buf_clear(&text);
        buf_printf(&text, "($%s.%02d)", buf_text(&whole), cents);
        assert_money(&text, -size);
    }
    buf_free(&whole);
    buf_free(&text);
}

/* --- Steps and faults ---------------------------------------------------------------------- */

static struct cell clean(const struct field *field, const char *text, struct arena *arena) {
    return cell_clean(field, span_from(text), arena);
}

static void assert_fault(struct cell cell, enum cell_step step, const char *rule) {
    assert_int_equal(cell.value.kind, VALUE_NULL);
    assert_int_equal(cell.step, step);
    assert_ptr_equal(cell.rule, rule);
    assert_non_null(cell.reason);
}

static void assert_clean(struct cell cell, struct value expected) {
    assert_true(value_equal(cell.value, expected));
    assert_int_equal(cell.step, STEP_NONE);
    assert_null(cell.rule);
    assert_null(cell.reason);
}

static void a_missing_cell_is_null_or_rejects_where_required(void **state) {
    (void)state;
    struct arena arena = {0};
    for (enum field_type type = FIELD_STRING; type < FIELD_RATE; type++) {
        struct field field = field_of(type);
        assert_clean(clean(&field, " N/A ", &arena), value_null());
        field.required = true;
        assert_fault(clean(&field, " N/A ", &arena), STEP_REQUIRED, RULE_REQUIRED);
        assert_fault(cell_clean(&field, (struct span){0}, &arena), STEP_REQUIRED, RULE_REQUIRED);
    }
    arena_free(&arena);
}

static void a_default_stands_in_for_a_missing_cell_by_its_type(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field channel = field_of(FIELD_ENUM);
    channel.default_value = "unknown";
    channel.required = true;
    assert_clean(clean(&channel, "-", &arena), value_string("unknown"));
    struct field spend = field_of(FIELD_MONEY);
    spend.default_value = "0";
    assert_clean(clean(&spend, "", &arena), value_money(0));
    assert_clean(clean(&spend, "1.5", &arena), value_money(150));
    struct field seats = field_of(FIELD_INTEGER);
    seats.default_value = "12";
    assert_clean(clean(&seats, "", &arena), value_integer(12));
    arena_free(&arena);
}

static void a_bad_cell_rejects_or_becomes_null_with_a_warning(void **state) {
    (void)state;
    struct arena arena = {0};
    for (enum field_type type = FIELD_INTEGER; type < FIELD_RATE; type++) {
        struct field field = field_of(type);
        assert_fault(clean(&field, "?!", &arena), STEP_PARSE, RULE_PARSE);
        field.on_error = ON_ERROR_NULL;
        assert_fault(clean(&field, "?!", &arena), STEP_NONE, RULE_PARSE);
        field.required = true; /* NULL would be no better */
        assert_fault(clean(&field, "?!", &arena), STEP_PARSE, RULE_PARSE);
    }
    arena_free(&arena);
}

static void a_formula_error_rejects_whatever_the_type_and_the_model(void **state) {
    (void)state;
    struct arena arena = {0};
    for (enum field_type type = FIELD_STRING; type < FIELD_RATE; type++) {
        struct field field = field_of(type);
        field.on_error = ON_ERROR_NULL;
        field.default_value = field.unknown_value = "other";
        assert_fault(clean(&field, " #ref! ", &arena), STEP_FORMULA_ERROR, RULE_FORMULA_ERROR);
    }
    arena_free(&arena);
}

static void a_number_out_of_range_counts_as_a_range_fault(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field amount = field_of(FIELD_MONEY);
    amount.has_minimum = amount.minimum_is_exclusive = amount.has_maximum = true;
    amount.maximum = 10000;
    assert_fault(clean(&amount, "-0.01", &arena), STEP_REQUIRED, RULE_RANGE);
    assert_fault(clean(&amount, "0.00", &arena), STEP_REQUIRED, RULE_RANGE);
    assert_fault(clean(&amount, "0.004", &arena), STEP_REQUIRED, RULE_RANGE);
    assert_clean(clean(&amount, "0.01", &arena), value_money(1));
    assert_clean(clean(&amount, "100", &arena), value_money(10000));
    assert_fault(clean(&amount, "100.01", &arena), STEP_REQUIRED, RULE_RANGE);
    amount.minimum_is_exclusive = false;
    assert_clean(clean(&amount, "0", &arena), value_money(0));
    amount.on_error = ON_ERROR_NULL;
    assert_fault(clean(&amount, "-1", &arena), STEP_NONE, RULE_RANGE);
    amount.required = true;
    assert_fault(clean(&amount, "-1", &arena), STEP_REQUIRED, RULE_RANGE);
    struct field age = field_of(FIELD_INTEGER);
    age.has_minimum = age.has_maximum = true;
    age.minimum = 13;
    age.maximum = 120;
    assert_fault(clean(&age, "12", &arena), STEP_REQUIRED, RULE_RANGE);
    assert_clean(clean(&age, "13", &arena), value_integer(13));
    assert_fault(clean(&age, "121", &arena), STEP_REQUIRED, RULE_RANGE);
    arena_free(&arena);
}

static void an_unknown_word_becomes_the_stand_in_with_a_warning(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field field = field_of(FIELD_ENUM);
    field.words = words_build(&arena, STATUSES, COUNT_OF(STATUSES));
    field.unknown_value = "other";
    struct cell cell = clean(&field, "mislaid", &arena);
    assert_true(value_equal(cell.value, value_string("other")));
    assert_int_equal(cell.step, STEP_NONE);
    assert_ptr_equal(cell.rule, RULE_UNKNOWN_VALUE);
    assert_clean(clean(&field, "Hold", &arena), value_string("pending"));
    assert_clean(clean(&field, "", &arena), value_null());
    arena_free(&arena);
}

static void a_text_is_stored_in_the_case_of_its_column(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field field = field_of(FIELD_STRING);
    assert_clean(clean(&field, "Rock \xC3\x89tude", &arena), value_string("Rock \xC3\x89tude"));
    field.text_case = CASE_LOWER;
    assert_clean(clean(&field, "Rock \xC3\x89tude", &arena), value_string("rock \xC3\x89tude"));
    field.text_case = CASE_UPPER;
    assert_clean(clean(&field, "Rock \xC3\xA9tude", &arena), value_string("ROCK \xC3\xA9TUDE"));
    arena_free(&arena);
}

static void a_text_must_match_the_pattern_of_its_column(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field field = field_of(FIELD_STRING);
    int code;
    PCRE2_SIZE offset;
    pcre2_code *pattern = pcre2_compile((PCRE2_SPTR) "^T-[0-9]+$", PCRE2_ZERO_TERMINATED, PCRE2_UTF,
                                        &code, &offset, NULL);
    assert_non_null(pattern);
    field.pattern = pattern;
    assert_clean(clean(&field, " T-17 ", &arena), value_string("T-17"));
    assert_fault(clean(&field, "T17", &arena), STEP_PARSE, RULE_PARSE);
    assert_fault(clean(&field, "T-\xFF", &arena), STEP_PARSE, RULE_PARSE);
    pcre2_code_free(pattern);
    arena_free(&arena);
}

static void booleans_are_six_words_in_any_case(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field field = field_of(FIELD_BOOLEAN);
    field.has_minimum = true;
    field.minimum = 5; /* of no meaning here */
    assert_clean(clean(&field, "TRUE", &arena), value_integer(1));
    assert_clean(clean(&field, "Yes", &arena), value_integer(1));
    assert_clean(clean(&field, "1", &arena), value_integer(1));
    assert_clean(clean(&field, "false", &arena), value_integer(0));
    assert_clean(clean(&field, "NO", &arena), value_integer(0));
    assert_clean(clean(&field, "0", &arena), value_integer(0));
    assert_fault(clean(&field, "2", &arena), STEP_PARSE, RULE_PARSE);
    assert_fault(clean(&field, "y", &arena), STEP_PARSE, RULE_PARSE);
    arena_free(&arena);
}

static void a_number_column_takes_decimals_without_currency_or_brackets(void **state) {
    (void)state;
    struct arena arena = {0};
    struct field field = field_of(FIELD_NUMBER);
    assert_clean(clean(&field, "99.995", &arena), value_money(10000));
    assert_clean(clean(&field, "-1,234.5", &arena), value_money(-123450));
    assert_clean(clean(&field, ".5", &arena), value_money(50));
    static const char *const refused[] = {"$5", "(5)", "5%", "5 EUR", "1e2", "12,5", "- 5", "."};
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        assert_fault(clean(&field, refused[i], &arena), STEP_PARSE, RULE_PARSE);
    arena_free(&arena);
}

/* --- Dates by model and by zone ------------------------------------------------------------ */

static void assert_moment(const struct field *field, const char *text, const char *expected) {
    char moment[20] = "none";
    bool is_parsed = cell_parse_datetime(field, span_from(text), moment);
    assert_string_equal(is_parsed ? moment : "FAIL", expected);
}

static void the_model_decides_whether_the_month_comes_first(void **state) {
    (void)state;
    static const enum date_form month_first[] = {DATE_MONTH_SLASH, DATE_MONTH_DASH, DATE_DAY_SLASH};
    struct field field = field_of(FIELD_DATETIME);
    assert_moment(&field, "3/4/2024", "2024-04-03 00:00:00");
    field.date_forms = month_first;
    field.date_form_count = COUNT_OF(month_first);
    assert_moment(&field, "3/4/2024", "2024-03-04 00:00:00");
    assert_moment(&field, "3-4-2024 9:05", "2024-03-04 09:05:00");
    assert_moment(&field, "12/31/2024", "2024-12-31 00:00:00");
    assert_moment(&field, "31/12/2024", "FAIL"); /* never swapped, though the third form would */
}

static void a_form_that_the_model_does_not_list_is_refused(void **state) {
    (void)state;
    struct arena arena = {0};
    static const enum date_form slash_only[] = {DATE_DAY_SLASH};
    struct field field = field_of(FIELD_DATE);
    field.date_forms = slash_only;
    field.date_form_count = COUNT_OF(slash_only);
    assert_fault(clean(&field, "2024-01-15", &arena), STEP_PARSE, RULE_PARSE);
    assert_clean(clean(&field, "15/01/2024", &arena), value_string("2024-01-15"));
    field.type = FIELD_DATETIME;
    assert_fault(clean(&field, "2024-01-15 10:00:00", &arena), STEP_PARSE, RULE_PARSE);
    assert_clean(clean(&field, "15/01/2024 10:00", &arena), value_string("2024-01-15 10:00:00"));
    arena_free(&arena);
}

/* The zones are spelt out, so that the test does not need the zone files. */
static void a_value_with_an_offset_is_turned_into_the_zone_of_the_model(void **state) {
    (void)state;
    char date[11];
    struct field field = field_of(FIELD_DATETIME);
    use_zone("IST-5:30");
    assert_moment(&field, "2024-01-15T20:00:00Z", "2024-01-16 01:30:00");
    assert_moment(&field, "2024-01-15T20:00:00+05:30", "2024-01-15 20:00:00");
    assert_moment(&field, "2024-01-15T20:00:00", "2024-01-15 20:00:00");
    assert_moment(&field, "45000.5", "2023-03-15 12:00:00");
    assert_moment(&field, "2100-12-31T18:29:59Z", "2100-12-31 23:59:59");
    assert_moment(&field, "2100-12-31T18:30:00Z", "FAIL");
    assert_true(cell_parse_date(&field, SPAN("2024-01-15T20:00:00Z"), date));
    assert_string_equal(date, "2024-01-16");
    assert_true(cell_parse_date(&field, SPAN("2024-01-15 20:00:00"), date));
    assert_string_equal(date, "2024-01-15");
    use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    assert_moment(&field, "2024-01-15T12:00:00Z", "2024-01-15 13:00:00");
    assert_moment(&field, "2024-07-15T12:00:00Z", "2024-07-15 14:00:00");
    assert_moment(&field, "2024-03-31T00:59:59Z", "2024-03-31 01:59:59");
    assert_moment(&field, "2024-03-31T00:59:59.5Z", "2024-03-31 03:00:00");
    use_zone("EST5");
    assert_moment(&field, "1900-01-01T04:59:59Z", "FAIL");
    assert_moment(&field, "1900-01-01T05:00:00Z", "1900-01-01 00:00:00");
    use_zone("UTC");
    assert_moment(&field, "2024-01-15T20:00:00Z", "2024-01-15 20:00:00");
}

static void without_a_zone_the_answer_is_utc_on_any_machine(void **state) {
    (void)state;
    struct field field = field_of(FIELD_DATETIME);
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
    assert_moment(&field, "2024-01-15T20:00:00+01:00", "2024-01-15 19:00:00");
    use_zone("UTC");
}

/* --- Memory and formatting ----------------------------------------------------------------- */

static void a_cell_in_its_stored_form_is_not_copied(void **state) {
    (void)state;
    struct arena arena = {0};
    static const struct {
        enum field_type type;
        enum field_case text_case;
        const char *raw;
        size_t skipped;
    } cases[] = {
        {FIELD_STRING, CASE_KEEP, "Anna", 0},
        {FIELD_STRING, CASE_KEEP, "\xC2\xA0 Anna ", 3},
        {FIELD_STRING, CASE_LOWER, "rock", 0},
        {FIELD_STRING, CASE_UPPER, "IN", 0},
        {FIELD_DATE, CASE_KEEP, "2024-01-15", 0},
        {FIELD_DATETIME, CASE_KEEP, " 2024-01-15 10:20:30", 1},
        {FIELD_EMAIL, CASE_KEEP, "a@b.se", 0},
        {FIELD_CURRENCY, CASE_KEEP, "INR", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct field field = field_of(cases[i].type);
        field.text_case = cases[i].text_case;
        struct cell cell = clean(&field, cases[i].raw, &arena);
        assert_int_equal(cell.value.kind, VALUE_TEXT);
        assert_ptr_equal(cell.value.text, cases[i].raw + cases[i].skipped);
    }
    assert_null(arena.blocks);
}

static void assert_format(enum field_type type, struct value value, const char *expected) {
    struct arena arena = {0};
    struct field field = field_of(type);
    struct span text = cell_format(&field, value, &arena);
    if (!span_is(text, expected))
        fail_msg("expected %s, got %.*s", expected, SPAN_ARG(text));
    arena_free(&arena);
}

static void values_are_shown_as_people_write_them(void **state) {
    (void)state;
    assert_format(FIELD_STRING, value_null(), "");
    assert_format(FIELD_STRING, value_string("T-1"), "T-1");
    assert_format(FIELD_INTEGER, value_integer(INT64_MIN), "-9223372036854775808");
    assert_format(FIELD_BOOLEAN, value_integer(1), "true");
    assert_format(FIELD_BOOLEAN, value_integer(0), "false");
    assert_format(FIELD_MONEY, value_money(0), "0.00");
    assert_format(FIELD_MONEY, value_money(5), "0.05");
    assert_format(FIELD_MONEY, value_money(-5), "-0.05");
    assert_format(FIELD_MONEY, value_money(-123456), "-1234.56");
    assert_format(FIELD_MONEY, value_money(INT64_MIN), "-92233720368547758.08");
    assert_format(FIELD_MONEY, value_real(45.1), "45.10");
    assert_format(FIELD_MONEY, value_real(-0.001), "0.00");
    assert_format(FIELD_RATE, value_real(0.83), "0.83");
    assert_format(FIELD_RATE, value_real(1.0 / 3), "0.3333333333333333");
    assert_format(FIELD_RATE, value_real(0.1 + 0.2), "0.30000000000000004");
    assert_format(FIELD_RATE, value_real(1), "1");
}

static void blank_means_that_nothing_is_left_after_trimming(void **state) {
    (void)state;
    assert_true(cell_is_blank((struct span){0}));
    assert_true(cell_is_blank(SPAN(" \t\xC2\xA0\xE2\x80\x8B\xEF\xBB\xBF")));
    assert_false(cell_is_blank(SPAN(" - ")));
    assert_false(cell_is_blank(SPAN("\xC2")));
    assert_false(cell_is_blank(SPAN("\xE2\x80")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integer_cases_have_their_results),
        cmocka_unit_test(money_cases_have_their_results),
        cmocka_unit_test(date_cases_have_their_results),
        cmocka_unit_test(datetime_cases_have_their_results),
        cmocka_unit_test(text_cases_have_their_results),
        cmocka_unit_test(email_cases_have_their_results),
        cmocka_unit_test(currency_cases_have_their_results),
        cmocka_unit_test(enum_cases_have_their_results),
        cmocka_unit_test(every_block_that_refuses_something_also_accepts_something),
        cmocka_unit_test(every_day_is_the_same_date_in_five_forms),
        cmocka_unit_test(every_second_of_a_day_survives_the_serial),
        cmocka_unit_test(random_money_is_read_back_from_every_spelling),
        cmocka_unit_test(a_missing_cell_is_null_or_rejects_where_required),
        cmocka_unit_test(a_default_stands_in_for_a_missing_cell_by_its_type),
        cmocka_unit_test(a_bad_cell_rejects_or_becomes_null_with_a_warning),
        cmocka_unit_test(a_formula_error_rejects_whatever_the_type_and_the_model),
        cmocka_unit_test(a_number_out_of_range_counts_as_a_range_fault),
        cmocka_unit_test(an_unknown_word_becomes_the_stand_in_with_a_warning),
        cmocka_unit_test(a_text_is_stored_in_the_case_of_its_column),
        cmocka_unit_test(a_text_must_match_the_pattern_of_its_column),
        cmocka_unit_test(booleans_are_six_words_in_any_case),
        cmocka_unit_test(a_number_column_takes_decimals_without_currency_or_brackets),
        cmocka_unit_test(the_model_decides_whether_the_month_comes_first),
        cmocka_unit_test(a_form_that_the_model_does_not_list_is_refused),
        cmocka_unit_test(a_value_with_an_offset_is_turned_into_the_zone_of_the_model),
        cmocka_unit_test(without_a_zone_the_answer_is_utc_on_any_machine),
        cmocka_unit_test(a_cell_in_its_stored_form_is_not_copied),
        cmocka_unit_test(values_are_shown_as_people_write_them),
        cmocka_unit_test(blank_means_that_nothing_is_left_after_trimming),
    };
    use_zone("UTC");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
