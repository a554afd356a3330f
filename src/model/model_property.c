/* Which properties of ours there are and where each of them belongs. A misspelt one would be
 * ignored by every reader of the standard, so here it is a fault. */
#include "model/reader.h"

#define PREFIX "goldleaf:"
#define PREFIX_SIZE (sizeof PREFIX - 1)

/* The objects of a descriptor in which we look. */
enum place {
    NOWHERE,
    PACKAGE = 1 << 0,
    SHEET = 1 << 1,
    SCHEMA = 1 << 2,
    FIELD = 1 << 3,
    FOREIGN_KEY = 1 << 4,
    MATCH = 1 << 5,
    GOLD = 1 << 6,
    GOLD_SCHEMA = 1 << 7,
    GOLD_FIELD = 1 << 8,
    CHECK = 1 << 9,
    CONDITION = 1 << 10,
    REPORT = 1 << 11,
    REPORT_CHART = 1 << 12,
    REPORT_PART = 1 << 13,
    DATASET = 1 << 14,
};

#define BIT(type) (1u << (type))
#define ANY_TYPE (~0u)
#define TIMES (BIT(FIELD_DATE) | BIT(FIELD_DATETIME))

/* Names are without the prefix. README.md explains each of them; a test holds the two together. */
static const struct property {
    const char *name;
    unsigned places;
    unsigned types; /* of the fields that it suits */
} properties[] = {
    {"timeZone", PACKAGE, 0},
    {"dateForms", PACKAGE | FIELD, TIMES},
    {"gold", PACKAGE, 0},
    {"checks", PACKAGE, 0},
    {"invariants", PACKAGE, 0},
    {"report", PACKAGE, 0},
    {"clusterBy", SHEET, 0},
    {"distributeBy", SHEET, 0},
    {"match", FOREIGN_KEY, 0},
    {"type", FIELD | GOLD_FIELD, ANY_TYPE},
    {"aliases", FIELD, BIT(FIELD_ENUM) | BIT(FIELD_CURRENCY) | BIT(FIELD_STRING)},
    {"unknown", FIELD, BIT(FIELD_ENUM)},
    {"prefixes", FIELD, BIT(FIELD_ENUM)},
    {"firstOf", FIELD, BIT(FIELD_ENUM) | BIT(FIELD_STRING)},
    {"default", FIELD, ANY_TYPE},
    {"case", FIELD, BIT(FIELD_STRING)},
    {"onError", FIELD, ANY_TYPE},
    {"notBefore", FIELD, TIMES},
    {"nullWhen", FIELD, ANY_TYPE},
    {"decimals", FIELD | GOLD_FIELD, BIT(FIELD_NUMBER)},
};

/* From an object to the objects inside it. The objects that only we define are closed: they have
 * no property but those listed. */
static const struct nested {
    enum place from, to;
    const char *member;
    const char *const *members;
} nesting[] = {
    {PACKAGE, SHEET, "resources", NULL},
    {SHEET, SCHEMA, "schema", NULL},
    {SCHEMA, FIELD, "fields", NULL},
    {SCHEMA, FOREIGN_KEY, "foreignKeys", NULL},
    {FIELD, CONDITION, PREFIX "nullWhen", (const char *const[]){"field", "values", NULL}},
    {FOREIGN_KEY, MATCH, PREFIX "match",
     (const char *const[]){"field", "parentField", "rule", "inherit", NULL}},
    {PACKAGE, GOLD, PREFIX "gold",
     (const char *const[]){"name", "title", "description", "sql", "scope", "additiveOver", "showBy",
                           "showDescending", "schema", NULL}},
    {GOLD, GOLD_SCHEMA, "schema", NULL},
    {DATASET, GOLD_SCHEMA, "schema", NULL},
    {GOLD_SCHEMA, GOLD_FIELD, "fields", NULL},
    {PACKAGE, CHECK, PREFIX "checks",
     (const char *const[]){"rule", "table", "sql", "additiveOver", "description", NULL}},
    {PACKAGE, CHECK, PREFIX "invariants",
     (const char *const[]){"rule", "table", "sql", "description", NULL}},
    {PACKAGE, REPORT, PREFIX "report",
     (const char *const[]){"title", "split", "datasets", "measures", "filters", "tiles", "charts",
                           "tables", NULL}},
    {REPORT, DATASET, "datasets", (const char *const[]){"name", "sql", "label", "schema", NULL}},
    {REPORT, REPORT_PART, "measures",
     (const char *const[]){"name", "title", "description", "type", "sum", "over", "unit", "where",
                           "date", "lessIsBetter", NULL}},
    {REPORT, REPORT_PART, "filters", (const char *const[]){"field", "title", NULL}},
    {REPORT, REPORT_CHART, "charts",
     (const char *const[]){"title", "kind", "measures", "together", "rate", "cumulated",
                           "reference", "by", "until", "like", NULL}},
    {REPORT_CHART, REPORT_PART, "by", (const char *const[]){"field", "title", "weekday", NULL}},
    {REPORT, REPORT_PART, "tables", (const char *const[]){"title", "by", "columns", NULL}},
};

static const struct {
    enum place place;
    const char *name;
} place_names[] = {
    {PACKAGE, "the package"},
    {SHEET, "a resource"},
    {FIELD, "a field of a sheet"},
    {FOREIGN_KEY, "a foreign key"},
    {GOLD_FIELD, "a field of a gold table"},
};

/* Properties of the standard that would change how cells are read and that Goldleaf does not
 * follow. To pass over them would be to read the sheet wrongly. */
static const struct {
    enum place place;
    const char *name;
    const char *harmless; /* the one value that says what Goldleaf does anyway */
} not_followed[] = {
    {FIELD, "decimalChar", "."},  {FIELD, "groupChar", ","}, {FIELD, "trueValues", NULL},
    {FIELD, "falseValues", NULL}, {SHEET, "data", NULL},
};

const char *model_property_name(size_t index) {
    return index < COUNT_OF(properties) ? properties[index].name : NULL;
}

static const struct property *find_property(const char *name) {
    for (size_t i = 0; i < COUNT_OF(properties); i++)
        if (strcmp(properties[i].name, name) == 0)
            return &properties[i];
    return NULL;
}

static void fault_misplaced(struct reader *reader, const struct json *member,
                            const struct property *property) {
    struct buf places = {0};
    for (size_t i = 0; i < COUNT_OF(place_names); i++)
        if (property->places & place_names[i].place)
            buf_printf(&places, "%s%s", places.size ? " or " : "", place_names[i].name);
    reader_fault(reader, member, NULL, "\"%s\" does not belong here; it belongs to %s",
                 member->name, buf_text(&places));
    buf_free(&places);
}

static void fault_unknown(struct reader *reader, const struct json *member, enum place place) {
    const char *names[COUNT_OF(properties)];
    struct buf here = {0};
    for (size_t i = 0; i < COUNT_OF(properties); i++) {
        names[i] = arena_printf(reader->arena, PREFIX "%s", properties[i].name);
        if (properties[i].places & (unsigned)place)
            buf_printf(&here, "%s%s", here.size ? ", " : "; accepted here are ", names[i]);
    }
    const char *nearest = reader_suggest(reader, member->name, names, COUNT_OF(names));
    reader_fault(reader, member, NULL, "unknown property \"%s\"%s", member->name,
                 *nearest ? nearest : buf_text(&here));
    buf_free(&here);
}

static void check_own_name(struct reader *reader, const struct json *member, enum place place) {
    const char *name = member->name + PREFIX_SIZE;
    const struct property *property = find_property(name);
    if (property && !(property->places & (unsigned)place))
        fault_misplaced(reader, member, property);
    if (!property)
        fault_unknown(reader, member, place);
}

static void check_closed_name(struct reader *reader, const struct json *member,
                              const char *const *members) {
    size_t count = 0;
    struct buf list = {0};
    for (; members[count]; count++) {
        if (strcmp(members[count], member->name) == 0) {
            buf_free(&list);
            return;
        }
        buf_printf(&list, "%s%s", count ? ", " : "", members[count]);
    }
    const char *bare =
        strncmp(member->name, PREFIX, PREFIX_SIZE) == 0 ? member->name + PREFIX_SIZE : member->name;
    reader_fault(reader, member, NULL, "unknown property \"%s\"; accepted are %s%s", member->name,
                 buf_text(&list), reader_suggest(reader, bare, members, count));
    buf_free(&list);
}

static void check_followed(struct reader *reader, const struct json *member, enum place place) {
    for (size_t i = 0; i < COUNT_OF(not_followed); i++) {
        if (not_followed[i].place != place || strcmp(not_followed[i].name, member->name) != 0)
            continue;
        const char *harmless = not_followed[i].harmless;
        if (harmless && member->kind == JSON_STRING && span_is(member->text, harmless))
            return;
        reader_fault(reader, member, NULL, "\"%s\" is not supported", member->name);
    }
}

static const struct nested *find_nested(enum place from, const char *member) {
    for (size_t i = 0; i < COUNT_OF(nesting); i++)
        if (nesting[i].from == from && strcmp(nesting[i].member, member) == 0)
            return &nesting[i];
    return NULL;
}

static void check_object(struct reader *reader, const struct json *object, enum place place,
                         const char *const *members);

/* The objects inside a value: itself, or the items of a list. Recursion is bounded by the depth of
 * what json_read() accepts. */
static void check_inside(struct reader *reader, const struct json *value, enum place place,
                         const char *const *members) {
    if (value->kind == JSON_OBJECT)
        check_object(reader, value, place, members);
    if (value->kind == JSON_ARRAY)
        for (const struct json *item = value->first; item; item = item->next)
            check_inside(reader, item, place, members);
}

/* Whose faults follow inside an object: the sheet's, the table's, the field's. */
static const char *subject_of(struct reader *reader, const struct json *object, enum place place) {
    const struct json *name = json_find(object, "name");
    if (!name || name->kind != JSON_STRING || !(place & (SHEET | FIELD | GOLD | GOLD_FIELD)))
        return reader->subject;
    const char *before = place == GOLD ? "gold_" : reader->subject ? reader->subject : "";
    const char *dot = reader->subject && place != GOLD ? "." : "";
    return arena_printf(reader->arena, "%s%s%s", before, dot, name->text.data);
}

static void check_object(struct reader *reader, const struct json *object, enum place place,
                         const char *const *members) {
    const char *subject_outside = reader->subject;
    reader->subject = subject_of(reader, object, place);
    for (const struct json *member = object->first; member; member = member->next) {
        if (members)
            check_closed_name(reader, member, members);
        else if (strncmp(member->name, PREFIX, PREFIX_SIZE) == 0)
            check_own_name(reader, member, place);
        else
            check_followed(reader, member, place);
        const struct nested *nested = find_nested(place, member->name);
        check_inside(reader, member, nested ? nested->to : NOWHERE,
                     nested ? nested->members : NULL);
    }
    reader->subject = subject_outside;
}

void model_check_properties(struct reader *reader, const struct json *package) {
    check_object(reader, package, PACKAGE, NULL);
}

void model_check_field_properties(struct reader *reader, const struct json *json,
                                  enum table_kind kind, enum field_type type) {
    for (const struct json *member = json->first; member; member = member->next) {
        if (strncmp(member->name, PREFIX, PREFIX_SIZE) != 0)
            continue;
        const struct property *property = find_property(member->name + PREFIX_SIZE);
        if (!property || (property->types & BIT(type)) || !(property->places & FIELD))
            continue;
        struct buf list = {0};
        for (unsigned i = FIELD_STRING; i <= FIELD_RATE; i++)
            if (property->types & BIT(i))
                buf_printf(&list, "%s%s", list.size ? ", " : "",
                           field_type_name((enum field_type)i));
        reader_fault(reader, member, NULL, "\"%s\" does not suit the type %s; it is for %s",
                     member->name, field_type_name(type), buf_text(&list));
        buf_free(&list);
    }
    /* Values of a plain string would not be checked, against what the standard says. */
    const struct json *categories = json_find(json, "categories");
    if (categories && kind == TABLE_GOLD)
        reader_fault(reader, categories, NULL, "\"categories\" is for sheets only; leave it out");
    else if (categories && type != FIELD_ENUM)
        reader_fault(reader, categories, NULL, "\"categories\" needs \"goldleaf:type\": \"enum\"");
}
