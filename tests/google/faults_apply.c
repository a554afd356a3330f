/* What the faults of the script do to an answer. */
#include "base/arena.h"
#include "faults.h"
#include "files.h"

bool faults_have(const struct fault *faults, enum fault_kind kind) {
    for (; faults; faults = faults->next)
        if (faults->kind == kind)
            return true;
    return false;
}

static void set_status_body(struct reply *reply, enum endpoint endpoint, const char *folder,
                            int status, const char *body) {
    if (strcmp(body, "html") == 0) {
        reply_set_html(reply, status);
    } else if (strcmp(body, "empty") == 0) {
        google_reply_start(reply, endpoint, status);
    } else if (strncmp(body, "json:", 5) == 0) {
        struct arena arena = {0};
        struct err err;
        google_reply_start(reply, endpoint, status);
        if (!files_read(arena_printf(&arena, "%s/%s", folder, body + 5), &reply->body, &err))
            fprintf(stderr, "loopback_google: %s\n", err.message);
        arena_free(&arena);
    } else {
        google_error_set_status(reply, endpoint, status);
    }
}

static void set_status(const struct fault *fault, enum endpoint endpoint, const char *folder,
                       struct reply *reply) {
    const char *body = "google";
    char date[REPLY_DATE_SIZE];
    for (size_t i = 1; i < FAULT_MAX_ARGUMENTS && fault->arguments[i]; i++)
        if (strncmp(fault->arguments[i], "body=", 5) == 0)
            body = fault->arguments[i] + 5;
    set_status_body(reply, endpoint, folder, (int)fault_number(fault, 0, 500), body);
    for (size_t i = 1; i < FAULT_MAX_ARGUMENTS && fault->arguments[i]; i++) {
        const char *option = fault->arguments[i];
        if (strncmp(option, "retry-after=", 12) == 0) {
            reply_add_header(reply, "Retry-After: %s", option + 12);
        } else if (strncmp(option, "retry-after-date=", 17) == 0) {
            reply_format_date(date, reply->clock_s + strtod(option + 17, NULL));
            reply_add_header(reply, "Retry-After: %s", date);
        }
    }
}

static void set_redirect(const char *url, struct reply *reply) {
    reply_set_html(reply, 302);
    reply_add_header(reply, "Location: %s", url);
}

bool faults_replace(const struct fault *faults, enum endpoint endpoint, const char *folder,
                    struct reply *reply) {
    for (const struct fault *fault = faults; fault; fault = fault->next) {
        if (fault->kind == FAULT_STATUS)
            set_status(fault, endpoint, folder, reply);
        else if (fault->kind == FAULT_ERROR)
            google_error_set(reply, fault->arguments[0]);
        else if (fault->kind == FAULT_HTML)
            reply_set_html(reply, (int)fault_number(fault, 0, 200));
        else if (fault->kind == FAULT_REDIRECT)
            set_redirect(fault->arguments[0], reply);
        else
            continue;
        return true;
    }
    return false;
}

/* Puts text into the body; `at` is where. */
static void insert(struct buf *body, size_t at, const char *text) {
    struct buf longer = {0};
    buf_add(&longer, (struct span){buf_text(body), at});
    buf_add_text(&longer, text);
    buf_add(&longer, (struct span){buf_text(body) + at, body->size - at});
    buf_free(body);
    *body = longer;
}

/* Where the last `c` of the body is; the end when there is none. */
static size_t find_last(const struct buf *body, char c) {
    const char *found = body->size ? memrchr(body->data, c, body->size) : NULL;
    return found ? (size_t)(found - body->data) : body->size;
}

static void add_trailing_comma(struct buf *body) {
    insert(body, find_last(body, '}'), ",");
}

static void add_nul_escape(struct buf *body) {
    insert(body, find_last(body, '"'), "\\u0000");
}

static void add_bad_utf8(struct buf *body) {
    insert(body, find_last(body, '"'), "\xC3\xFF");
}

static void use_single_quotes(struct buf *body) {
    for (size_t i = 0; i < body->size; i++)
        if (body->data[i] == '"')
            body->data[i] = '\'';
}

static void add_trailing_text(struct buf *body) {
    buf_add_text(body, "<!-- served -->");
}

static void make_deep(struct buf *body) {
    const size_t depth = 200;
    buf_clear(body);
    buf_add_text(body, "{\"values\":");
    for (size_t i = 0; i < depth; i++)
        buf_add_char(body, '[');
    for (size_t i = 0; i < depth; i++)
        buf_add_char(body, ']');
    buf_add_char(body, '}');
}

/* The first member twice, with another value. */
static void repeat_key(struct buf *body) {
    struct buf member = {0};
    const char *first = strchr(buf_text(body), '"');
    const char *end = first ? strchr(first + 1, '"') : NULL;
    if (!end)
        return;
    buf_printf(&member, "%.*s:\"twice\",", (int)(end - first) + 1, first);
    insert(body, (size_t)(first - body->data), member.data);
    buf_free(&member);
}

static void make_array(struct buf *body) {
    buf_clear(body);
    buf_add_text(body, "[1,2,3]\n");
}

static void make_other(struct buf *body) {
    buf_clear(body);
    buf_add_text(body, "{\"kind\":\"drive#file\",\"items\":[{\"id\":7}]}\n");
}

/* A number of 400 digits, in an answer that has no cells. */
static void add_huge_number(struct buf *body) {
    struct buf member = {0};
    const char *brace = strchr(buf_text(body), '{');
    buf_printf(&member, "\"size\":1%0400d,", 0);
    if (brace)
        insert(body, (size_t)(brace - body->data) + 1, member.data);
    buf_free(&member);
}

/* Spoilt in the text, or already when it was written (then there is a first cell or a flag). */
static const struct bad_json {
    const char *kind;
    void (*spoil)(struct buf *body);
    struct quirks quirks;
} bad_jsons[] = {
    {"trailing-comma", add_trailing_comma, {0}},
    {"nul-escape", add_nul_escape, {0}},
    {"bad-utf8", add_bad_utf8, {0}},
    {"single-quotes", use_single_quotes, {0}},
    {"trailing-text", add_trailing_text, {0}},
    {"deep", make_deep, {0}},
    {"huge-number", add_huge_number, {0}},
    {"duplicate-key", repeat_key, {0}},
    {"not-object", make_array, {0}},
    {"empty-body", buf_clear, {0}},
    {"wrong-shape", make_other, {0}},
    {"null-cell", NULL, {.first_cell = "null"}},
    {"nested-cell", NULL, {.first_cell = "[\"a\",\"b\"]"}},
    {"object-cell", NULL, {.first_cell = "{\"v\":1}"}},
    {"huge-cell", NULL, {.first_cell = "1e400"}},
    {"missing-range", NULL, {.drops_range = true}},
    {"extra-range", NULL, {.adds_range = true}},
    {"wrong-range", NULL, {.swaps_title = true}},
    {"overlong", NULL, {.adds_rows = true}},
};

static const struct bad_json *find_bad_json(const char *kind) {
    for (size_t i = 0; i < COUNT_OF(bad_jsons); i++)
        if (strcmp(bad_jsons[i].kind, kind) == 0)
            return &bad_jsons[i];
    return NULL;
}

bool faults_has_bad_json(const char *kind) {
    return find_bad_json(kind) != NULL;
}

void faults_set_quirks(const struct fault *faults, struct quirks *quirks) {
    for (const struct fault *fault = faults; fault; fault = fault->next)
        if (fault->kind == FAULT_BAD_JSON)
            *quirks = find_bad_json(fault->arguments[0])->quirks;
}

void faults_spoil_text(const struct fault *faults, struct reply *reply) {
    for (const struct fault *fault = faults; fault; fault = fault->next) {
        if (fault->kind == FAULT_SHORT_JSON)
            reply->body.size /= 2;
        if (fault->kind == FAULT_BAD_JSON && find_bad_json(fault->arguments[0])->spoil)
            find_bad_json(fault->arguments[0])->spoil(&reply->body);
    }
}

static void spoil_gzip(const struct fault *fault, struct reply *reply) {
    if (fault->kind == FAULT_GZIP_BOMB) {
        google_reply_start(reply, ENDPOINT_VALUES, 200);
        reply_set_bomb(reply, (size_t)fault_number(fault, 0, 1));
        return;
    }
    if (!reply->is_gzip && fault->kind != FAULT_GZIP_NOT_GZIP) /* nobody asked for it */
        reply_compress(reply);
    if (fault->kind == FAULT_TRUNCATE_GZIP)
        reply->body.size /= 2;
    else if (fault->kind == FAULT_CORRUPT_GZIP)
        reply->body.data[reply->body.size / 2] ^= 0x55;
    reply->is_gzip = true;
}

static size_t truncated_size(const char *argument, size_t size) {
    double number = strtod(argument, NULL);
    return (size_t)(strchr(argument, '%') ? (double)size * number / 100 : number);
}

static void limit(struct delivery *delivery, size_t size, enum delivery_end end) {
    delivery->is_limited = true;
    delivery->limit = size;
    delivery->end = end;
}

static void spoil_delivery(const struct fault *fault, struct reply *reply) {
    struct delivery *delivery = &reply->delivery;
    size_t size = reply->body.size;
    switch (fault->kind) {
    case FAULT_TRUNCATE:
        limit(delivery, truncated_size(fault->arguments[0], size), DELIVERY_CLOSE);
        break;
    case FAULT_WRONG_LENGTH:
        delivery->overstated = 1000;
        delivery->end = DELIVERY_CLOSE;
        break;
    case FAULT_CHUNKED:
        delivery->is_chunked = true;
        break;
    case FAULT_RESET: /* behind `truncate` it breaks off in the middle */
        delivery->is_mute = !delivery->is_limited;
        delivery->end = DELIVERY_RESET;
        break;
    case FAULT_CLOSE:
        delivery->is_mute = true;
        delivery->end = DELIVERY_CLOSE;
        break;
    case FAULT_STALL:
        delivery->is_mute = true;
        delivery->end = DELIVERY_SILENCE;
        delivery->silence_s = fault_number(fault, 0, 1);
        break;
    case FAULT_STALL_BODY:
        limit(delivery, size / 2, DELIVERY_SILENCE);
        delivery->silence_s = fault_number(fault, 0, 1);
        break;
    case FAULT_DRIP:
        delivery->drip_bytes = (size_t)fault_number(fault, 0, 1);
        delivery->drip_s = fault_number(fault, 1, 1) / 1000;
        break;
    default:
        break;
    }
}

void faults_spoil_wire(const struct fault *faults, struct reply *reply) {
    for (const struct fault *fault = faults; fault; fault = fault->next) {
        if (fault->kind >= FAULT_TRUNCATE_GZIP && fault->kind <= FAULT_GZIP_NOT_GZIP)
            spoil_gzip(fault, reply);
        else
            spoil_delivery(fault, reply);
    }
}
