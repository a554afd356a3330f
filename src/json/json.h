/* JSON in and out (RFC 8259). The only room that knows cJSON.
 *
 * Reading is stricter than cJSON: the whole text is checked first, and what cJSON would swallow
 * (bad UTF-8, control characters, trailing text, odd numbers) or lose (U+0000, the second of two
 * equal names, digits of a long number) is an error with line and column. The tree that comes out
 * lives in the caller's arena and keeps numbers as they are written.
 *
 * Writing appends to a buf and cannot fail. Money and doubles are written here and not by cJSON,
 * which prints fifteen digits where seventeen are needed. */
#ifndef GOLDLEAF_JSON_JSON_H
#define GOLDLEAF_JSON_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/value.h"

/* Limits of what is read. */
#define JSON_MAX_DEPTH 64
#define JSON_MAX_NUMBER 63 /* characters: cJSON cuts longer ones */

/* Limit of what is written: room for a document that was read inside one of our own. */
#define JSON_MAX_WRITER_DEPTH (2 * JSON_MAX_DEPTH)

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* One value of a document. Never changed after reading. */
struct json {
    enum json_kind kind;
    bool boolean;              /* of a BOOLEAN */
    struct span text;          /* STRING: decoded; NUMBER: as written; both NUL-terminated */
    const char *name;          /* of an object's member; NULL for any other value */
    const struct json *parent; /* NULL for the document itself */
    const struct json *first;  /* children of an ARRAY or OBJECT, in the order of the text */
    const struct json *next;   /* the next child of the same parent */
    size_t count;              /* of children */
};

/* Reads one document. A byte order mark in front is passed over. Errors are ERR_FAILED and begin
 * with "line 3, column 14: "; columns count characters. */
bool json_read(struct arena *arena, struct span text, const struct json **document,
               struct err *err);

/* The member of that name, or NULL; also NULL when `object` is NULL or not an object. */
const struct json *json_find(const struct json *object, const char *name);

/* Whether two values say the same: members in any order, items in theirs, numbers as they are
 * written. NULL is the same as NULL only. */
bool json_equal(const struct json *a, const struct json *b);

/* Appends where a value stands in its document: "resources[4].schema.fields[2].type"; nothing for
 * the document itself. Names that are not plain words stand in brackets: a["odd.name"]. */
void json_add_path(struct buf *out, const struct json *value);

/* The name of a kind for messages: "a string". */
const char *json_kind_name(enum json_kind kind);

/* Typed members of an object. json_get_*: absent, null or another type is an error (ERR_FAILED)
 * that names the path. json_find_*: absent or null leaves `*out` as it is. An integer is a number
 * without fraction and exponent that fits; a real is a number that a double can hold. */
bool json_get_string(const struct json *object, const char *name, const char **out,
                     struct err *err);
bool json_get_integer(const struct json *object, const char *name, int64_t *out, struct err *err);
bool json_get_real(const struct json *object, const char *name, double *out, struct err *err);
bool json_get_boolean(const struct json *object, const char *name, bool *out, struct err *err);
bool json_get_array(const struct json *object, const char *name, const struct json **out,
                    struct err *err);
bool json_get_object(const struct json *object, const char *name, const struct json **out,
                     struct err *err);
bool json_find_string(const struct json *object, const char *name, const char **out,
                      struct err *err);
bool json_find_integer(const struct json *object, const char *name, int64_t *out, struct err *err);
bool json_find_real(const struct json *object, const char *name, double *out, struct err *err);
bool json_find_boolean(const struct json *object, const char *name, bool *out, struct err *err);
bool json_find_array(const struct json *object, const char *name, const struct json **out,
                     struct err *err);
bool json_find_object(const struct json *object, const char *name, const struct json **out,
                      struct err *err);

enum json_style { JSON_COMPACT, JSON_PRETTY /* two blanks a level */ };

/* A document being written. Commas, line breaks and indents come by themselves:
 *
 *   struct json_writer writer = json_writer_start(&text, JSON_PRETTY);
 *   json_open_object(&writer, NULL);
 *   json_add_integer(&writer, "rows", 3);
 *   json_open_array(&writer, "keys");
 *   json_add_string(&writer, NULL, "T-17");
 *   json_close_array(&writer);
 *   json_close_object(&writer);
 *
 * `name` is the member's name inside an object and NULL inside an array or at the top; anything
 * else is a fault of the program and ends it. */
struct json_writer {
    struct buf *out;
    enum json_style style;
    unsigned depth;
    bool has_items;                            /* in the innermost container */
    bool is_object[JSON_MAX_WRITER_DEPTH + 1]; /* by depth; [0] is the top */
};

struct json_writer json_writer_start(struct buf *out, enum json_style style);

void json_open_object(struct json_writer *writer, const char *name);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer, const char *name);
void json_close_array(struct json_writer *writer);

void json_add_null(struct json_writer *writer, const char *name);
void json_add_boolean(struct json_writer *writer, const char *name, bool boolean);
void json_add_integer(struct json_writer *writer, const char *name, int64_t integer);
/* 4500 is written as 45.00 */
void json_add_money(struct json_writer *writer, const char *name, int64_t hundredths);
/* The shortest of 15, 16 or 17 digits that reads back as the same double; null for infinities and
 * not-a-number, which JSON does not have. */
void json_add_real(struct json_writer *writer, const char *name, double real);
/* Bytes that are not UTF-8 become U+FFFD. Control and invisible formatting characters are escaped,
 * so that a document on a terminal shows what it contains. */
void json_add_text(struct json_writer *writer, const char *name, struct span text);
void json_add_string(struct json_writer *writer, const char *name, const char *string);
/* (NULL becomes null) */
void json_add_value(struct json_writer *writer, const char *name, struct value value);
/* Copies a value that was read, numbers as they were written. */
void json_add_json(struct json_writer *writer, const char *name, const struct json *json);

#endif
