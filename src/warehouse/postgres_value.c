/* Values as PostgreSQL writes and reads them as text. */
#include "warehouse/postgres_parts.h"

#include <math.h>

/* Printing takes most of the time of a bulk load when printf() does it. */
static void add_digits(struct buf *text, uint64_t number, size_t at_least) {
    char digits[20];
    size_t count = 0;
    for (; number || count < at_least; number /= 10)
        digits[sizeof digits - ++count] = (char)('0' + number % 10);
    buf_add(text, (struct span){digits + sizeof digits - count, count});
}

static uint64_t add_sign(struct buf *text, int64_t number) {
    if (number < 0)
        buf_add_char(text, '-');
    return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

static void add_money(struct buf *text, int64_t hundredths) {
    uint64_t size = add_sign(text, hundredths);
    add_digits(text, size / 100, 1);
    buf_add_char(text, '.');
    add_digits(text, size % 100, 2);
}

static void add_real(struct buf *text, double real) {
    if (isnan(real))
        buf_add_text(text, "NaN");
    else if (isinf(real))
        buf_add_text(text, real > 0 ? "Infinity" : "-Infinity");
    else
        buf_printf(text, "%.17g", real);
}

void postgres_add_value(struct buf *text, const struct value *value) {
    switch (value->kind) {
    case VALUE_NULL:
        return;
    case VALUE_INTEGER:
        add_digits(text, add_sign(text, value->integer), 1);
        return;
    case VALUE_MONEY:
        add_money(text, value->integer);
        return;
    case VALUE_REAL:
        add_real(text, value->real);
        return;
    case VALUE_TEXT:
        buf_add(text, value_span(*value));
        return;
    }
}

/* The server writes nothing but digits and a sign, and never more than fit. */
static int64_t read_integer(const char *text) {
    bool is_negative = *text == '-';
    uint64_t size = 0;
    for (text += is_negative; ascii_is_digit(*text); text++)
        size = size * 10 + (uint64_t)(*text - '0');
    return (int64_t)(is_negative ? -size : size);
}

/* A sum of integers is a numeric without a point, and an integer to everybody else. */
static struct value read_numeric(const char *text) {
    return strpbrk(text, ".eEN") ? value_real(strtod(text, NULL))
                                 : value_integer(strtoll(text, NULL, 10));
}

struct value postgres_read_text(Oid type, const char *text, size_t size) {
    switch (type) {
    case OID_BOOL:
        return value_integer(*text == 't');
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        return value_integer(read_integer(text));
    case OID_FLOAT4:
    case OID_FLOAT8:
        return value_real(strtod(text, NULL));
    case OID_NUMERIC:
        return read_numeric(text);
    default:
        return value_text((struct span){text, size});
    }
}

struct value postgres_read_value(const struct postgres_library *pq, const PGresult *result, int row,
                                 int column) {
    if (pq->getisnull(result, row, column))
        return value_null();
    return postgres_read_text(pq->ftype(result, column), pq->getvalue(result, row, column),
                              (size_t)pq->getlength(result, row, column));
}
