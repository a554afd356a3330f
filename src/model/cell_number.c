/* Whole numbers, decimals and money, read as decimal text. */
#include "model/cell_scan.h"

#define MINUS_SIGN SPAN("\xE2\x88\x92") /* U+2212 */

/* So many decimal digits always fit in 64 bits. */
#define WHOLE_DIGITS_MAX 19
/* The specification's limit for money; hundredths of it fit easily. */
#define MONEY_DIGITS_MAX 9

/* An unsigned decimal number. `whole` is only right up to WHOLE_DIGITS_MAX digits. */
struct number {
    uint64_t whole;
    size_t whole_digits; /* leading zeros do not count */
    unsigned hundredths; /* the first two decimals */
    bool rounds_up;      /* the third decimal is 5 or more */
    bool has_fraction;   /* some decimal is not 0 */
};

static bool scan_sign(struct scan *scan, bool *is_negative) {
    if (ascii_is_digit(scan_peek(scan)))
        return false;
    *is_negative = scan_char(scan, '-') || scan_bytes(scan, MINUS_SIGN);
    return *is_negative || scan_char(scan, '+');
}

/* Digits up to the next separator, added to the whole part; returns how many. */
static size_t scan_group(struct scan *scan, struct number *number) {
    const char *start = scan->at;
    for (; scan->at < scan->end && ascii_is_digit(*scan->at); scan->at++) {
        if (*scan->at != '0' || number->whole_digits)
            number->whole_digits++;
        number->whole = number->whole * 10 + (uint64_t)(*scan->at - '0');
    }
    return (size_t)(scan->at - start);
}

/* A separator counts as one only in front of a digit: "5 USD" has none. */
static bool scan_separator(struct scan *scan, struct span *separator) {
    struct scan next = *scan;
    if (!scan_char(&next, ',') && !scan_blank(&next))
        return false;
    if (!ascii_is_digit(scan_peek(&next)))
        return false;
    *separator = (struct span){scan->at, (size_t)(next.at - scan->at)};
    *scan = next;
    return true;
}

/* 1234567 or 1,234,567 or 12,34,567: one kind of separator, groups where they belong. A group of
 * any other size is a decimal comma or a typing error, and so is one in front that begins with 0:
 * 12,5 must never become 125, nor 0,125. */
static bool scan_whole(struct scan *scan, struct number *number, size_t *digits) {
    bool begins_with_zero = scan_peek(scan) == '0';
    size_t first = scan_group(scan, number);
    size_t middle = 0, last = first;
    bool is_grouped = false;
    struct span used = {0}, separator;
    *digits = first;
    while (*digits && scan_separator(scan, &separator)) {
        if (is_grouped && !span_equal(used, separator))
            return false;
        if (is_grouped && middle && middle != last)
            return false;
        if (is_grouped)
            middle = last;
        is_grouped = true;
        used = separator;
        last = scan_group(scan, number);
        *digits += last;
    }
    if (!is_grouped)
        return true;
    return last == 3 && !begins_with_zero &&
           ((first <= 3 && (middle == 0 || middle == 3)) || (first <= 2 && middle == 2));
}

/* Decimals behind the point. */
static size_t scan_fraction(struct scan *scan, struct number *number) {
    size_t count = 0;
    for (; scan->at < scan->end && ascii_is_digit(*scan->at); scan->at++, count++) {
        unsigned digit = (unsigned)(*scan->at - '0');
        if (count == 0)
            number->hundredths = digit * 10;
        else if (count == 1)
            number->hundredths += digit;
        else if (count == 2)
            number->rounds_up = digit >= 5;
        number->has_fraction |= digit != 0;
    }
    return count;
}

/* "5", "5.", ".5", "1,234.50"; at least one digit. */
static bool scan_number(struct scan *scan, struct number *number) {
    size_t digits;
    *number = (struct number){0};
    if (!scan_whole(scan, number, &digits))
        return false;
    if (scan_char(scan, '.'))
        digits += scan_fraction(scan, number);
    return digits > 0;
}

/* Hundredths, rounded half away from zero. */
static bool number_to_hundredths(const struct number *number, bool is_negative,
                                 int64_t *hundredths) {
    if (number->whole_digits > MONEY_DIGITS_MAX)
        return false;
    int64_t sum = (int64_t)number->whole * 100 + number->hundredths + (number->rounds_up ? 1 : 0);
    *hundredths = is_negative ? -sum : sum;
    return true;
}

bool cell_parse_integer(struct span text, int64_t *integer) {
    struct scan scan = scan_from(text);
    struct number number;
    bool is_negative = false;
    scan_sign(&scan, &is_negative);
    if (!ascii_is_digit(scan_peek(&scan)))
        return false;
    if (!scan_number(&scan, &number) || !scan_at_end(&scan))
        return false;
    if (number.has_fraction || number.whole_digits > WHOLE_DIGITS_MAX)
        return false;
    if (number.whole > (uint64_t)INT64_MAX + (is_negative ? 1 : 0))
        return false;
    /* Negated while unsigned: the smallest integer has no positive twin. */
    *integer = is_negative ? (int64_t)(0 - number.whole) : (int64_t)number.whole;
    return true;
}

bool cell_parse_decimal(struct span text, int64_t *hundredths) {
    struct scan scan = scan_from(text);
    struct number number;
    bool is_negative = false;
    scan_sign(&scan, &is_negative);
    return scan_number(&scan, &number) && scan_at_end(&scan) &&
           number_to_hundredths(&number, is_negative, hundredths);
}

/* ISO 4217, sorted, with the codes that were given up lately. If any three letters were taken,
 * "12 pcs" would pass for money. */
static bool is_currency_code(const char code[static 3]) {
    static const char codes[] =
        "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBHDBIFBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCLPCNY"
        "COPCRCCUPCVECZKDJFDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGNFGTQGYDHKDHNLHRKHTGHUFIDRILS"
        "INRIQDIRRISKJMDJODJPYKESKGSKHRKMFKPWKRWKWDKYDKZTLAKLBPLKRLRDLSLLYDMADMDLMGAMKDMMKMNTMOPMRU"
        "MURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDOMRPABPENPGKPHPPKRPLNPYGQARRONRSDRUBRWFSARSBDSCRSDGSEK"
        "SGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTNDTOPTRYTTDTWDTZSUAHUGXUSDUYUUZSVEDVESVNDVUVWSTXAF"
        "XCDXCGXOFXPFYERZARZMWZWG";
    const char upper[3] = {ascii_upper(code[0]), ascii_upper(code[1]), ascii_upper(code[2])};
    size_t low = 0, high = sizeof codes / 3;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(codes + middle * 3, upper, 3);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* U+20A0 to U+20CF are the currency signs (rupee, euro, won, ...); '$', pound and yen are older. */
static bool scan_currency_sign(struct scan *scan) {
    if (scan_char(scan, '$') || scan_bytes(scan, SPAN("\xC2\xA3")) ||
        scan_bytes(scan, SPAN("\xC2\xA5")))
        return true;
    if (scan->end - scan->at < 3 || scan->at[0] != '\xE2')
        return false;
    unsigned char second = (unsigned char)scan->at[1], third = (unsigned char)scan->at[2];
    if (!(second == 0x82 && third >= 0xA0 && third <= 0xBF) &&
        !(second == 0x83 && third >= 0x80 && third <= 0x8F))
        return false;
    scan->at += 3;
    return true;
}

/* A sign, an ISO code, "Rs" or "Rs.". */
static bool scan_currency(struct scan *scan) {
    if (scan_currency_sign(scan))
        return true;
    size_t letters = 0;
    while (scan->at + letters < scan->end && ascii_is_alpha(scan->at[letters]))
        letters++;
    bool is_rupees =
        letters == 2 && ascii_lower(scan->at[0]) == 'r' && ascii_lower(scan->at[1]) == 's';
    if (!is_rupees && !(letters == 3 && is_currency_code(scan->at)))
        return false;
    scan->at += letters;
    if (is_rupees)
        scan_char(scan, '.');
    return true;
}

/* What may stand around an amount, each at most once. */
struct money_signs {
    bool has_currency, has_sign, is_negative, has_bracket, is_closed;
};

/* Brackets mean a negative amount, so they exclude a sign. */
static void scan_money_prefix(struct scan *scan, struct money_signs *signs) {
    while (!ascii_is_digit(scan_peek(scan))) {
        bool may_sign = !signs->has_sign && !signs->has_bracket;
        if (may_sign && scan_char(scan, '('))
            signs->has_bracket = true;
        else if (may_sign && scan_sign(scan, &signs->is_negative))
            signs->has_sign = true;
        else if (!signs->has_currency && scan_currency(scan))
            signs->has_currency = true;
        else if (!scan_blank(scan))
            return;
    }
}

static void scan_money_suffix(struct scan *scan, struct money_signs *signs) {
    while (!scan_at_end(scan)) {
        if (signs->has_bracket && !signs->is_closed && scan_char(scan, ')'))
            signs->is_closed = true;
        else if (!signs->has_currency && scan_currency(scan))
            signs->has_currency = true;
        else if (!scan_blank(scan))
            return;
    }
}

bool cell_parse_money(struct span text, int64_t *hundredths) {
    struct scan scan = scan_from(text);
    struct money_signs signs = {0};
    struct number number;
    scan_money_prefix(&scan, &signs);
    if (!scan_number(&scan, &number))
        return false;
    scan_money_suffix(&scan, &signs);
    if (!scan_at_end(&scan) || signs.has_bracket != signs.is_closed)
        return false;
    return number_to_hundredths(&number, signs.is_negative || signs.has_bracket, hundredths);
}
