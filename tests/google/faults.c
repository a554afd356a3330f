/* The script: "<endpoint> <nth> <fault> [args] [<fault> [args]]...", one line each. */
#include "faults.h"
#include "files.h"

/* Arguments: n a number, w a word; capital letters when they may be left out. */
static const struct fault_word {
    const char *name;
    enum fault_kind kind;
    const char *arguments;
} words[] = {
    {"status", FAULT_STATUS, "nWW"},
    {"error", FAULT_ERROR, "w"},
    {"html", FAULT_HTML, "N"},
    {"redirect", FAULT_REDIRECT, "w"},
    {"truncate", FAULT_TRUNCATE, "w"},
    {"short-json", FAULT_SHORT_JSON, ""},
    {"bad-json", FAULT_BAD_JSON, "w"},
    {"truncate-gzip", FAULT_TRUNCATE_GZIP, ""},
    {"corrupt-gzip", FAULT_CORRUPT_GZIP, ""},
    {"gzip-bomb", FAULT_GZIP_BOMB, "n"},
    {"gzip-not-gzip", FAULT_GZIP_NOT_GZIP, ""},
    {"wrong-length", FAULT_WRONG_LENGTH, ""},
    {"chunked", FAULT_CHUNKED, ""},
    {"reset", FAULT_RESET, ""},
    {"close", FAULT_CLOSE, ""},
    {"stall", FAULT_STALL, "n"},
    {"stall-body", FAULT_STALL_BODY, "n"},
    {"drip", FAULT_DRIP, "nn"},
    {"expire", FAULT_EXPIRE, ""},
    {"clock", FAULT_CLOCK, "n"},
    {"edit", FAULT_EDIT, "ww"},
    {"delay", FAULT_DELAY, "n"},
};

static const struct fault_word *find_word(struct span text) {
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (span_is(text, words[i].name))
            return &words[i];
    return NULL;
}

/* The next word of a line, whose size is 0 at the end. */
static struct span next_word(struct span *line) {
    size_t start = 0, end;
    while (start < line->size && strchr(" \t\r", line->data[start]))
        start++;
    for (end = start; end < line->size && !strchr(" \t\r", line->data[end]);)
        end++;
    struct span word = {line->data + start, end - start};
    *line = (struct span){line->data + end, line->size - end};
    return word;
}

static bool read_number(const char *text, double *number) {
    char *end;
    *number = strtod(text, &end);
    return *text && !*end;
}

double fault_number(const struct fault *fault, size_t argument, double otherwise) {
    double number;
    bool is_given = fault->arguments[argument] && read_number(fault->arguments[argument], &number);
    return is_given ? number : otherwise;
}

static bool is_percent(const char *text) {
    size_t size = strlen(text);
    return size && text[size - 1] == '%';
}

/* Arguments that are not just any word. */
static bool check_arguments(const struct fault *fault, struct err *err) {
    const char *first = fault->arguments[0];
    double number;
    if (fault->kind == FAULT_ERROR && !google_error_exists(first))
        return err_set(err, ERR_USAGE, "no such error: %s", first);
    if (fault->kind == FAULT_BAD_JSON && !faults_has_bad_json(first))
        return err_set(err, ERR_USAGE, "no such kind of bad JSON: %s", first);
    if (fault->kind == FAULT_TRUNCATE && !is_percent(first) && !read_number(first, &number))
        return err_set(err, ERR_USAGE, "neither bytes nor percent: %s", first);
    for (size_t i = 1; fault->kind == FAULT_STATUS && i < FAULT_MAX_ARGUMENTS; i++) {
        const char *option = fault->arguments[i];
        if (option && strncmp(option, "body=", 5) != 0 && strncmp(option, "retry-after", 11) != 0)
            return err_set(err, ERR_USAGE, "not an option of status: %s", option);
    }
    return true;
}

/* Takes the arguments off the line; one that may be left out ends where the next fault begins. */
static bool read_arguments(struct arena *arena, const struct fault_word *word, struct span *line,
                           struct fault *fault, struct err *err) {
    for (size_t i = 0; word->arguments[i]; i++) {
        char letter = word->arguments[i];
        bool is_optional = letter == 'N' || letter == 'W', is_number = ascii_lower(letter) == 'n';
        struct span rest = *line, text = next_word(&rest);
        double number;
        if (is_optional && (text.size == 0 || find_word(text)))
            break;
        const char *argument = arena_string(arena, text);
        if (text.size == 0 || (is_number && !read_number(argument, &number)))
            return err_set(err, ERR_USAGE, "%s: argument %zu is missing or no number", word->name,
                           i + 1);
        fault->arguments[i] = argument;
        *line = rest;
    }
    return check_arguments(fault, err);
}

static bool read_faults(struct arena *arena, struct span line, struct fault ***end,
                        struct err *err) {
    struct span text = next_word(&line);
    if (text.size == 0)
        return err_set(err, ERR_USAGE, "no fault is named");
    for (; text.size; text = next_word(&line)) {
        const struct fault_word *word = find_word(text);
        if (!word)
            return err_set(err, ERR_USAGE, "no such fault: %.*s", SPAN_ARG(text));
        struct fault *fault = arena_alloc(arena, sizeof *fault);
        fault->kind = word->kind;
        if (!read_arguments(arena, word, &line, fault, err))
            return false;
        **end = fault;
        *end = &fault->next;
    }
    return true;
}

/* "3", "*", "3+" or "1-2" */
static bool read_nth(const char *text, uint64_t *first, uint64_t *last) {
    char *end;
    *first = 1;
    *last = UINT64_MAX;
    if (strcmp(text, "*") == 0)
        return true;
    if (!ascii_is_digit(*text))
        return false;
    *first = strtoull(text, &end, 10);
    if (strcmp(end, "+") == 0)
        return true;
    *last = *first;
    if (*end == '-' && ascii_is_digit(end[1]))
        *last = strtoull(end + 1, &end, 10);
    return *end == '\0' && *first > 0;
}

static bool read_endpoint(struct span text, enum endpoint *endpoint) {
    *endpoint = ENDPOINT_COUNT;
    if (span_is(text, "any"))
        return true;
    for (size_t i = 0; i < ENDPOINT_OTHER; i++)
        if (span_is(text, endpoint_names[i]))
            *endpoint = (enum endpoint)i;
    return *endpoint != ENDPOINT_COUNT;
}

/* Adds the faults of a line if it is for this request. */
static bool read_line(struct arena *arena, struct span line, enum endpoint endpoint, uint64_t nth,
                      uint64_t total, struct fault ***end, struct err *err) {
    enum endpoint meant;
    uint64_t first, last;
    struct fault *unused = NULL, **unused_end = &unused;
    struct span name = next_word(&line);
    if (name.size == 0)
        return true;
    if (!read_endpoint(name, &meant))
        return err_set(err, ERR_USAGE, "no such endpoint: %.*s", SPAN_ARG(name));
    if (!read_nth(arena_string(arena, next_word(&line)), &first, &last))
        return err_set(err, ERR_USAGE, "which request? N, N+, N-M or *");
    uint64_t count = meant == ENDPOINT_COUNT ? total : nth;
    bool applies =
        (meant == ENDPOINT_COUNT || meant == endpoint) && count >= first && count <= last;
    return read_faults(arena, line, applies ? end : &unused_end, err);
}

bool faults_read(struct arena *arena, const char *path, enum endpoint endpoint, uint64_t nth,
                 uint64_t total, struct fault **faults, struct err *err) {
    struct buf text = {0};
    struct err missing;
    bool is_read = true;
    *faults = NULL;
    if (!path || !files_read(path, &text, &missing))
        return true;
    const char *at = buf_text(&text);
    for (unsigned number = 1; *at && is_read; number++) {
        size_t size = strcspn(at, "\n");
        struct span line = {at, strcspn(at, "#\n")};
        is_read = read_line(arena, line, endpoint, nth, total, &faults, err) ||
                  err_wrap(err, "%s: line %u", path, number);
        at += size + (at[size] == '\n');
    }
    buf_free(&text);
    return is_read;
}
