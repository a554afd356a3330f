/* GET /v4/spreadsheets/...: checks in Google's order (credential, parameters, spreadsheet, ranges),
 * then the answer. */
#include "field_mask.h"
#include "google.h"
#include "metadata_write.h"

#define PREFIX "/v4/spreadsheets/"

enum method { METHOD_NONE, METHOD_GET, METHOD_VALUES_GET, METHOD_VALUES_BATCH_GET };

/* A request, understood. */
struct call {
    struct google *google;
    struct request *request;
    struct reply *reply;
    enum method method;
    struct span id;
    struct span range; /* of values.get */
    struct rendering rendering;
    struct mask *mask;
    struct spreadsheet spreadsheet;
};

static struct span take_segment(struct span *path) {
    const char *slash = path->size ? memchr(path->data, '/', path->size) : NULL;
    struct span segment = {path->data, slash ? (size_t)(slash - path->data) : path->size};
    size_t used = segment.size + (slash != NULL);
    *path = (struct span){path->data + used, path->size - used};
    return segment;
}

static enum method parse_path(struct span path, struct span *id, struct span *range) {
    struct span prefix = SPAN(PREFIX);
    if (path.size <= prefix.size || memcmp(path.data, prefix.data, prefix.size) != 0)
        return METHOD_NONE;
    path = (struct span){path.data + prefix.size, path.size - prefix.size};
    *id = take_segment(&path);
    if (memchr(id->data, ':', id->size)) /* spreadsheets:getByDataFilter and its like */
        return METHOD_NONE;
    if (path.size == 0)
        return METHOD_GET;
    struct span name = take_segment(&path);
    if (span_is(name, "values:batchGet") && path.size == 0)
        return METHOD_VALUES_BATCH_GET;
    *range = take_segment(&path);
    bool is_values = span_is(name, "values") && range->size && path.size == 0;
    return is_values ? METHOD_VALUES_GET : METHOD_NONE;
}

enum endpoint sheets_endpoint(struct span path) {
    struct span id, range;
    enum method method = parse_path(path, &id, &range);
    return method == METHOD_NONE  ? ENDPOINT_OTHER
           : method == METHOD_GET ? ENDPOINT_METADATA
                                  : ENDPOINT_VALUES;
}

static bool check_credential(struct call *call) {
    struct span header = call->request->authorization;
    struct span scheme = SPAN("Bearer ");
    enum token_state state = TOKEN_UNKNOWN;
    if (!header.data) {
        google_error_set(call->reply, "unregistered");
        return false;
    }
    if (header.size > scheme.size &&
        span_equal_nocase((struct span){header.data, scheme.size}, scheme))
        state = tokens_check(&call->google->tokens,
                             (struct span){header.data + scheme.size, header.size - scheme.size});
    if (state == TOKEN_GOOD)
        return true;
    google_error_set(call->reply,
                     state == TOKEN_UNKNOWN ? "unauthenticated" : "scope-insufficient");
    return false;
}

static bool is_one_of(struct span name, const char *const *names) {
    for (; *names; names++)
        if (span_is(name, *names))
            return true;
    return false;
}

static bool check_names(struct call *call) {
    static const char *const common[] = {
        "fields",       "prettyPrint", "alt",      "quotaUser",       "key",        "$.xgafv",
        "access_token", "oauth_token", "callback", "upload_protocol", "uploadType", NULL};
    static const char *const of_get[] = {"ranges", "includeGridData", "excludeTablesInBandedRanges",
                                         NULL};
    static const char *const of_values[] = {"majorDimension", "valueRenderOption",
                                            "dateTimeRenderOption", NULL};
    bool is_batch = call->method == METHOD_VALUES_BATCH_GET;
    for (size_t i = 0; i < call->request->query.count; i++) {
        struct span name = call->request->query.items[i].name;
        if (is_one_of(name, common) ||
            is_one_of(name, call->method == METHOD_GET ? of_get : of_values) ||
            (is_batch && span_is(name, "ranges")))
            continue;
        google_error_set_bad_field(
            call->reply, NULL,
            arena_printf(&call->request->arena,
                         "Invalid JSON payload received. Unknown name \"%.*s\": Cannot bind query "
                         "parameter. Field '%.*s' could not be found in request message.",
                         SPAN_ARG(name), SPAN_ARG(name)));
        return false;
    }
    return true;
}

struct enumeration {
    const char *name, *field, *type;
    const char *words[3]; /* also accepted as their numbers */
};

/* The number of the value that was sent; an empty one is no value. */
static bool read_enum(struct call *call, const struct enumeration *type, size_t *number) {
    const struct span *value = request_find(&call->request->query, type->name);
    if (!value)
        return true;
    for (size_t i = 0; i < COUNT_OF(type->words) && type->words[i]; i++) {
        char digit[] = {(char)('0' + i), '\0'};
        if (span_is(*value, type->words[i]) || span_is(*value, digit)) {
            *number = i;
            return true;
        }
    }
    google_error_set_bad_field(
        call->reply, type->field,
        arena_printf(&call->request->arena,
                     "Invalid value at '%s' (type.googleapis.com/google.apps.sheets.v4.%s), "
                     "\"%.*s\"",
                     type->field, type->type, SPAN_ARG(*value)));
    return false;
}

static bool read_mask(struct call *call) {
    const struct span *fields = request_find(&call->request->query, "fields");
    if (!fields || field_mask_parse(&call->request->arena, *fields, &call->mask))
        return true;
    google_error_set_bad_field(
        call->reply, "fields",
        arena_printf(&call->request->arena,
                     "Error expanding 'fields' parameter. Cannot find matching fields for path "
                     "'%.*s'.",
                     SPAN_ARG(*fields)));
    return false;
}

static bool check_parameters(struct call *call) {
    static const struct enumeration dimension = {"majorDimension",
                                                 "major_dimension",
                                                 "Dimension",
                                                 {"DIMENSION_UNSPECIFIED", "ROWS", "COLUMNS"}};
    static const struct enumeration value = {"valueRenderOption",
                                             "value_render_option",
                                             "ValueRenderOption",
                                             {"FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"}};
    static const struct enumeration date = {"dateTimeRenderOption",
                                            "date_time_render_option",
                                            "DateTimeRenderOption",
                                            {"SERIAL_NUMBER", "FORMATTED_STRING", NULL}};
    size_t dimension_number = 0, value_number = 0, date_number = 0;
    if (!check_names(call) || !read_enum(call, &dimension, &dimension_number) ||
        !read_enum(call, &value, &value_number) || !read_enum(call, &date, &date_number) ||
        !read_mask(call))
        return false;
    const struct span *pretty = request_find(&call->request->query, "prettyPrint");
    bool is_compact = pretty && (span_is(*pretty, "false") || span_is(*pretty, "0"));
    call->rendering = (struct rendering){.is_columns = dimension_number == 2,
                                         .is_formatted = value_number == 0,
                                         .dates_as_text = date_number == 1,
                                         .style = is_compact ? JSON_COMPACT : JSON_PRETTY};
    return true;
}

static bool open_spreadsheet(struct call *call) {
    struct err err;
    switch (library_open(&call->google->library, &call->request->arena, call->id,
                         &call->spreadsheet, &err)) {
    case LIBRARY_FOUND:
        return true;
    case LIBRARY_MISSING:
        google_error_set(call->reply, "wrong-id");
        break;
    case LIBRARY_FORBIDDEN:
        google_error_set(call->reply, "not-shared");
        break;
    case LIBRARY_OFFICE:
        google_error_set(call->reply, "office-file");
        break;
    case LIBRARY_BROKEN:
        fprintf(stderr, "loopback_google: %s\n", err.message);
        google_error_set(call->reply, "internal");
        break;
    }
    return false;
}

/* The ranges that were asked for, in order; false with the refusal. */
static bool resolve_ranges(struct call *call, struct range **ranges, size_t *count) {
    struct arena *arena = &call->request->arena;
    const struct parameters *query = &call->request->query;
    const char *message = NULL;
    bool is_good = true;
    *count = 0;
    *ranges = arena_array(arena, query->count + 1, sizeof **ranges);
    if (call->method == METHOD_VALUES_GET)
        is_good =
            range_resolve(&call->spreadsheet, arena, call->range, &(*ranges)[(*count)++], &message);
    for (size_t i = 0; is_good && i < query->count; i++)
        if (span_is(query->items[i].name, "ranges"))
            is_good = range_resolve(&call->spreadsheet, arena, query->items[i].value,
                                    &(*ranges)[(*count)++], &message);
    if (!is_good)
        google_error_set_api(call->reply, 400, "INVALID_ARGUMENT", message);
    return is_good;
}

static void answer_metadata(struct call *call, const struct range *ranges, size_t range_count) {
    size_t count = call->spreadsheet.tab_count;
    bool *is_shown = arena_array(&call->request->arena, count, sizeof *is_shown);
    for (size_t i = 0; i < count; i++)
        is_shown[i] = range_count == 0;
    for (size_t i = 0; i < range_count; i++)
        is_shown[ranges[i].tab - call->spreadsheet.tabs] = true;
    google_reply_start(call->reply, ENDPOINT_METADATA, 200);
    metadata_write(&call->reply->body, &call->spreadsheet, is_shown, call->mask,
                   call->rendering.style);
}

static void set_members(struct rendering *rendering, const struct mask *mask) {
    const struct mask *below;
    rendering->has_range = field_mask_passes(mask, SPAN("range"), &below);
    rendering->has_dimension = field_mask_passes(mask, SPAN("majorDimension"), &below);
    rendering->has_values = field_mask_passes(mask, SPAN("values"), &below);
}

static void write_batch(struct call *call, struct json_writer *writer, const struct range *ranges,
                        size_t count, const struct quirks *quirks) {
    const struct mask *below;
    struct quirks each = *quirks;
    json_open_object(writer, NULL);
    if (field_mask_passes(call->mask, SPAN("spreadsheetId"), &below))
        json_add_string(writer, "spreadsheetId", call->spreadsheet.id);
    if (field_mask_passes(call->mask, SPAN("valueRanges"), &below) && count) {
        set_members(&call->rendering, below);
        json_open_array(writer, "valueRanges");
        size_t end = count - quirks->drops_range + quirks->adds_range;
        for (size_t i = 0; i < end; i++) {
            values_write(writer, &call->spreadsheet, &ranges[i < count ? i : count - 1],
                         &call->rendering, &each);
            each.first_cell = NULL;
        }
        json_close_array(writer);
    }
    json_close_object(writer);
}

static void answer_values(struct call *call, const struct range *ranges, size_t count,
                          const struct quirks *quirks) {
    google_reply_start(call->reply, ENDPOINT_VALUES, 200);
    struct json_writer writer = json_writer_start(&call->reply->body, call->rendering.style);
    if (call->method == METHOD_VALUES_BATCH_GET) {
        write_batch(call, &writer, ranges, count, quirks);
    } else {
        set_members(&call->rendering, call->mask);
        values_write(&writer, &call->spreadsheet, ranges, &call->rendering, quirks);
    }
    buf_add_char(&call->reply->body, '\n');
}

void sheets_answer(struct google *google, struct request *request, const struct quirks *quirks,
                   struct reply *reply) {
    struct call call = {.google = google, .request = request, .reply = reply};
    struct range *ranges;
    size_t count;
    call.method = parse_path(request->path, &call.id, &call.range);
    call.id = request_decode(&request->arena, call.id, false);
    call.range = request_decode(&request->arena, call.range, false);
    if (!check_credential(&call))
        return;
    if (library_is_disabled(&google->library, &request->arena, call.id)) {
        google_error_set(reply, "api-disabled");
        return;
    }
    if (!check_parameters(&call) || !open_spreadsheet(&call))
        return;
    if (resolve_ranges(&call, &ranges, &count)) {
        if (call.method == METHOD_GET)
            answer_metadata(&call, ranges, count);
        else
            answer_values(&call, ranges, count, quirks);
    }
    library_close(&call.spreadsheet);
}
