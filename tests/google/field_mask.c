#include "field_mask.h"

#include <ctype.h>

#define MAX_DEPTH 32

struct parser {
    struct arena *arena;
    struct span left;
    unsigned depth;
};

static bool take(struct parser *parser, char c) {
    if (parser->left.size == 0 || parser->left.data[0] != c)
        return false;
    parser->left = (struct span){parser->left.data + 1, parser->left.size - 1};
    return true;
}

static bool take_name(struct parser *parser, struct span *name) {
    size_t size = 0;
    while (size < parser->left.size &&
           (isalnum((unsigned char)parser->left.data[size]) || parser->left.data[size] == '_' ||
            parser->left.data[size] == '*'))
        size++;
    *name = (struct span){parser->left.data, size};
    parser->left = (struct span){parser->left.data + size, parser->left.size - size};
    return size > 0;
}

static bool parse_list(struct parser *parser, struct mask **list);

/* One path: a, a.b, a(b,c) */
static bool parse_path(struct parser *parser, struct mask **list) {
    struct mask *mask = arena_alloc(parser->arena, sizeof *mask);
    if (parser->depth++ == MAX_DEPTH || !take_name(parser, &mask->name))
        return false;
    mask->next = *list;
    *list = mask;
    bool is_good = true;
    if (take(parser, '.') || take(parser, '/'))
        is_good = parse_path(parser, &mask->children);
    else if (take(parser, '('))
        is_good = parse_list(parser, &mask->children) && take(parser, ')');
    parser->depth--;
    return is_good;
}

static bool parse_list(struct parser *parser, struct mask **list) {
    do
        if (!parse_path(parser, list))
            return false;
    while (take(parser, ','));
    return true;
}

bool field_mask_parse(struct arena *arena, struct span text, struct mask **mask) {
    struct parser parser = {arena, text, 0};
    *mask = NULL;
    return parse_list(&parser, mask) && parser.left.size == 0;
}

/* Names may come several times: a.b,a.c. What passes by one of them passes. */
static const struct mask *merge(const struct mask *mask, struct span name, bool *passes,
                                bool *is_whole) {
    const struct mask *below = NULL;
    for (; mask; mask = mask->next) {
        if (!span_equal(mask->name, name) && !span_is(mask->name, "*"))
            continue;
        *passes = true;
        *is_whole |= !mask->children;
        below = mask->children ? mask->children : below;
    }
    return *is_whole ? NULL : below;
}

bool field_mask_passes(const struct mask *mask, struct span name, const struct mask **below) {
    bool passes = !mask, is_whole = !mask;
    *below = merge(mask, name, &passes, &is_whole);
    return passes;
}

void field_mask_write(struct json_writer *writer, const char *name, const struct json *json,
                      const struct mask *mask) {
    if (json->kind == JSON_ARRAY) {
        json_open_array(writer, name);
        for (const struct json *item = json->first; item; item = item->next)
            field_mask_write(writer, NULL, item, mask);
        json_close_array(writer);
    } else if (json->kind == JSON_OBJECT) {
        const struct mask *below;
        json_open_object(writer, name);
        for (const struct json *member = json->first; member; member = member->next)
            if (field_mask_passes(mask, span_from(member->name), &below))
                field_mask_write(writer, member->name, member, below);
        json_close_object(writer);
    } else {
        json_add_json(writer, name, json);
    }
}
