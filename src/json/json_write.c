#include "base/decimal.h"
#include "base/utf8.h"
#include "json/json.h"

#include <inttypes.h>
#include <math.h>

struct json_writer json_writer_start(struct buf *out, enum json_style style) {
    return (struct json_writer){.out = out, .style = style};
}

static _Noreturn void misuse(const char *what) {
    fprintf(stderr, "goldleaf: fault in the program: JSON writer: %s\n", what);
    abort();
}

static bool is_in_object(const struct json_writer *writer) {
    return writer->is_object[writer->depth];
}

static void add_line_break(struct json_writer *writer) {
    if (writer->style != JSON_PRETTY)
        return;
    buf_add_char(writer->out, '\n');
    for (unsigned i = 0; i < writer->depth; i++)
        buf_add(writer->out, SPAN("  "));
}

/* Characters that a terminal would not show, or that would change how it shows others: DEL and the
 * C1 controls, marks of zero width, controls of direction, separators, the byte order mark. */
static bool is_invisible(unsigned code) {
    static const struct {
        unsigned first, last;
    } ranges[] = {
        {0x7F, 0x9F},     {0x61C, 0x61C},   {0x200B, 0x200F}, {0x2028, 0x202E},
        {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
    };
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Decodes the character at `at`, the start of a valid sequence. Those of four bytes count as
 * visible, so their code is not worked out. Returns its size. */
static size_t decode(const unsigned char *at, unsigned *code) {
    if (at[0] < 0x80) {
        *code = at[0];
        return 1;
    }
    if (at[0] < 0xE0) {
        *code = (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
        return 2;
    }
    if (at[0] < 0xF0) {
        *code = (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
        return 3;
    }
    *code = 0x10000;
    return 4;
}

/* What stands for a byte that cannot stand for itself, or NULL. */
static const char *short_escape(char c) {
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* Text that is valid UTF-8, without its quotes; runs that need no escape are copied at once. */
static void add_valid_text(struct buf *out, struct span text) {
    size_t run = 0;
    if (text.size == 0) /* data may be NULL */
        return;
    for (size_t at = 0, size; at < text.size; at += size) {
        unsigned code;
        const char *escape = short_escape(text.data[at]);
        size = decode((const unsigned char *)text.data + at, &code);
        if (!escape && code >= 0x20 && !is_invisible(code))
            continue;
        buf_add(out, (struct span){text.data + run, at - run});
        if (escape)
            buf_add_text(out, escape);
        else
            buf_printf(out, "\\u%04x", code);
        run = at + size;
    }
    buf_add(out, (struct span){text.data + run, text.size - run});
}

static void add_quoted(struct buf *out, struct span text) {
    size_t bad;
    buf_add_char(out, '"');
    while (!utf8_is_valid(text, &bad)) {
        add_valid_text(out, (struct span){text.data, bad});
        buf_add(out, SPAN("\xEF\xBF\xBD"));
        text = (struct span){text.data + bad + 1, text.size - bad - 1};
    }
    add_valid_text(out, text);
    buf_add_char(out, '"');
}

/* What stands before any value: comma, line break, name. */
static void begin_value(struct json_writer *writer, const char *name) {
    if ((name != NULL) != is_in_object(writer))
        misuse(name ? "a name outside an object" : "a value without a name in an object");
    if (writer->has_items && writer->depth > 0)
        buf_add_char(writer->out, ',');
    if (writer->depth > 0)
        add_line_break(writer);
    writer->has_items = true;
    if (!name)
        return;
    add_quoted(writer->out, span_from(name));
    buf_add_text(writer->out, writer->style == JSON_PRETTY ? ": " : ":");
}

static void open_container(struct json_writer *writer, const char *name, bool is_object) {
    begin_value(writer, name);
    if (++writer->depth > JSON_MAX_WRITER_DEPTH)
        misuse("too deep");
    writer->is_object[writer->depth] = is_object;
    writer->has_items = false;
    buf_add_char(writer->out, is_object ? '{' : '[');
}

static void close_container(struct json_writer *writer, bool is_object) {
    if (writer->depth == 0 || is_in_object(writer) != is_object)
        misuse("closed what is not open");
    bool had_items = writer->has_items;
    writer->depth--;
    if (had_items)
        add_line_break(writer);
    buf_add_char(writer->out, is_object ? '}' : ']');
    writer->has_items = true; /* the one just closed */
}

void json_open_object(struct json_writer *writer, const char *name) {
    open_container(writer, name, true);
}

void json_close_object(struct json_writer *writer) {
    close_container(writer, true);
}

void json_open_array(struct json_writer *writer, const char *name) {
    open_container(writer, name, false);
}

void json_close_array(struct json_writer *writer) {
    close_container(writer, false);
}

void json_add_null(struct json_writer *writer, const char *name) {
    begin_value(writer, name);
    buf_add(writer->out, SPAN("null"));
}

void json_add_boolean(struct json_writer *writer, const char *name, bool boolean) {
    begin_value(writer, name);
    buf_add_text(writer->out, boolean ? "true" : "false");
}

void json_add_integer(struct json_writer *writer, const char *name, int64_t integer) {
    begin_value(writer, name);
    buf_printf(writer->out, "%" PRId64, integer);
}

void json_add_money(struct json_writer *writer, const char *name, int64_t hundredths) {
    begin_value(writer, name);
    /* Unsigned, because the lowest int64_t has no opposite. */
    uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
    buf_printf(writer->out, "%s%" PRIu64 ".%02" PRIu64, hundredths < 0 ? "-" : "", size / 100,
               size % 100);
}

void json_add_real(struct json_writer *writer, const char *name, double real) {
    if (!isfinite(real)) {
        json_add_null(writer, name);
        return;
    }
    char text[DECIMAL_SIZE];
    decimal_shortest(real, text);
    begin_value(writer, name);
    buf_add_text(writer->out, text);
}

void json_add_text(struct json_writer *writer, const char *name, struct span text) {
    begin_value(writer, name);
    add_quoted(writer->out, text);
}

void json_add_string(struct json_writer *writer, const char *name, const char *string) {
    if (string)
        json_add_text(writer, name, span_from(string));
    else
        json_add_null(writer, name);
}

void json_add_value(struct json_writer *writer, const char *name, struct value value) {
    switch (value.kind) {
    case VALUE_NULL:
        json_add_null(writer, name);
        break;
    case VALUE_INTEGER:
        json_add_integer(writer, name, value.integer);
        break;
    case VALUE_MONEY:
        json_add_money(writer, name, value.integer);
        break;
    case VALUE_REAL:
        json_add_real(writer, name, value.real);
        break;
    case VALUE_TEXT:
        json_add_text(writer, name, value_span(value));
        break;
    }
}

/* Recursion is bounded by the depth of what was read. */
void json_add_json(struct json_writer *writer, const char *name, const struct json *json) {
    switch (json->kind) {
    case JSON_NULL:
        json_add_null(writer, name);
        break;
    case JSON_BOOLEAN:
        json_add_boolean(writer, name, json->boolean);
        break;
    case JSON_NUMBER:
        begin_value(writer, name);
        buf_add(writer->out, json->text);
        break;
    case JSON_STRING:
        json_add_text(writer, name, json->text);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        open_container(writer, name, json->kind == JSON_OBJECT);
        for (const struct json *child = json->first; child; child = child->next)
            json_add_json(writer, child->name, child);
        close_container(writer, json->kind == JSON_OBJECT);
        break;
    }
}
