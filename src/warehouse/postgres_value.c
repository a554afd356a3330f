/* Values as PostgreSQL writes and reads them: always as text. */
#include "warehouse/postgres.h"

#include <inttypes.h>
#include <math.h>

/* From the server's catalogue, where they never change. */
enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700,
};

static void add_money(struct buf *text, int64_t hundredths) {
    uint64_t size = hundredths < 0 ? -(uint64_t)hundredths : (uint64_t)hundredths;
    buf_printf(text, "%s%" PRIu64 ".%02" PRIu64, hundredths < 0 ? "-" : "", size / 100, size % 100);
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
        buf_printf(text, "%" PRId64, value->integer);
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

/* A sum of integers is a numeric without a point, and an integer to everybody else. */
static struct value read_numeric(const char *text) {
    return strpbrk(text, ".eEN") ? value_real(strtod(text, NULL))
                                 : value_integer(strtoll(text, NULL, 10));
}

struct value postgres_read_value(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column))
        return value_null();
    const char *text = PQgetvalue(result, row, column);
    switch (PQftype(result, column)) {
    case OID_BOOL:
        return value_integer(*text == 't');
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        return value_integer(strtoll(text, NULL, 10));
    case OID_FLOAT4:
    case OID_FLOAT8:
        return value_real(strtod(text, NULL));
    case OID_NUMERIC:
        return read_numeric(text);
    default:
        return value_text((struct span){text, (size_t)PQgetlength(result, row, column)});
    }
}
