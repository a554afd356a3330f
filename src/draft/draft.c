/* The draft from beginning to end, and its files. */
#include "base/log.h"
#include "base/zone.h"
#include "draft/draft_parts.h"
#include "model/model.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void note_sheet(struct draft_sheet *sheet) {
    draft_note_header(sheet);
    draft_say(&sheet->notes, "%zu row%s when this was drafted.", sheet->row_count,
              sheet->row_count == 1 ? "" : "s");
    if (sheet->left_out)
        draft_say(&sheet->doubts,
                  "Check: kept in bronze only, because the names cannot be a "
                  "model's (letters beyond a to z, a digit in front, more than 51 "
                  "characters, a header that repeats): %s.",
                  sheet->left_out);
}

static void make(struct draft *draft) {
    for (size_t i = 0; i < draft->sheet_count; i++) {
        draft_find_end(draft, &draft->sheets[i]);
        draft_profile(draft, &draft->sheets[i]);
        note_sheet(&draft->sheets[i]);
    }
    draft_choose_types(draft);
    for (size_t i = 0; i < draft->sheet_count; i++)
        draft_clean(draft, &draft->sheets[i]);
    for (size_t i = 0; i < draft->sheet_count; i++)
        draft_choose_key(draft, &draft->sheets[i]);
    draft_find_references(draft);
    for (size_t i = 0; i < draft->sheet_count; i++) {
        draft_choose_gold(draft, &draft->sheets[i]);
        draft_note_end(&draft->sheets[i]);
    }
}

/* Key columns cannot become NULL, whatever was said about their cells. */
static void settle_keys(struct draft *draft) {
    for (size_t i = 0; i < draft->sheet_count; i++)
        for (size_t j = 0; j < draft->sheets[i].key_count; j++)
            draft->sheets[i].columns[draft->sheets[i].key[j]].field.on_error = ON_ERROR_REJECT;
}

static struct draft *begin(struct arena *arena) {
    struct draft *draft = arena_alloc(arena, sizeof *draft);
    draft->arena = arena;
    hints_read(arena, &draft->hints);
    return draft;
}

static bool finish(struct draft **draft, bool is_open) {
    if (is_open) {
        make(*draft);
        settle_keys(*draft);
        return true;
    }
    draft_close(*draft);
    *draft = NULL;
    return false;
}

bool draft_from_folder(struct arena *arena, const char *folder, struct draft **draft,
                       struct err *err) {
    *draft = begin(arena);
    return finish(draft, draft_open_folder(*draft, folder, err));
}

/* A spreadsheet may be in a zone that this machine does not have yet. */
static const char *known_zone(const char *name) {
    struct err unknown;
    if (zone_check(name, &unknown))
        return name;
    if (*name)
        log_line(LOG_LEVEL_WARN, "draft_time_zone",
                 "the spreadsheet's time zone \"%s\" is not known here; goldleaf:timeZone is UTC",
                 name);
    return NULL;
}

bool draft_from_book(struct arena *arena, const struct draft_book *book, struct draft **draft,
                     struct err *err) {
    *draft = begin(arena);
    (*draft)->title = *book->title ? book->title : NULL;
    (*draft)->time_zone = known_zone(book->time_zone);
    return finish(draft, draft_open_tabs(*draft, book->tabs, book->count, err));
}

static void close_column(struct draft_column *column) {
    free(column->values.slots);
    buf_free(&column->notes);
    buf_free(&column->doubts);
}

void draft_close(struct draft *draft) {
    for (size_t i = 0; draft && i < draft->sheet_count; i++) {
        struct draft_sheet *sheet = &draft->sheets[i];
        for (size_t j = 0; j < sheet->column_count; j++)
            close_column(&sheet->columns[j]);
        buf_free(&sheet->notes);
        buf_free(&sheet->doubts);
        sheet_free(&sheet->sheet);
    }
}

size_t draft_list_doubts(const struct draft *draft, struct arena *arena,
                         const struct draft_doubt **doubts) {
    size_t most = 0, count = 0;
    for (size_t i = 0; i < draft->sheet_count; i++)
        most += draft->sheets[i].column_count + 1;
    struct draft_doubt *list = arena_array(arena, most, sizeof *list);
    for (size_t i = 0; i < draft->sheet_count; i++) {
        const struct draft_sheet *sheet = &draft->sheets[i];
        if (sheet->doubts.size)
            list[count++] = (struct draft_doubt){sheet->name, NULL, buf_text(&sheet->doubts)};
        for (size_t j = 0; j < sheet->column_count; j++)
            if (sheet->columns[j].doubts.size)
                list[count++] = (struct draft_doubt){sheet->name, sheet->columns[j].name,
                                                     buf_text(&sheet->columns[j].doubts)};
    }
    *doubts = list;
    return count;
}

/* ---- the files ---- */

static bool write_fully(int file, struct span text) {
    while (text.size) {
        ssize_t size = write(file, text.data, text.size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size == 0)
            errno = EIO;
        if (size <= 0)
            return false;
        text.data += size;
        text.size -= (size_t)size;
    }
    return true;
}

/* A file that is there already is not ours: the folder was made a moment ago. */
static bool write_file(const struct draft *draft, const char *folder, const char *name,
                       struct span text, struct err *err) {
    const char *path = arena_printf(draft->arena, "%s/%s", folder, name);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
    bool is_written = write_fully(file, text);
    if (close(file) == 0 && is_written)
        return true;
    return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
}

static bool write_sql(const struct draft *draft, const char *folder, struct err *err) {
    const char *gold = arena_printf(draft->arena, "%s/gold", folder);
    if (mkdir(gold, 0777) != 0)
        return err_set(err, ERR_FAILED, "%s: %s", gold, strerror(errno));
    for (size_t i = 0; i < draft->sheet_count; i++) {
        if (draft->sheets[i].month_of < 0)
            continue;
        struct buf sql = {0};
        draft_add_sql(draft, &draft->sheets[i], &sql);
        const char *name =
            arena_printf(draft->arena, "%s.sql", draft_gold_name(draft->arena, &draft->sheets[i]));
        bool ok = write_file(draft, gold, name, buf_span(&sql), err);
        buf_free(&sql);
        if (!ok)
            return false;
    }
    return true;
}

/* The folder's own name, in the letters that a package's name may have. */
static const char *package_name(const struct draft *draft, const char *folder) {
    struct span path = span_from(folder);
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path.size--;
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    char *name = arena_alloc(draft->arena, path.size + 1);
    size_t size = 0;
    for (size_t i = start; i < path.size; i++) {
        char c = ascii_lower(path.data[i]);
        bool is_good = ascii_is_alpha(c) || ascii_is_digit(c) || strchr("._-", c) != NULL;
        if (is_good || (size && name[size - 1] != '-'))
            name[size++] = is_good ? c : '-';
    }
    return size && strspn(name, ".-") < size ? name : "model";
}

/* The descriptor comes last: a folder without it is no model. */
static bool write_all(const struct draft *draft, const char *folder, struct err *err) {
    struct buf text = {0};
    draft_add_descriptor(draft, package_name(draft, folder), &text);
    bool ok = write_sql(draft, folder, err) &&
              write_file(draft, folder, DRAFT_PROFILE, model_profile(), err) &&
              write_file(draft, folder, "datapackage.json", buf_span(&text), err);
    buf_free(&text);
    return ok;
}

static bool refuse(const char *folder, struct err *err) {
    err_set(err, ERR_FAILED, "%s exists and is left as it is", folder);
    return err_hint(err, "name a folder that does not exist yet");
}

bool draft_check_new(const char *folder, struct err *err) {
    struct stat status;
    return lstat(folder, &status) != 0 || refuse(folder, err);
}

bool draft_write(const struct draft *draft, const char *folder, struct err *err) {
    if (mkdir(folder, 0777) != 0)
        return errno == EEXIST ? refuse(folder, err)
                               : err_set(err, ERR_FAILED, "%s: %s", folder, strerror(errno));
    if (write_all(draft, folder, err))
        return true;
    draft_remove(draft, folder);
    return false;
}

/* Only what draft_write() makes; a folder in which something else is stays. */
void draft_remove(const struct draft *draft, const char *folder) {
    for (size_t i = 0; i < draft->sheet_count; i++)
        unlink(arena_printf(draft->arena, "%s/gold/%s.sql", folder,
                            draft_gold_name(draft->arena, &draft->sheets[i])));
    rmdir(arena_printf(draft->arena, "%s/gold", folder));
    unlink(arena_printf(draft->arena, "%s/" DRAFT_PROFILE, folder));
    unlink(arena_printf(draft->arena, "%s/datapackage.json", folder));
    rmdir(folder);
}
