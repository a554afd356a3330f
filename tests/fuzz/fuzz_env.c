/* Any bytes as .env: an error that names a line, or entries that are read again from what they say.
 *
 * Build with clang -fsanitize=fuzzer,address,undefined; the seeds are in corpus/env. */
#include "base/buf.h"
#include "cli/env_file.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const KNOWN[] = {"GOLDLEAF_MODEL", "GOLDLEAF_INPUTS"};

static void require(bool is_true, const char *what) {
    if (is_true)
        return;
    fprintf(stderr, "fuzz_env: %s\n", what);
    abort();
}

static bool parse(struct arena *arena, struct span text, struct env_file *file, struct err *err) {
    return env_file_parse(arena, ".env", text, KNOWN, COUNT_OF(KNOWN), file, err);
}

static void check_name(const char *name) {
    require(*name && !ascii_is_digit(*name), "a key that begins with no letter");
    for (; *name; name++)
        require(ascii_is_alpha(*name) || ascii_is_digit(*name) || *name == '_', "an odd key");
}

/* In double quotes, with the two characters escaped that would end or change it. A carriage return
 * has its own escape, because one before a line feed would be taken for part of the line's end. */
static void write_entry(struct buf *out, const struct env_entry *entry) {
    buf_printf(out, "export %s=\"", entry->name);
    for (const char *c = entry->value; *c; c++) {
        if (*c == '\r') {
            buf_add_text(out, "\\r");
            continue;
        }
        if (*c == '"' || *c == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *c);
    }
    buf_add_text(out, "\" # comment\r\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    struct env_file file, again;
    struct err err = {0};
    struct buf text = {0};
    buf_add(&text, (struct span){(const char *)data, size});
    if (!parse(&arena, buf_span(&text), &file, &err)) {
        require(err.class == ERR_USAGE, "an error of another class");
        require(strncmp(err.message, ".env:", 5) == 0, "an error without a place");
    } else {
        buf_clear(&text);
        for (size_t i = 0; i < file.count; i++) {
            check_name(file.entries[i].name);
            write_entry(&text, &file.entries[i]);
        }
        require(parse(&arena, buf_span(&text), &again, &err), "what was written cannot be read");
        require(again.count == file.count, "another number of entries");
        for (size_t i = 0; i < file.count; i++)
            require(strcmp(again.entries[i].name, file.entries[i].name) == 0 &&
                        strcmp(again.entries[i].value, file.entries[i].value) == 0,
                    "another entry");
    }
    buf_free(&text);
    arena_free(&arena);
    return 0;
}
