/* From what people call sheets and columns to names that a model can have. */
#include "base/log.h"
#include "draft/draft_parts.h"
#include "source/csv.h"
#include "source/header.h"

/* A legal name: small letters, digits, each run of anything else one '_'. */
static const char *legal_name(struct arena *arena, struct span text) {
    char name[NAME_MAX_BYTES + 1];
    size_t size = 0;
    for (size_t i = 0; i < text.size && size < NAME_MAX_BYTES - 4; i++) {
        char c = ascii_lower(text.data[i]);
        bool is_good = ascii_is_alpha(c) || ascii_is_digit(c);
        if (size == 0 && ascii_is_digit(c)) {
            name[size++] = 's';
            name[size++] = '_';
        }
        if (is_good)
            name[size++] = c;
        else if (size && name[size - 1] != '_')
            name[size++] = '_';
    }
    while (size && name[size - 1] == '_')
        size--;
    return arena_string(arena, size ? (struct span){name, size} : SPAN("sheet"));
}

/* bronze_<name>_current and bronze_<name>_snapshots are views of the sheet <name>. */
static bool is_view_of(const char *name, const char *sheet) {
    size_t size = strlen(sheet);
    return strncmp(name, sheet, size) == 0 &&
           (strcmp(name + size, "_current") == 0 || strcmp(name + size, "_snapshots") == 0);
}

static bool is_taken(const struct draft *draft, const char *name) {
    for (size_t i = 0; i < draft->sheet_count; i++) {
        const char *other = draft->sheets[i].name;
        if (strcmp(other, name) == 0 || is_view_of(name, other) || is_view_of(other, name))
            return true;
    }
    return false;
}

/* A name that no other sheet has, made of what people call it. */
static const char *sheet_name(const struct draft *draft, struct span title) {
    const char *base = legal_name(draft->arena, title);
    const char *name = base;
    for (unsigned i = 2; is_taken(draft, name); i++)
        name = arena_printf(draft->arena, "%s_%u", base, i);
    return name;
}

static bool has_header(const struct sheet *sheet) {
    for (size_t i = 0; i < sheet->header_count; i++)
        if (!cell_is_blank(sheet->header[i]))
            return true;
    return false;
}

/* ---- columns ---- */

static bool is_legal(const char *name) {
    return ascii_is_alpha(name[0]) && strlen(name) <= NAME_MAX_BYTES;
}

static void leave_out(struct buf *list, const struct header_column *column) {
    if (cell_is_blank(column->text))
        return;
    buf_printf(list, "%s\"%.*s\"", list->size ? ", " : "", SPAN_ARG(cell_trim(column->text)));
}

/* The names that the header rules give to a sheet of which nothing is known. Not every one can be
 * a model's: a repeated header, one that begins with a digit or one in letters beyond ASCII does
 * not find its way back from the name. So the names are matched once more, as a run will. */
static void name_columns(struct draft *draft, struct draft_sheet *sheet) {
    struct arena *arena = draft->arena;
    struct sheet_model nothing = {.name = sheet->name}, again = {.name = sheet->name};
    struct header header, matched;
    struct buf left_out = {0};
    header_match(arena, &nothing, &sheet->sheet, &header);
    struct field *fields = arena_array(arena, header.column_count + 1, sizeof *fields);
    sheet->columns = arena_array(arena, header.column_count + 1, sizeof *sheet->columns);
    for (size_t i = 0; i < header.column_count; i++)
        if (is_legal(header.columns[i].name) && !header.columns[i].is_beyond)
            fields[again.field_count++].name = header.columns[i].name;
    again.fields = fields;
    header_match(arena, &again, &sheet->sheet, &matched);
    for (size_t i = 0; i < header.column_count; i++) {
        if (matched.columns[i].field < 0) {
            leave_out(&left_out, &matched.columns[i]);
            continue;
        }
        sheet->columns[sheet->column_count++] =
            (struct draft_column){.name = fields[matched.columns[i].field].name,
                                  .header = cell_trim(matched.columns[i].text),
                                  .place = i};
    }
    sheet->left_out = left_out.size ? arena_string(arena, buf_span(&left_out)) : NULL;
    buf_free(&left_out);
}

/* ---- a sheet ---- */

bool draft_add_sheet(struct draft *draft, const char *place, struct span title, struct span text,
                     struct draft_sheet **added, struct err *err) {
    struct draft_sheet *sheet = &draft->sheets[draft->sheet_count];
    *sheet = (struct draft_sheet){.month_of = -1, .currency = -1};
    *added = NULL;
    if (!csv_parse(place, text, &sheet->sheet, err))
        return false;
    sheet->name = sheet_name(draft, title);
    name_columns(draft, sheet);
    if (has_header(&sheet->sheet) && sheet->column_count) {
        draft->sheet_count++;
        *added = sheet;
        return true;
    }
    log_line(LOG_LEVEL_WARN, "draft_left_out", "%s: left out, because %s", place,
             has_header(&sheet->sheet) ? "none of its headers can be a column's name"
                                       : "it has no header");
    sheet_free(&sheet->sheet);
    return true;
}
