#include "source/sheets_address.h"

#include <inttypes.h>

#define MAX_GID INT32_MAX

struct reading {
    struct arena *arena;
    const char *variable;
    struct sheets_address *address;
    struct err *err;
};

static bool fail(const struct reading *reading, const char *what) {
    err_set(reading->err, ERR_USAGE, "%s: %s", reading->variable, what);
    return err_hint(reading->err, "open the spreadsheet in a browser and paste the address bar's "
                                  "URL, or the part of it between /d/ and /edit");
}

static bool is_id_char(char c) {
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '_';
}

static bool read_id(const struct reading *reading, struct span text) {
    for (size_t i = 0; i < text.size; i++)
        if (!is_id_char(text.data[i]))
            return fail(reading, "this is not the id or URL of a spreadsheet");
    if (text.size == 0)
        return fail(reading, "the id of the spreadsheet is empty");
    reading->address->spreadsheet = arena_string(reading->arena, text);
    return true;
}

static bool read_gid(const struct reading *reading, const char *digits, bool is_all) {
    char *end;
    if (!ascii_is_digit(*digits))
        return fail(reading, "a number must follow gid=");
    int64_t gid = strtoll(digits, &end, 10);
    if (gid > MAX_GID || (is_all && *end))
        return fail(reading, "the gid is not the number of a tab");
    reading->address->gid = gid;
    return true;
}

/* ".../spreadsheets/d/ID/edit?gid=7#gid=7", also with "u/0/" in front of "d/". What stands behind
 * the '#' is where the person looked last, so the last gid counts. */
static bool read_url(const struct reading *reading, const char *url) {
    const char *id = strstr(url, "/d/"), *gid = NULL;
    if (!strstr(url, "://docs.google.com/"))
        return fail(reading, "the URL does not lead to docs.google.com");
    if (strstr(url, "/d/e/"))
        return fail(reading, "this is the link of a published copy, not of the spreadsheet");
    if (!strstr(url, "/spreadsheets/"))
        return fail(reading, "the URL leads to a document that is not a spreadsheet");
    if (!id)
        return fail(reading, "there is no spreadsheet id in the URL");
    id += strlen("/d/");
    size_t id_size = strcspn(id, "/?#");
    if (!read_id(reading, (struct span){id, id_size}))
        return false;
    if (strchr(id + id_size, '!'))
        return fail(reading, "a tab is named behind an id, or by the URL's own #gid=");
    for (const char *at = id; (at = strstr(at, "gid=")); at += strlen("gid="))
        gid = at + strlen("gid=");
    return !gid || read_gid(reading, gid, false);
}

/* Behind the id: "", "#gid=7" or "!Tab name". */
static bool read_tab(const struct reading *reading, const char *text) {
    if (*text == '\0')
        return true;
    if (*text == '#') {
        if (strncmp(text, "#gid=", strlen("#gid=")) != 0)
            return fail(reading, "gid= must follow the #");
        return read_gid(reading, text + strlen("#gid="), true);
    }
    if (text[1] == '\0')
        return fail(reading, "the name of a tab must follow the !");
    reading->address->tab = arena_string(reading->arena, span_from(text + 1));
    return true;
}

bool sheets_address_read(struct arena *arena, const char *variable, const char *text,
                         struct sheets_address *address, struct err *err) {
    struct reading reading = {arena, variable, address, err};
    size_t id_size = strcspn(text, "#!");
    *address = (struct sheets_address){.gid = SHEETS_NO_GID};
    if (strstr(text, "://"))
        return read_url(&reading, text);
    if (id_size == 0 && *text)
        return read_tab(&reading, text);
    return read_id(&reading, (struct span){text, id_size}) && read_tab(&reading, text + id_size);
}

void sheets_address_add_link(struct buf *out, const char *spreadsheet, int64_t gid) {
    buf_printf(out, "https://docs.google.com/spreadsheets/d/%s/edit#gid=%" PRId64, spreadsheet,
               gid);
}
