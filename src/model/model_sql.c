/* A query's file: one SELECT, cut free of the comments around it and of its semicolon, so that it
 * can stand inside a larger statement. Whether it is right, only a database can tell. */
#include "base/utf8.h"
#include "model/reader.h"

struct sql {
    struct span text;
    size_t at;
};

static bool is_at(const struct sql *sql, const char *mark) {
    size_t size = strlen(mark);
    return sql->text.size - sql->at >= size && memcmp(sql->text.data + sql->at, mark, size) == 0;
}

/* Moves behind `mark`, or to the end when it does not come any more. */
static void skip_behind(struct sql *sql, const char *mark) {
    while (sql->at < sql->text.size && !is_at(sql, mark))
        sql->at++;
    sql->at += sql->at < sql->text.size ? strlen(mark) : 0;
}

static void skip_comments(struct sql *sql) {
    for (;;) {
        while (sql->at < sql->text.size && strchr(" \t\r\n\f\v", sql->text.data[sql->at]))
            sql->at++;
        if (is_at(sql, "--"))
            skip_behind(sql, "\n");
        else if (is_at(sql, "/*"))
            skip_behind(sql, "*/");
        else
            return;
    }
}

/* One piece of the statement: a quoted text or name as a whole, else one character. */
static void skip_piece(struct sql *sql) {
    char c = sql->text.data[sql->at++];
    if (c == '\'' || c == '"')
        skip_behind(sql, (char[]){c, '\0'}); /* a doubled quote is two texts side by side */
}

static bool begins_with_word(struct span text, const char *word) {
    size_t size = strlen(word);
    return text.size > size && span_equal_nocase((struct span){text.data, size}, span_from(word)) &&
           !ascii_is_alpha(text.data[size]) && text.data[size] != '_';
}

/* Cuts the statement out of its file; returns what is wrong with it, or NULL. */
static const char *cut_statement(struct span text, struct span *statement) {
    struct sql sql = {text, 0};
    if (!utf8_is_valid(text, NULL) || (text.size && memchr(text.data, '\0', text.size)))
        return "is not UTF-8 text";
    skip_comments(&sql);
    size_t start = sql.at, end = start;
    while (sql.at < text.size && text.data[sql.at] != ';') {
        skip_piece(&sql);
        end = sql.at;
        skip_comments(&sql);
    }
    if (sql.at < text.size) {
        sql.at++;
        skip_comments(&sql);
        if (sql.at < text.size)
            return "has more than one statement";
    }
    *statement = (struct span){text.data + start, end - start};
    if (end == start)
        return "is empty";
    if (!begins_with_word(*statement, "select") && !begins_with_word(*statement, "with"))
        return "must be one SELECT, or WITH ... SELECT";
    return NULL;
}

void model_read_sql(struct reader *reader, const struct json *owner, const char **path,
                    const char **sql) {
    struct span text = {0}, statement = {0};
    struct err err = {0};
    const char *name = reader_path(reader, owner, "sql");
    *path = *sql = "";
    if (!name)
        return;
    *path = name;
    if (!reader->source->read(reader->source, reader->arena, name, &text, &err)) {
        reader_fault(reader, owner, "sql", "%s %s", name, err.message);
        return;
    }
    reader_add_fingerprint(reader, text);
    const char *problem = cut_statement(text, &statement);
    if (problem)
        reader_fault(reader, owner, "sql", "%s %s", name, problem);
    *sql = arena_string(reader->arena, statement);
}
