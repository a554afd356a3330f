#include "json/json_scan.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "json/json.h"

struct scan {
    struct span text;
    size_t at;
    unsigned depth;
    struct json_marks *marks;
    struct err *err;
};

bool json_scan_fault(struct span text, size_t offset, struct err *err, const char *message) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < text.size; i++) {
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text.data[i] & 0xC0) != 0x80) { /* first byte of a character */
            column++;
        }
    }
    return err_set(err, ERR_FAILED, "line %zu, column %zu: %s", line, column, message);
}

static bool fault(const struct scan *scan, const char *message) {
    return json_scan_fault(scan->text, scan->at, scan->err, message);
}

static size_t mark_add(struct json_marks *marks, size_t start, size_t name) {
    if (marks->count == marks->capacity) {
        marks->capacity = marks->capacity ? marks->capacity * 2 : 64;
        marks->items = memory_resize(marks->items, marks->capacity, sizeof *marks->items);
    }
    marks->items[marks->count] =
        (struct json_mark){.start = (uint32_t)start, .name = (uint32_t)name};
    return marks->count++;
}

/* The byte at the reading point, '\0' at the end of the text. */
static char peek(const struct scan *scan) {
    return scan->at < scan->text.size ? scan->text.data[scan->at] : '\0';
}

static bool is_at_end(const struct scan *scan) {
    return scan->at >= scan->text.size;
}

static void skip_blanks(struct scan *scan) {
    while (!is_at_end(scan) && strchr(" \t\r\n", peek(scan)) && peek(scan))
        scan->at++;
}

static bool scan_hex4(struct scan *scan, unsigned *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        char c = ascii_lower(peek(scan));
        if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'f'))
            return fault(scan, "four hexadecimal digits must follow \\u");
        *unit = *unit * 16 + (unsigned)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return true;
}

/* Behind "\u". */
static bool scan_unicode_escape(struct scan *scan) {
    size_t start = scan->at;
    unsigned unit, low = 0;
    if (!scan_hex4(scan, &unit))
        return false;
    if (unit == 0) {
        scan->at = start;
        return fault(scan, "the character U+0000 is not allowed");
    }
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    bool has_low = unit < 0xDC00 && peek(scan) == '\\' && scan->at + 1 < scan->text.size &&
                   scan->text.data[scan->at + 1] == 'u';
    if (has_low) {
        scan->at += 2;
        if (!scan_hex4(scan, &low))
            return false;
    }
    if (low >= 0xDC00 && low <= 0xDFFF)
        return true;
    scan->at = start;
    return fault(scan, "half of a surrogate pair");
}

static bool scan_string(struct scan *scan) {
    size_t start = scan->at++;
    while (!is_at_end(scan)) {
        char c = peek(scan);
        if ((unsigned char)c < 0x20)
            return fault(scan, c == '\n' ? "a string does not end before the end of its line"
                                         : "a control character inside a string");
        scan->at++;
        if (c == '"')
            return true;
        if (c != '\\' || is_at_end(scan))
            continue;
        char escape = peek(scan);
        if (!escape || !strchr("\"\\/bfnrtu", escape))
            return fault(scan, "unknown escape in a string");
        scan->at++;
        if (escape == 'u' && !scan_unicode_escape(scan))
            return false;
    }
    scan->at = start;
    return fault(scan, "a string without its closing quote");
}

static bool scan_digits(struct scan *scan) {
    if (!ascii_is_digit(peek(scan)))
        return fault(scan, "a digit is missing in a number");
    while (ascii_is_digit(peek(scan)))
        scan->at++;
    return true;
}

static bool scan_number(struct scan *scan) {
    size_t start = scan->at;
    if (peek(scan) == '-')
        scan->at++;
    size_t whole = scan->at;
    if (!scan_digits(scan))
        return false;
    if (scan->text.data[whole] == '0' && scan->at > whole + 1) {
        scan->at = start;
        return fault(scan, "a number must not begin with 0");
    }
    if (peek(scan) == '.') {
        scan->at++;
        if (!scan_digits(scan))
            return false;
    }
    if (ascii_lower(peek(scan)) == 'e') {
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        if (!scan_digits(scan))
            return false;
    }
    if (scan->at - start > JSON_MAX_NUMBER) {
        scan->at = start;
        return fault(scan, "a number of more than 63 characters");
    }
    return true;
}

static bool scan_word(struct scan *scan) {
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t size = strlen(words[i]);
        if (scan->text.size - scan->at >= size &&
            memcmp(scan->text.data + scan->at, words[i], size) == 0) {
            scan->at += size;
            return true;
        }
    }
    return fault(scan, is_at_end(scan) ? "the text ends in the middle of the document"
                                       : "a value was expected");
}

static bool scan_value(struct scan *scan, size_t name);

/* A member of an object: "name": value. */
static bool scan_member(struct scan *scan) {
    skip_blanks(scan);
    size_t name = scan->at;
    if (peek(scan) != '"')
        return fault(scan, is_at_end(scan) ? "the text ends inside an object"
                                           : "a name in double quotes was expected");
    if (!scan_string(scan))
        return false;
    skip_blanks(scan);
    if (peek(scan) != ':')
        return fault(scan, "':' was expected");
    scan->at++;
    return scan_value(scan, name);
}

/* Behind '[' or '{', up to and with its `close`. */
static bool scan_children(struct scan *scan, char close) {
    bool is_object = close == '}';
    if (++scan->depth > JSON_MAX_DEPTH)
        return fault(scan, "nested more than 64 levels deep");
    scan->at++;
    skip_blanks(scan);
    if (peek(scan) == close) {
        scan->at++;
        scan->depth--;
        return true;
    }
    for (;;) {
        if (!(is_object ? scan_member(scan) : scan_value(scan, 0)))
            return false;
        skip_blanks(scan);
        if (peek(scan) != ',' && peek(scan) != close)
            return fault(scan, is_object ? "',' or '}' was expected" : "',' or ']' was expected");
        if (scan->text.data[scan->at++] == close)
            break;
    }
    scan->depth--;
    return true;
}

/* A value and the blanks in front of it. Recursion is bounded by JSON_MAX_DEPTH. */
static bool scan_value(struct scan *scan, size_t name) {
    skip_blanks(scan);
    size_t mark = mark_add(scan->marks, scan->at, name);
    char c = peek(scan);
    bool is_good = c == '{'                        ? scan_children(scan, '}')
                   : c == '['                      ? scan_children(scan, ']')
                   : c == '"'                      ? scan_string(scan)
                   : c == '-' || ascii_is_digit(c) ? scan_number(scan)
                                                   : scan_word(scan);
    scan->marks->items[mark].end = (uint32_t)scan->at;
    return is_good;
}

bool json_scan(struct span text, struct json_marks *marks, struct err *err) {
    struct scan scan = {.text = text, .marks = marks, .err = err};
    if (text.size > UINT32_MAX)
        return fault(&scan, "a document of more than 4 GiB");
    if (!utf8_is_valid(text, &scan.at))
        return fault(&scan, "the text is not UTF-8");
    scan.at = 0;
    if (!scan_value(&scan, 0))
        return false;
    skip_blanks(&scan);
    return is_at_end(&scan) || fault(&scan, "text follows the end of the document");
}

size_t json_marks_skip(const struct json_marks *marks, size_t index) {
    size_t end = marks->items[index].end;
    do
        index++;
    while (index < marks->count && marks->items[index].start < end);
    return index;
}

size_t json_marks_find(const struct json_marks *marks, struct span text, size_t index,
                       const char *name) {
    size_t end = marks->items[index].end, size = strlen(name);
    if (text.data[marks->items[index].start] != '{')
        return 0;
    for (size_t i = index + 1; i < marks->count && marks->items[i].start < end;
         i = json_marks_skip(marks, i)) {
        const char *written = text.data + marks->items[i].name;
        if (strncmp(written + 1, name, size) == 0 && written[size + 1] == '"')
            return i;
    }
    return 0;
}

static unsigned hex4(const char *digits) {
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = ascii_lower(digits[i]);
        unit = unit * 16 + (unsigned)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return unit;
}

/* From the 'u' of an escape on; returns how many bytes it takes up. */
static size_t add_escaped_unicode(struct buf *out, const char *escape) {
    unsigned code = hex4(escape + 1);
    size_t size = 5;
    if (code >= 0xD800 && code <= 0xDFFF) { /* the scan has seen to the other half */
        code = 0x10000 + ((code - 0xD800) << 10) + (hex4(escape + 7) - 0xDC00);
        size = 11;
    }
    if (code < 0x80) {
        buf_add_char(out, (char)code);
        return size;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    buf_add_char(out, (char)(lead[more] | code >> (6 * more)));
    while (more-- > 0)
        buf_add_char(out, (char)(0x80 | (code >> (6 * more) & 0x3F)));
    return size;
}

void json_add_decoded(struct buf *out, struct span raw) {
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    const char *at = raw.data + 1, *end = raw.data + raw.size - 1;
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        buf_add(out, (struct span){at, (size_t)((escape ? escape : end) - at)});
        if (!escape)
            return;
        const char *letter = strchr(letters, escape[1]);
        at = escape + 1;
        if (*at == 'u') {
            at += add_escaped_unicode(out, at);
            continue;
        }
        buf_add_char(out, letter ? meant[letter - letters] : *at);
        at++;
    }
}
