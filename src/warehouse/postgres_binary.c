/* Values as PostgreSQL's binary COPY takes them: the length of a field, then what the `recv`
 * function of its type reads (timestamp_recv() and so on in the server's source), highest byte
 * first. */
#include "warehouse/postgres_parts.h"

#include "base/day.h"

#include <math.h>

/* NUMERIC(14,2), as the server writes down a type's limits. */
#define MODIFIER_14_2 ((14 << 16 | 2) + 4)
#define DAYS_1970_TO_2000 10957
#define DAY_S 86400

static void put(char *out, uint64_t number, size_t size) {
    for (size_t i = size; i-- > 0; number >>= 8)
        out[i] = (char)(unsigned char)number;
}

static bool add_number(struct buf *out, uint64_t number, size_t size) {
    char bytes[4 + sizeof number];
    put(bytes, size, 4);
    put(bytes + 4, number, size);
    buf_add(out, (struct span){bytes, 4 + size});
    return true;
}

static bool add_integer(struct buf *out, const struct value *value) {
    return value->kind == VALUE_INTEGER && add_number(out, (uint64_t)value->integer, 8);
}

static bool add_boolean(struct buf *out, const struct value *value) {
    return value->kind == VALUE_INTEGER && (value->integer == 0 || value->integer == 1) &&
           add_number(out, (uint64_t)value->integer, 1);
}

static bool add_real(struct buf *out, const struct value *value) {
    uint64_t bits;
    if (value->kind != VALUE_INTEGER && value->kind != VALUE_REAL)
        return false;
    double real = value->kind == VALUE_INTEGER ? (double)value->integer : value->real;
    memcpy(&bits, &real, sizeof bits);
    return add_number(out, bits, sizeof bits);
}

/* A digit goes up to 9999; the first one counts 10000 to the power of `weight`. The count of
 * digits, weight, sign and the count of decimals come before the digits. */
static bool add_hundredths(struct buf *out, bool is_negative, uint64_t whole, uint64_t hundredths) {
    enum { HEAD = 4 + 8, MOST_DIGITS = 6 };
    char bytes[HEAD + 2 * MOST_DIGITS];
    size_t count = 1;
    for (uint64_t left = whole; left; left /= 10000)
        count++;
    put(bytes, 8 + 2 * count, 4);
    put(bytes + 4, count, 2);
    put(bytes + 6, count - 2, 2); /* below zero where there is nothing but hundredths */
    put(bytes + 8, is_negative ? 0x4000 : 0, 2);
    put(bytes + 10, 2, 2);
    put(bytes + HEAD + 2 * (count - 1), hundredths * 100, 2);
    for (size_t i = count - 1; i-- > 0; whole /= 10000)
        put(bytes + HEAD + 2 * i, whole % 10000, 2);
    buf_add(out, (struct span){bytes, HEAD + 2 * count});
    return true;
}

static uint64_t size_of(int64_t number) {
    return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

/* Where SQLite kept money a double is the nearest one to some hundredths: below 2^43 it lies within
 * 0.0005 of them. How others are rounded is the server's to say. */
static bool find_hundredths(double real, int64_t *hundredths) {
    if (!(fabs(real) < 0x1p43))
        return false;
    *hundredths = llround(real * 100);
    return (double)*hundredths / 100 == real;
}

static bool add_numeric(struct buf *out, const struct value *value) {
    int64_t number = value->integer;
    if (value->kind == VALUE_INTEGER)
        return add_hundredths(out, number < 0, size_of(number), 0);
    bool is_money = value->kind == VALUE_MONEY ||
                    (value->kind == VALUE_REAL && find_hundredths(value->real, &number));
    return is_money &&
           add_hundredths(out, number < 0, size_of(number) / 100, size_of(number) % 100);
}

static bool add_date(struct buf *out, const struct value *value) {
    struct span text = value_span(*value);
    struct day day;
    return text.size == 10 && day_read(text.data, &day) &&
           add_number(out, (uint64_t)(day_to_number(day) - DAYS_1970_TO_2000), 4);
}

/* Midnight where there is no time; others may have fractions of a second or a zone. */
static bool add_timestamp(struct buf *out, const struct value *value) {
    struct span text = value_span(*value);
    struct day day;
    int time_s = 0;
    bool has_time = text.size == 19 && (text.data[10] == ' ' || text.data[10] == 'T');
    if ((text.size != 10 && !has_time) || !day_read(text.data, &day) ||
        (has_time && !day_read_time(text.data + 11, &time_s)))
        return false;
    int64_t since_2000_s = (day_to_number(day) - DAYS_1970_TO_2000) * DAY_S + time_s;
    return add_number(out, (uint64_t)(since_2000_s * 1000000), 8);
}

/* The length of other values is known when they are written. */
static bool add_text(struct buf *out, const struct value *value) {
    size_t start = out->size;
    if (value_span(*value).size > INT32_MAX)
        return false;
    buf_add(out, SPAN("\0\0\0\0"));
    postgres_add_value(out, value);
    put(out->data + start, out->size - start - 4, 4);
    return true;
}

postgres_adder *postgres_find_adder(Oid type, int modifier) {
    switch (type) {
    case OID_BOOL:
        return add_boolean;
    case OID_INT8:
        return add_integer;
    case OID_TEXT:
        return add_text;
    case OID_FLOAT8:
        return add_real;
    case OID_DATE:
        return add_date;
    case OID_TIMESTAMP:
        return modifier == -1 ? add_timestamp : NULL;
    case OID_NUMERIC:
        return modifier == MODIFIER_14_2 ? add_numeric : NULL;
    default:
        return NULL;
    }
}

postgres_adder *postgres_find_adder_by_name(const char *type) {
    static const struct {
        const char *name;
        Oid type;
        int modifier;
    } types[] = {
        {"BIGINT", OID_INT8, -1},
        {"TEXT", OID_TEXT, -1},
        {"TEXT COLLATE \"C\"", OID_TEXT, -1},
        {"BOOLEAN", OID_BOOL, -1},
        {"DOUBLE PRECISION", OID_FLOAT8, -1},
        {"DATE", OID_DATE, -1},
        {"TIMESTAMP", OID_TIMESTAMP, -1},
        {"NUMERIC(14,2)", OID_NUMERIC, MODIFIER_14_2},
    };
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (strcmp(type, types[i].name) == 0)
            return postgres_find_adder(types[i].type, types[i].modifier);
    return NULL;
}

void postgres_add_binary_head(struct buf *out) {
    buf_add(out, SPAN("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"));
}

bool postgres_add_binary_row(struct buf *out, postgres_adder *const *adders,
                             const struct value *row, size_t count) {
    size_t start = out->size;
    char head[2];
    put(head, count, sizeof head);
    buf_add(out, (struct span){head, sizeof head});
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind == VALUE_NULL) {
            buf_add(out, SPAN("\377\377\377\377"));
        } else if (!adders[i](out, &row[i])) {
            out->size = start;
            return false;
        }
    }
    return true;
}

void postgres_add_binary_tail(struct buf *out) {
    buf_add(out, SPAN("\377\377"));
}
