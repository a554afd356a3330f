/* What a SELECT reads, by its words: names of tables, names of columns, and the short names that
 * tables get in it. Not a parser: a word that is a column of a table that is read counts as read,
 * unless a qualifier says that it is another's. */
#include "dictionary/dictionary_parts.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    struct span text;
};

struct scanner {
    const char *at;
};

static bool is_word_sign(char c) {
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || (c & 0x80);
}

static const char *behind(const char *at, const char *mark) {
    const char *found = strstr(at, mark);
    return found ? found + strlen(mark) : at + strlen(at);
}

/* Over blanks, comments and texts in quotes. */
static void skip(struct scanner *scanner) {
    for (;;) {
        const char *at = scanner->at;
        if (*at && strchr(" \t\r\n\f\v", *at))
            scanner->at++;
        else if (strncmp(at, "--", 2) == 0)
            scanner->at = behind(at, "\n");
        else if (strncmp(at, "/*", 2) == 0)
            scanner->at = behind(at + 2, "*/");
        else if (*at == '\'')
            scanner->at = behind(at + 1, "'");
        else
            return;
    }
}

static struct token next(struct scanner *scanner) {
    skip(scanner);
    const char *start = scanner->at;
    if (*start == '\0')
        return (struct token){TOKEN_END, SPAN("")};
    if (*start == '"') {
        scanner->at = behind(start + 1, "\"");
        size_t size = (size_t)(scanner->at - start);
        return (struct token){TOKEN_WORD, {start + 1, size > 1 ? size - 2 : 0}};
    }
    if (!is_word_sign(*start)) {
        scanner->at++;
        return (struct token){TOKEN_SIGN, {start, 1}};
    }
    while (is_word_sign(*scanner->at))
        scanner->at++;
    return (struct token){TOKEN_WORD, {start, (size_t)(scanner->at - start)}};
}

/* Index of the sheet that "silver_<sheet>" is the table of, or -1. */
static int sheet_of(const struct model *model, struct span word) {
    struct span prefix = SPAN("silver_");
    if (word.size <= prefix.size ||
        !span_equal_nocase((struct span){word.data, prefix.size}, prefix))
        return -1;
    struct span name = {word.data + prefix.size, word.size - prefix.size};
    for (size_t i = 0; i < model->sheet_count; i++)
        if (span_equal_nocase(name, span_from(model->sheets[i].name)))
            return (int)i;
    return -1;
}

static bool is_keyword(struct span word) {
    static const char *const words[] = {"on",    "where", "join",    "left",   "right", "inner",
                                        "outer", "full",  "cross",   "group",  "order", "union",
                                        "using", "limit", "natural", "having", "window"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (span_equal_nocase(word, span_from(words[i])))
            return true;
    return false;
}

/* A short name, and the sheet that it stands for somewhere in the statement. */
struct alias {
    struct span name;
    size_t sheet;
};

struct reading {
    const struct model *model;
    struct lineage *lineage;
    struct alias *aliases;
    size_t alias_count;
};

static void add_alias(struct reading *reading, struct span name, size_t sheet) {
    reading->aliases[reading->alias_count++] = (struct alias){name, sheet};
}

/* "silver_x", "silver_x t", "silver_x AS t" */
static void read_tables(struct reading *reading, const char *sql) {
    struct scanner scanner = {sql};
    for (struct token token = next(&scanner); token.kind != TOKEN_END; token = next(&scanner)) {
        if (token.kind != TOKEN_WORD)
            continue;
        for (size_t i = 0; i < reading->model->gold_count; i++)
            if (span_equal_nocase(token.text, span_from(reading->model->gold[i].name)))
                reading->lineage->gold[i] = true;
        int sheet = sheet_of(reading->model, token.text);
        if (sheet < 0)
            continue;
        reading->lineage->sheets[sheet] = true;
        add_alias(reading, token.text, (size_t)sheet);
        struct scanner ahead = scanner;
        struct token alias = next(&ahead);
        if (alias.kind == TOKEN_WORD && span_equal_nocase(alias.text, SPAN("as")))
            alias = next(&ahead);
        if (alias.kind == TOKEN_WORD && !is_keyword(alias.text))
            add_alias(reading, alias.text, (size_t)sheet);
    }
}

static void mark(struct reading *reading, size_t sheet, struct span word) {
    const struct sheet_model *model = &reading->model->sheets[sheet];
    for (size_t i = 0; i < model->field_count; i++)
        if (span_equal_nocase(word, span_from(model->fields[i].name)))
            reading->lineage->columns[sheet][i] = true;
}

/* A qualifier that is no table's is one of a part of the statement, which reads the column itself.
 */
static void mark_qualified(struct reading *reading, struct span qualifier, struct span word) {
    for (size_t i = 0; i < reading->alias_count; i++)
        if (span_equal_nocase(qualifier, reading->aliases[i].name))
            mark(reading, reading->aliases[i].sheet, word);
}

static void mark_everywhere(struct reading *reading, struct span word) {
    for (size_t i = 0; i < reading->model->sheet_count; i++)
        if (reading->lineage->sheets[i])
            mark(reading, i, word);
}

/* A word behind AS is the name of something new, and not read. */
static void read_columns(struct reading *reading, const char *sql) {
    struct scanner scanner = {sql};
    struct token before = {TOKEN_END, SPAN("")}, qualifier = before;
    for (struct token token = next(&scanner); token.kind != TOKEN_END; token = next(&scanner)) {
        bool is_qualified = before.kind == TOKEN_SIGN && span_is(before.text, ".");
        bool is_new = before.kind == TOKEN_WORD && span_equal_nocase(before.text, SPAN("as"));
        if (token.kind == TOKEN_WORD && is_qualified)
            mark_qualified(reading, qualifier.text, token.text);
        else if (token.kind == TOKEN_WORD && !is_new)
            mark_everywhere(reading, token.text);
        if (token.kind == TOKEN_WORD)
            qualifier = token;
        before = token;
    }
}

void lineage_read(struct arena *arena, const struct model *model, const char *sql,
                  struct lineage *lineage) {
    struct reading reading = {.model = model, .lineage = lineage};
    /* Each table's name gives two at most, and no name is shorter than the prefix. */
    reading.aliases = arena_array(arena, strlen(sql) / 4 + 2, sizeof *reading.aliases);
    lineage->sheets = arena_array(arena, model->sheet_count, sizeof *lineage->sheets);
    lineage->columns = arena_array(arena, model->sheet_count, sizeof *lineage->columns);
    lineage->gold = arena_array(arena, model->gold_count + 1, sizeof *lineage->gold);
    for (size_t i = 0; i < model->sheet_count; i++)
        lineage->columns[i] = arena_array(arena, model->sheets[i].field_count, sizeof(bool));
    read_tables(&reading, sql);
    read_columns(&reading, sql);
}

const struct lineage *lineage_read_all(struct arena *arena, const struct model *model) {
    struct lineage *all = arena_array(arena, model->gold_count + 1, sizeof *all);
    for (size_t i = 0; i < model->gold_count; i++)
        lineage_read(arena, model, model->gold[i].sql, &all[i]);
    return all;
}
