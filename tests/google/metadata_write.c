#include "metadata_write.h"

/* What every new spreadsheet looks like; there only to make an answer without a mask as long as
 * Google's. */
static const char looks[] =
    "{\"defaultFormat\":{\"backgroundColor\":{\"red\":1,\"green\":1,\"blue\":1},"
    "\"padding\":{\"top\":2,\"right\":3,\"bottom\":2,\"left\":3},"
    "\"verticalAlignment\":\"BOTTOM\",\"wrapStrategy\":\"OVERFLOW_CELL\","
    "\"textFormat\":{\"foregroundColor\":{},\"fontFamily\":\"arial,sans,sans-serif\","
    "\"fontSize\":10,\"bold\":false,\"italic\":false,\"foregroundColorStyle\":{\"rgbColor\":{}}}},"
    "\"spreadsheetTheme\":{\"primaryFontFamily\":\"Arial\",\"themeColors\":["
    "{\"colorType\":\"TEXT\",\"color\":{\"rgbColor\":{}}},"
    "{\"colorType\":\"BACKGROUND\",\"color\":{\"rgbColor\":{\"red\":1,\"green\":1,\"blue\":1}}},"
    "{\"colorType\":\"ACCENT1\",\"color\":{\"rgbColor\":{\"red\":0.25,\"green\":0.5,"
    "\"blue\":0.95}}}]}}";

static void write_properties(struct json_writer *writer, const struct spreadsheet *spreadsheet,
                             const struct json *appearance) {
    json_open_object(writer, "properties");
    json_add_string(writer, "title", spreadsheet->title);
    json_add_string(writer, "locale", spreadsheet->locale);
    json_add_string(writer, "autoRecalc", "ON_CHANGE");
    json_add_string(writer, "timeZone", spreadsheet->time_zone);
    for (const struct json *member = appearance->first; member; member = member->next)
        json_add_json(writer, member->name, member);
    json_close_object(writer);
}

static void write_tab(struct json_writer *writer, const struct tab *tab, size_t index) {
    json_open_object(writer, NULL);
    json_open_object(writer, "properties");
    json_add_integer(writer, "sheetId", tab->id);
    json_add_string(writer, "title", tab->title);
    json_add_integer(writer, "index", (int64_t)index);
    json_add_string(writer, "sheetType", tab->is_object ? "OBJECT" : "GRID");
    if (!tab->is_object) {
        json_open_object(writer, "gridProperties");
        json_add_integer(writer, "rowCount", (int64_t)tab->rows);
        json_add_integer(writer, "columnCount", (int64_t)tab->columns);
        json_close_object(writer);
    }
    if (tab->is_hidden) /* false is the default, which Google leaves out */
        json_add_boolean(writer, "hidden", true);
    json_close_object(writer);
    json_close_object(writer);
}

static void write_all(struct buf *out, const struct spreadsheet *spreadsheet, const bool *is_shown,
                      const struct json *appearance) {
    struct json_writer writer = json_writer_start(out, JSON_COMPACT);
    json_open_object(&writer, NULL);
    json_add_string(&writer, "spreadsheetId", spreadsheet->id);
    write_properties(&writer, spreadsheet, appearance);
    json_open_array(&writer, "sheets");
    for (size_t i = 0; i < spreadsheet->tab_count; i++)
        if (is_shown[i])
            write_tab(&writer, &spreadsheet->tabs[i], i);
    json_close_array(&writer);
    struct buf url = {0};
    buf_printf(&url, "https://docs.google.com/spreadsheets/d/%s/edit", spreadsheet->id);
    json_add_text(&writer, "spreadsheetUrl", buf_span(&url));
    buf_free(&url);
    json_close_object(&writer);
}

static void must_read(struct arena *arena, struct span text, const struct json **json) {
    struct err err;
    if (!json_read(arena, text, json, &err)) {
        fprintf(stderr, "loopback_google: metadata: %s\n", err.message);
        abort();
    }
}

/* Everything is written, and what the mask does not let through is taken away again. */
void metadata_write(struct buf *out, const struct spreadsheet *spreadsheet, const bool *is_shown,
                    const struct mask *mask, enum json_style style) {
    struct arena arena = {0};
    struct buf all = {0};
    const struct json *json;
    must_read(&arena, span_from(looks), &json);
    write_all(&all, spreadsheet, is_shown, json);
    must_read(&arena, buf_span(&all), &json);
    struct json_writer writer = json_writer_start(out, style);
    field_mask_write(&writer, NULL, json, mask);
    buf_add_char(out, '\n');
    buf_free(&all);
    arena_free(&arena);
}
