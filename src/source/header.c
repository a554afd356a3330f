#include "source/header.h"

#include "base/buf.h"

#include <xxhash.h>

/* PostgreSQL cuts longer identifiers. */
#define NAME_MAX_BYTES ((size_t)63)

/* A header text in a message is cut to this. */
#define SHOWN_MAX_BYTES ((size_t)60)

enum column_kind {
    COLUMN_KNOWN,    /* a field of the model */
    COLUMN_UNKNOWN,  /* not in the model */
    COLUMN_REPEATED, /* folds to the same name as one to the left */
    COLUMN_BLANK,
    COLUMN_BEYOND,
};

/* A table of names that never grows: there is at most one per field and one per column. */
struct name_entry {
    struct span name; /* data is NULL in a free entry */
    int field;        /* of the model, or -1 */
    int column;       /* the first one with this name, or -1 */
    size_t suffix;    /* the last one that was tried for this name */
};

struct name_table {
    struct name_entry *entries;
    size_t mask;
};

struct matching {
    struct arena *arena;
    const struct sheet_model *model;
    const struct sheet *sheet;
    struct header *header;
    enum column_kind *kinds; /* per column */
    int *firsts;             /* per column: the one that a repeated header repeats */
    struct name_table folded;
    struct name_table taken; /* the bronze columns' names, and all of the model's */
};

static void name_table_make(struct arena *arena, size_t names, struct name_table *table) {
    size_t size = 8;
    while (size < names * 2)
        size *= 2;
    table->entries = arena_array(arena, size, sizeof *table->entries);
    table->mask = size - 1;
}

/* The entry that has the name, or the free one where it belongs. */
static struct name_entry *name_table_find(const struct name_table *table, struct span name) {
    size_t at = (size_t)XXH3_64bits(name.data, name.size) & table->mask;
    while (table->entries[at].name.data && !span_equal(table->entries[at].name, name))
        at = (at + 1) & table->mask;
    return &table->entries[at];
}

static struct name_entry *name_table_add(const struct name_table *table, struct span name) {
    struct name_entry *entry = name_table_find(table, name);
    if (!entry->name.data)
        *entry = (struct name_entry){.name = name, .field = -1, .column = -1, .suffix = 1};
    return entry;
}

/* Bytes of the white space at `at` that is not ASCII, or 0: what cell_trim() takes away, too. */
static size_t wide_blank_size(struct span text, size_t at) {
    static const char *const blanks[] = {
        "\u00A0", "\xC2\x85", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
        "\u2004", "\u2005",   "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
        "\u200B", "\u2028",   "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};
    for (size_t i = 0; i < COUNT_OF(blanks); i++) {
        size_t size = strlen(blanks[i]);
        if (text.size - at >= size && memcmp(text.data + at, blanks[i], size) == 0)
            return size;
    }
    return 0;
}

/* Lower case, each run of anything but letters and digits one '_', none at the ends. Bytes that
 * are not ASCII are letters of some language: kept to compare, dropped to make a column's name. */
static struct span fold(struct arena *arena, struct span text, bool keeps_wide) {
    char *out = arena_alloc(arena, text.size + 1);
    size_t size = 0;
    bool has_gap = false;
    for (size_t at = 0; at < text.size; at++) {
        char c = ascii_lower(text.data[at]);
        bool is_wide = (c & 0x80) != 0;
        size_t blank = is_wide ? wide_blank_size(text, at) : 0;
        if (blank || (!is_wide && !ascii_is_alpha(c) && !ascii_is_digit(c))) {
            has_gap = true;
            at += blank ? blank - 1 : 0;
        } else if (!is_wide || keeps_wide) {
            if (has_gap && size > 0)
                out[size++] = '_';
            has_gap = false;
            out[size++] = c;
        }
    }
    return (struct span){out, size};
}

static bool is_blank(struct span text) {
    for (size_t at = 0; at < text.size; at++) {
        bool is_wide = (text.data[at] & 0x80) != 0;
        size_t blank = is_wide                                ? wide_blank_size(text, at)
                       : strchr(" \t\r\n\v\f", text.data[at]) ? 1
                                                              : 0;
        if (blank == 0)
            return false;
        at += blank - 1;
    }
    return true;
}

/* Without the end that is too long and the '_' that this may lay bare. */
static struct span cut_name(struct span name, size_t size) {
    if (name.size > size)
        name.size = size;
    while (name.size > 0 && name.data[name.size - 1] == '_')
        name.size--;
    return name;
}

/* `base`, or the first of base_2, base_3, ... that no column has. */
static const char *take_name(struct matching *m, struct span base) {
    char name[NAME_MAX_BYTES + 1];
    base = cut_name(base, NAME_MAX_BYTES);
    snprintf(name, sizeof name, "%.*s", SPAN_ARG(base));
    struct name_entry *entry = name_table_find(&m->taken, base);
    while (name_table_find(&m->taken, span_from(name))->name.data) {
        char suffix[24];
        int size = snprintf(suffix, sizeof suffix, "_%zu", ++entry->suffix);
        struct span cut = cut_name(base, NAME_MAX_BYTES - (size_t)size);
        snprintf(name, sizeof name, "%.*s%s", SPAN_ARG(cut), suffix);
    }
    struct span taken = arena_copy(m->arena, span_from(name));
    name_table_add(&m->taken, taken);
    return taken.data;
}

/* A column's name from what its header says; empty when that leaves nothing. */
static struct span text_name(struct matching *m, struct span text) {
    struct span name = fold(m->arena, text, false);
    if (name.size == 0 || !ascii_is_digit(name.data[0]))
        return name;
    name = cut_name(name, NAME_MAX_BYTES);
    return span_from(arena_printf(m->arena, "c_%.*s", SPAN_ARG(name)));
}

/* A column's name from where it stands. */
static struct span place_name(struct matching *m, size_t column) {
    char letters[8];
    sheet_column_letters(column, letters);
    return fold(m->arena, span_from(arena_printf(m->arena, "column %s", letters)), false);
}

/* Says what a column is. */
static void match_column(struct matching *m, size_t index) {
    struct header_column *column = &m->header->columns[index];
    *column = (struct header_column){.text = SPAN(""), .field = -1};
    column->is_beyond = index >= m->sheet->header_count;
    if (!column->is_beyond)
        column->text = arena_copy(m->arena, m->sheet->header[index]);
    m->firsts[index] = -1;
    m->kinds[index] = column->is_beyond ? COLUMN_BEYOND : COLUMN_BLANK;
    if (is_blank(column->text))
        return;
    m->kinds[index] = COLUMN_UNKNOWN;
    struct span folded = fold(m->arena, column->text, true);
    if (folded.size == 0)
        return;
    struct name_entry *entry = name_table_add(&m->folded, folded);
    if (entry->column >= 0) {
        m->kinds[index] = COLUMN_REPEATED;
        m->firsts[index] = entry->column;
        return;
    }
    entry->column = (int)index;
    if (entry->field >= 0) {
        m->kinds[index] = COLUMN_KNOWN;
        column->field = entry->field;
        m->header->field_columns[entry->field] = (int)index;
    }
}

/* Columns with a header of their own choose first, so that a blank or repeated one to the left
 * never takes their name. */
static void name_columns(struct matching *m) {
    struct header_column *columns = m->header->columns;
    for (size_t i = 0; i < m->header->column_count; i++) {
        struct span name;
        if (m->kinds[i] == COLUMN_KNOWN)
            columns[i].name = m->model->fields[columns[i].field].name;
        else if (m->kinds[i] == COLUMN_UNKNOWN && (name = text_name(m, columns[i].text)).size > 0)
            columns[i].name = take_name(m, name);
    }
    for (size_t i = 0; i < m->header->column_count; i++)
        if (!columns[i].name)
            columns[i].name =
                take_name(m, m->kinds[i] == COLUMN_REPEATED ? span_from(columns[m->firsts[i]].name)
                                                            : place_name(m, i));
}

/* Header text for a message: one line, not too long, no control characters (C1 ones included,
 * which a terminal may obey). */
static void add_shown(struct buf *buf, struct span text) {
    bool is_long = text.size > SHOWN_MAX_BYTES;
    if (is_long)
        for (text.size = SHOWN_MAX_BYTES; text.size > 0 && (text.data[text.size] & 0xC0) == 0x80;)
            text.size--;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool is_c1 = c == 0xC2 && i + 1 < text.size && (unsigned char)text.data[i + 1] < 0xA0;
        i += is_c1;
        buf_add_char(buf, c < 0x20 || c == 0x7F || is_c1 ? '?' : (char)c);
    }
    if (is_long)
        buf_add_text(buf, "...");
}

static void add_separator(struct buf *buf, const char *separator) {
    if (buf->size > 0)
        buf_add_text(buf, separator);
}

static const char *keep_message(struct arena *arena, struct buf *buf) {
    const char *message = buf->size > 0 ? arena_string(arena, buf_span(buf)) : NULL;
    buf_free(buf);
    return message;
}

static void notice_beyond(const struct matching *m, struct buf *notice) {
    size_t first = m->sheet->header_count, end = m->header->column_count;
    if (first >= end)
        return;
    char from[8], to[8];
    sheet_column_letters(first, from);
    sheet_column_letters(end - 1, to);
    const struct header_column *columns = m->header->columns;
    add_separator(notice, "; ");
    if (end - first == 1)
        buf_printf(notice, "1 column (%s) beyond the header, kept as %s", from,
                   columns[first].name);
    else
        buf_printf(notice, "%zu columns (%s to %s) beyond the header, kept as %s to %s",
                   end - first, from, to, columns[first].name, columns[end - 1].name);
}

static const char *make_notice(const struct matching *m) {
    struct buf notice = {0};
    for (size_t i = 0; i < m->header->column_count; i++) {
        const struct header_column *column = &m->header->columns[i];
        char letters[8];
        sheet_column_letters(i, letters);
        if (m->kinds[i] == COLUMN_REPEATED) {
            add_separator(&notice, "; ");
            buf_printf(&notice, "%s1 \"", letters);
            add_shown(&notice, column->text);
            buf_printf(&notice, "\" repeated, kept as %s", column->name);
        } else if (m->kinds[i] == COLUMN_BLANK) {
            add_separator(&notice, "; ");
            buf_printf(&notice, "%s1 blank, kept as %s", letters, column->name);
        }
    }
    notice_beyond(m, &notice);
    return keep_message(m->arena, &notice);
}

static const char *list_extra(const struct matching *m) {
    struct buf list = {0};
    for (size_t i = 0; i < m->header->column_count; i++)
        if (m->kinds[i] == COLUMN_UNKNOWN) {
            add_separator(&list, ", ");
            add_shown(&list, m->header->columns[i].text);
        }
    return keep_message(m->arena, &list);
}

static bool is_required(const struct sheet_model *model, size_t field) {
    for (size_t i = 0; i < model->key_count; i++)
        if (model->key[i] == field)
            return true;
    return model->fields[field].required;
}

static const char *list_missing(const struct matching *m, bool required_only) {
    struct buf list = {0};
    for (size_t i = 0; i < m->model->field_count; i++) {
        if (m->header->field_columns[i] >= 0 || (required_only && !is_required(m->model, i)))
            continue;
        add_separator(&list, ", ");
        buf_add_text(&list, m->model->fields[i].name);
    }
    return keep_message(m->arena, &list);
}

/* Names of absent fields are taken, too: a column must not pass for one later. */
/* Names that a bronze column cannot have: the snapshots view has the first two beside the sheet's
 * columns; to SQLite and PostgreSQL the others are columns that every table has. */
static const char *const reserved_names[] = {
    "snapshot_id", "loaded_at", "rowid", "oid", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};

static void enter_fields(struct matching *m) {
    for (size_t i = 0; i < COUNT_OF(reserved_names); i++)
        name_table_add(&m->taken, span_from(reserved_names[i]));
    for (size_t i = 0; i < m->model->field_count; i++) {
        struct span name = span_from(m->model->fields[i].name);
        m->header->field_columns[i] = -1;
        name_table_add(&m->taken, name);
        struct name_entry *entry = name_table_add(&m->folded, fold(m->arena, name, true));
        if (entry->field < 0)
            entry->field = (int)i;
    }
}

void header_match(struct arena *arena, const struct sheet_model *model, const struct sheet *sheet,
                  struct header *header) {
    size_t width = sheet->header_count > 0 ? sheet->width : 0;
    struct matching m = {arena, model, sheet, header, .kinds = NULL};
    *header = (struct header){
        .column_count = width,
        .columns = arena_array(arena, width, sizeof *header->columns),
        .field_columns = arena_array(arena, model->field_count, sizeof *header->field_columns),
    };
    m.kinds = arena_array(arena, width, sizeof *m.kinds);
    m.firsts = arena_array(arena, width, sizeof *m.firsts);
    name_table_make(arena, width + model->field_count, &m.folded);
    name_table_make(arena, width + model->field_count + COUNT_OF(reserved_names), &m.taken);
    enter_fields(&m);
    for (size_t i = 0; i < width; i++)
        match_column(&m, i);
    name_columns(&m);
    header->notice = make_notice(&m);
    header->missing = list_missing(&m, false);
    header->missing_required = list_missing(&m, true);
    header->extra = list_extra(&m);
}

bool header_is_meant(const struct header_column *column, struct span words) {
    struct arena scratch = {0};
    struct span name = span_from(column->name);
    struct span folded = fold(&scratch, words, true);
    bool is_meant = span_equal(words, name) || span_equal(fold(&scratch, words, false), name) ||
                    (folded.size && span_equal(folded, fold(&scratch, column->text, true)));
    arena_free(&scratch);
    return is_meant;
}
