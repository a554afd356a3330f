#include "model/cell.h"

#include "base/decimal.h"
#include "model/cell_scan.h"
#include "model/words.h"

#include <inttypes.h>

const char RULE_FORMULA_ERROR[] = "formula_error";
const char RULE_PARSE[] = "parse";
const char RULE_REQUIRED[] = "required";
const char RULE_RANGE[] = "range";
const char RULE_UNKNOWN_VALUE[] = "unknown_value";
const char RULE_NOT_APPLICABLE[] = "not_applicable";

static struct cell cell_of(struct value value) {
    return (struct cell){.value = value};
}

/* A fault that the field may repair. A required field cannot be repaired with NULL, so there the
 * fault rejects the row whatever the model says. */
static struct cell cell_fault(const struct field *field, enum cell_step step, const char *rule,
                              const char *reason) {
    bool is_repaired = field->on_error == ON_ERROR_NULL && !field->required;
    return (struct cell){value_null(), is_repaired ? STEP_NONE : step, rule, reason};
}

static const char *parse_reason(enum field_type type) {
    switch (type) {
    case FIELD_STRING:
        return "not in the form that this column asks for";
    case FIELD_INTEGER:
        return "not a whole number";
    case FIELD_NUMBER:
    case FIELD_RATE:
        return "not a number";
    case FIELD_MONEY:
        return "not an amount of money of at most nine whole digits";
    case FIELD_DATE:
        return "not a date in a form that this column accepts";
    case FIELD_DATETIME:
        return "not a date and time in a form that this column accepts";
    case FIELD_BOOLEAN:
        return "neither true nor false";
    case FIELD_EMAIL:
        return "not an e-mail address";
    case FIELD_ENUM:
        return "not one of the values that this column accepts";
    case FIELD_CURRENCY:
        return "not a currency";
    }
    return "not readable";
}

static struct value parse_date(const struct field *field, struct span text, struct arena *arena) {
    char date[11];
    if (cell_is_stored_date(field, text))
        return value_text(text);
    return cell_parse_date(field, text, date) ? value_text(arena_copy(arena, span_from(date)))
                                              : value_null();
}

static struct value parse_datetime(const struct field *field, struct span text,
                                   struct arena *arena) {
    char moment[20];
    if (cell_is_stored_datetime(field, text))
        return value_text(text);
    return cell_parse_datetime(field, text, moment)
               ? value_text(arena_copy(arena, span_from(moment)))
               : value_null();
}

static struct value parse_text(const struct field *field, struct span text, struct arena *arena) {
    struct span stored;
    bool is_parsed;
    if (field->type == FIELD_EMAIL)
        is_parsed = cell_parse_email(text, arena, &stored);
    else if (field->type == FIELD_CURRENCY)
        is_parsed = cell_parse_currency(field, text, arena, &stored);
    else if (field->type == FIELD_ENUM)
        is_parsed = cell_parse_enum(field, text, &stored);
    else
        is_parsed = cell_parse_string(field, text, arena, &stored);
    return is_parsed ? value_text(stored) : value_null();
}

/* The value of a cell that is not missing, or NULL where it cannot be read. It is returned, not
 * written through a pointer, because it then stays in registers. */
static struct value parse_value(const struct field *field, struct span text, struct arena *arena) {
    int64_t number;
    switch (field->type) {
    case FIELD_STRING:
    case FIELD_EMAIL:
    case FIELD_ENUM:
    case FIELD_CURRENCY:
        return parse_text(field, text, arena);
    case FIELD_DATE:
        return parse_date(field, text, arena);
    case FIELD_DATETIME:
        return parse_datetime(field, text, arena);
    case FIELD_MONEY:
        return cell_parse_money(text, &number) ? value_money(number) : value_null();
    case FIELD_NUMBER:
        return cell_parse_decimal(text, &number) ? value_money(number) : value_null();
    case FIELD_INTEGER:
        return cell_parse_integer(text, &number) ? value_integer(number) : value_null();
    case FIELD_BOOLEAN:
        return cell_parse_boolean(text, &number) ? value_integer(number) : value_null();
    case FIELD_RATE: /* computed, never read from a sheet */
        return value_null();
    }
    return value_null();
}

/* The default of a text column is stored as the model spells it; any other is read like a cell. */
static struct cell clean_missing(const struct field *field, struct arena *arena) {
    const char *other = field->default_value;
    struct value value = value_null();
    if (other)
        value = field_is_text(field->type) ? value_string(other)
                                           : parse_value(field, span_from(other), arena);
    if (value.kind == VALUE_NULL && field->required)
        return (struct cell){value, STEP_REQUIRED, RULE_REQUIRED, "required but empty"};
    return cell_of(value);
}

static struct cell clean_unreadable(const struct field *field) {
    if (field->type == FIELD_ENUM && field->unknown_value)
        return (struct cell){value_string(field->unknown_value), STEP_NONE, RULE_UNKNOWN_VALUE,
                             "not a known value of this column"};
    return cell_fault(field, STEP_PARSE, RULE_PARSE, parse_reason(field->type));
}

/* What speaks against a number, or NULL. */
static const char *range_reason(const struct field *field, int64_t number) {
    if (field->has_minimum && number < field->minimum)
        return "below the minimum";
    if (field->has_minimum && field->minimum_is_exclusive && number == field->minimum)
        return "must be above the minimum";
    if (field->has_maximum && number > field->maximum)
        return "above the maximum";
    return NULL;
}

struct cell cell_clean(const struct field *field, struct span raw, struct arena *arena) {
    struct span text = cell_trim(raw);
    if (cell_is_missing(field, text))
        return clean_missing(field, arena);
    if (cell_is_formula_error(text))
        return (struct cell){value_null(), STEP_FORMULA_ERROR, RULE_FORMULA_ERROR,
                             "a formula in the sheet failed"};
    struct value value = parse_value(field, text, arena);
    if (value.kind == VALUE_NULL)
        return clean_unreadable(field);
    bool has_range = value.kind != VALUE_TEXT && field->type != FIELD_BOOLEAN;
    const char *reason = has_range ? range_reason(field, value.integer) : NULL;
    if (reason)
        return cell_fault(field, STEP_REQUIRED, RULE_RANGE, reason);
    return cell_of(value);
}

static struct span format_hundredths(int64_t hundredths, struct arena *arena) {
    const char *sign = hundredths < 0 ? "-" : "";
    uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
    return span_from(arena_printf(arena, "%s%" PRIu64 ".%02" PRIu64, sign, size / 100, size % 100));
}

static struct span format_real(double real, struct arena *arena) {
    char text[DECIMAL_SIZE];
    decimal_shortest(real, text);
    return arena_copy(arena, span_from(text));
}

/* Money that comes back from SQLite is the nearest double, so two decimals are all there is. */
static struct span format_money_real(double real, struct arena *arena) {
    const char *text = arena_printf(arena, "%.2f", real);
    return span_from(strcmp(text, "-0.00") == 0 ? "0.00" : text);
}

struct span cell_format(const struct field *field, struct value value, struct arena *arena) {
    switch (value.kind) {
    case VALUE_NULL:
        return SPAN("");
    case VALUE_INTEGER:
        if (field->type == FIELD_BOOLEAN)
            return value.integer ? SPAN("true") : SPAN("false");
        return span_from(arena_printf(arena, "%" PRId64, value.integer));
    case VALUE_MONEY:
        return format_hundredths(value.integer, arena);
    case VALUE_REAL:
        return field->type == FIELD_MONEY || field->type == FIELD_NUMBER
                   ? format_money_real(value.real, arena)
                   : format_real(value.real, arena);
    case VALUE_TEXT:
        return value_span(value);
    }
    return SPAN("");
}
