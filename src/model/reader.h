/* What the files of the model reader share: its state, how a fault is reported, and typed members
 * of the descriptor. Private to this room and its tests.
 *
 * Reading goes on after a fault, so that a person sees all of them at once. What was read in spite
 * of a fault is never handed out: model_parse() returns NULL then. */
#ifndef GOLDLEAF_MODEL_READER_H
#define GOLDLEAF_MODEL_READER_H

#include "model/model.h"
#include "model/model_source.h"
#include "json/json.h"

struct reader {
    struct arena *arena;
    struct model_faults *faults;
    const struct model_source *source;
    struct model *model;
    struct sheet_model *sheets; /* the model's, while they are made */
    const char *subject;        /* whose faults follow: "tickets.status"; NULL: the model's own */
    const enum date_form *date_forms; /* of the package */
    size_t date_form_count;
    uint64_t fingerprint; /* of the files read so far */
};

/* Reads a model from the text of its datapackage.json; SQL files come from `source`. As
 * model_read() otherwise. */
const struct model *model_parse(struct arena *arena, struct span text,
                                const struct model_source *source, struct model_faults *faults);

/* The columns of a sheet or of a gold table, while they are read. */
struct table {
    const char *name; /* for messages */
    const struct field *fields;
    size_t field_count;
};

/* reader.c: adds a fault at `where`, or at its member of that name. Returns false. */
bool reader_fault(struct reader *reader, const struct json *where, const char *member,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* Adds the text of a file to the model's fingerprint. */
void reader_add_fingerprint(struct reader *reader, struct span text);

/* '; did you mean "x"?', or "" when no candidate is near. */
const char *reader_suggest(struct reader *reader, const char *word, const char *const *candidates,
                           size_t count);

enum need { IS_OPTIONAL, IS_NEEDED };

/* False, and a fault, when an item of a list is no object. */
bool reader_object(struct reader *reader, const struct json *item);

/* The member of that kind, or NULL; a fault when it is of another kind, or needed and absent. */
const struct json *reader_member(struct reader *reader, const struct json *object, const char *name,
                                 enum json_kind kind, enum need need);
const char *reader_string(struct reader *reader, const struct json *object, const char *name,
                          enum need need);
bool reader_boolean(struct reader *reader, const struct json *object, const char *name);

/* reader_string() that gives "" for an absent one. */
const char *reader_text(struct reader *reader, const struct json *object, const char *name);

/* The "title"; NULL when it is absent or empty. */
const char *reader_title(struct reader *reader, const struct json *object);

/* reader_string() for a member that becomes a column's, table's or rule's name: a fault when it is
 * no name. Returns "" when it is absent, so that reading can go on. */
const char *reader_name(struct reader *reader, const struct json *object, const char *member);

/* The index of a string among the accepted words; false, and a fault, when it is none of them. */
bool reader_choice(struct reader *reader, const struct json *string, const char *what,
                   const char *const *words, size_t count, size_t *index);

/* A path below the model's or the inputs' folder; NULL, and a fault, when it leads elsewhere. */
const char *reader_path(struct reader *reader, const struct json *object, const char *member);

/* A list of names of fields (a string stands for a list of one) as their indexes in `table`;
 * false, and faults, when it is empty, or names a field twice or one that is not there. */
bool reader_field_names(struct reader *reader, const struct json *names, const struct table *table,
                        const size_t **indexes, size_t *count);

/* The same of a member that must be there. */
bool reader_field_list(struct reader *reader, const struct json *object, const char *member,
                       const struct table *table, const size_t **indexes, size_t *count);

/* The index of a field in `table` by the string `name`; false, and a fault, when there is none. */
bool reader_field(struct reader *reader, const struct json *name, const struct table *table,
                  size_t *index);

/* model_field.c: fills the table, whose name is given. Returns its fields once more, for what is
 * only known later (a key makes its fields required); NULL when there are none. */
enum table_kind { TABLE_SHEET, TABLE_GOLD };
struct field *model_read_fields(struct reader *reader, const struct json *schema,
                                enum table_kind kind, struct table *table);
/* "goldleaf:dateForms" of a package or field, if it is there. */
void model_read_date_forms(struct reader *reader, const struct json *owner,
                           const enum date_form **forms, size_t *count);

/* model_constraint.c */
void model_read_constraints(struct reader *reader, const struct json *json, enum table_kind kind,
                            struct field *field);

/* model_words.c: the words of an enum or a currency, aliases of a string, and "goldleaf:unknown"
 * and
 * ":default". */
void model_read_words(struct reader *reader, const struct json *json, struct field *field);
/* A value in the model must be what a cell with that text would become: of the type, in range, and
 * for text columns spelt as it is stored. False, and a fault, when it is not. */
bool model_check_stored(struct reader *reader, const struct json *value, const struct field *field);

/* model_reference.c: the foreign keys of all sheets, once their fields are known. */
void model_read_references(struct reader *reader, const struct json *resources);

/* model_gold.c */
void model_read_gold(struct reader *reader, const struct json *package);
void model_read_checks(struct reader *reader, const struct json *package);

/* model_report.c */
void model_read_report(struct reader *reader, const struct json *package);

/* model_sql.c: the one SELECT of a file, without comments around it and without its semicolon. */
void model_read_sql(struct reader *reader, const struct json *owner, const char **path,
                    const char **sql);

/* model_property.c: every property of ours is known and stands where it belongs. */
void model_check_properties(struct reader *reader, const struct json *package);
/* ... and fits the field's type. */
void model_check_field_properties(struct reader *reader, const struct json *json,
                                  enum table_kind kind, enum field_type type);
/* The known properties, by index; NULL behind the last one. */
const char *model_property_name(size_t index);

/* model_check.c */
void model_check_sheet(struct reader *reader, const struct json *resource,
                       const struct sheet_model *sheet);
void model_check_sheet_names(struct reader *reader, const struct json *resources);
void model_check_time_zone(struct reader *reader, const struct json *package, const char *name);
void model_order_sheets(struct reader *reader, const struct json *resources);
/* A rule's name must not be one that the program itself uses. */
void model_check_rule(struct reader *reader, const struct json *owner, const char *rule);

#endif
