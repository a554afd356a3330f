#include "auth/base64.h"

#include <stdint.h>

void base64url_add(struct secret *out, struct span bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t count = bytes.size - i < 3 ? bytes.size - i : 3;
        uint32_t group = 0;
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (j < count ? (unsigned char)bytes.data[i + j] : 0);
        for (size_t j = 0; j <= count; j++)
            secret_add_char(out, digits[group >> (18 - 6 * j) & 63]);
    }
}

/* -1 for a character that is no digit. */
static int digit_value(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_white(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool base64_decode(struct secret *out, struct span text) {
    uint32_t group = 0;
    size_t digits = 0, padding = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (is_white(c))
            continue;
        int value = digit_value(c);
        if (c == '=')
            padding++;
        else if (value < 0 || padding)
            return false;
        group = group << 6 | (value < 0 ? 0 : (uint32_t)value);
        if (++digits % 4 == 0)
            for (size_t j = 0; j + padding < 3; j++)
                secret_add_char(out, (char)(group >> (16 - 8 * j) & 0xFF));
    }
    uint32_t stray = padding == 1 ? group & 0xFF : padding == 2 ? group & 0xFFFF : 0;
    return digits % 4 == 0 && padding <= 2 && stray == 0;
}
