#include "base/decimal.h"

#include <inttypes.h>

void decimal_shortest(double real, char out[static DECIMAL_SIZE]) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, DECIMAL_SIZE, "%.*g", digits, real);
        double again = strtod(out, NULL);
        if (memcmp(&again, &real, sizeof real) == 0)
            return;
    }
}

static void add_zeros(struct buf *out, long count) {
    for (; count > 0; count--)
        buf_add_char(out, '0');
}

void decimal_add_plain(struct buf *out, double real) {
    char text[DECIMAL_SIZE], digits[DECIMAL_SIZE];
    long count = 0, whole = 0; /* so many digits, and so many in front of the point */
    decimal_shortest(real == 0 ? 0 : real, text);
    const char *exponent = strchr(text, 'e');
    if (!exponent) {
        buf_add_text(out, text);
        return;
    }
    for (const char *c = text; c < exponent; c++) {
        if (*c == '-')
            buf_add_char(out, '-');
        else if (*c == '.')
            whole = count;
        else
            digits[count++] = *c;
    }
    /* An exponent is only there when the point lies in front of all digits or behind them. */
    whole = (whole ? whole : count) + strtol(exponent + 1, NULL, 10);
    if (whole <= 0)
        buf_add_text(out, "0.");
    add_zeros(out, -whole);
    buf_add(out, (struct span){digits, (size_t)count});
    add_zeros(out, whole - count);
}

void decimal_add_grouped(struct buf *out, int64_t number) {
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%" PRId64, number);
    int first = digits[0] == '-';
    for (int i = 0; i < size; i++) {
        if (i > first && (size - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits[i]);
    }
}
