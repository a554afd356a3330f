/* Any bytes as a JSON document: an error with its place, or a tree that is written and read back as
 * the same document. What the strict scan lets through, cJSON must be able to read. */
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void write_all(const struct json *document, enum json_style style, struct buf *out) {
    struct json_writer writer = json_writer_start(out, style);
    json_add_json(&writer, NULL, document);
}

static void check_tree(const struct json *json) {
    size_t count = 0;
    for (const struct json *child = json->first; child; child = child->next, count++) {
        require(child->parent == json);
        require((child->name != NULL) == (json->kind == JSON_OBJECT));
        if (child->name)
            require(json_find(json, child->name) == child);
        check_tree(child);
    }
    require(count == json->count);
    if (json->text.data)
        require(json->text.data[json->text.size] == '\0');
}

static void check_written(const struct json *document) {
    struct arena arena = {0};
    struct buf compact = {0}, pretty = {0}, again = {0};
    struct err err = {0};
    const struct json *copy = NULL;
    write_all(document, JSON_COMPACT, &compact);
    write_all(document, JSON_PRETTY, &pretty);
    require(json_read(&arena, buf_span(&pretty), &copy, &err));
    write_all(copy, JSON_COMPACT, &again);
    require(span_equal(buf_span(&compact), buf_span(&again)));
    buf_free(&compact);
    buf_free(&pretty);
    buf_free(&again);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    struct err err = {0};
    const struct json *document = NULL;
    if (json_read(&arena, (struct span){(const char *)data, size}, &document, &err)) {
        check_tree(document);
        check_written(document);
    } else {
        require(strncmp(err.message, "line ", 5) == 0);
    }
    arena_free(&arena);
    return 0;
}
