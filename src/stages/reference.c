#include "stages/reference.h"

#include "stages/schema.h"

#include <xxhash.h>

/* How many parents are compared before the table is asked, and how far apart two have to be for
 * their order to be none. */
#define NEAR 4
#define FAR 256

/* A parent's row: what is referred to, and what the child has to share with it. */
struct parent {
    struct span key;
    struct value *matches;
};

/* A parent's place in the hash table. The tag spares a look at a parent that is another one, which
 * is rarely in a cache when there are millions. */
struct parent_slot {
    uint32_t index; /* + 1; 0: free */
    uint32_t tag;
};

struct reference_lookup {
    const struct reference *reference;
    struct parent *parents; /* in the order of silver */
    size_t parent_count, parent_capacity;
    struct parent_slot *slots;
    size_t mask;
    size_t last;           /* the parent found last */
    bool is_in_order;      /* and the one before it stood close in front of it */
    struct value *matches; /* of the parent found last */
    struct arena arena;
    struct buf key; /* of the row being checked */
};

/* The parts' bytes, each behind its kind and size, so that no two different keys are equal. */
static void reference_add_part(struct buf *key, const struct value *value) {
    struct span bytes = value->kind == VALUE_TEXT
                            ? value_span(*value)
                            : (struct span){(const char *)&value->integer, sizeof value->integer};
    buf_add_char(key, (char)value->kind);
    buf_add(key, (struct span){(const char *)&value->size, sizeof value->size});
    buf_add(key, bytes);
}

static struct value reference_keep(struct arena *arena, struct value value) {
    if (value.kind == VALUE_TEXT)
        value.text = arena_copy(arena, value_span(value)).data;
    return value;
}

static void lookup_add_parent(struct reference_lookup *lookup, struct statement *statement) {
    const struct reference *reference = lookup->reference;
    if (lookup->parent_count == lookup->parent_capacity) {
        lookup->parent_capacity = lookup->parent_capacity ? lookup->parent_capacity * 2 : 1024;
        lookup->parents =
            memory_resize(lookup->parents, lookup->parent_capacity, sizeof *lookup->parents);
    }
    struct parent *parent = &lookup->parents[lookup->parent_count++];
    buf_clear(&lookup->key);
    for (size_t i = 0; i < reference->field_count; i++) {
        struct value part = statement_value(statement, i);
        reference_add_part(&lookup->key, &part);
    }
    *parent = (struct parent){.key = arena_copy(&lookup->arena, buf_span(&lookup->key))};
    if (reference->match_count)
        parent->matches =
            arena_array(&lookup->arena, reference->match_count, sizeof *parent->matches);
    for (size_t i = 0; i < reference->match_count; i++)
        parent->matches[i] =
            reference_keep(&lookup->arena, statement_value(statement, reference->field_count + i));
}

static uint32_t parent_tag(uint64_t hash) {
    return (uint32_t)(hash >> 32);
}

static void lookup_index(struct reference_lookup *lookup) {
    size_t slot_count = 16;
    while (slot_count < lookup->parent_count + lookup->parent_count / 2)
        slot_count *= 2;
    lookup->mask = slot_count - 1;
    lookup->slots = memory_resize(NULL, slot_count, sizeof *lookup->slots);
    memset(lookup->slots, 0, slot_count * sizeof *lookup->slots);
    for (size_t i = 0; i < lookup->parent_count; i++) {
        struct span key = lookup->parents[i].key;
        uint64_t hash = XXH3_64bits(key.data, key.size);
        size_t slot = hash & lookup->mask;
        while (lookup->slots[slot].index)
            slot = (slot + 1) & lookup->mask;
        lookup->slots[slot] = (struct parent_slot){(uint32_t)i + 1, parent_tag(hash)};
    }
}

static void lookup_add_select(struct buf *sql, const struct model *model,
                              const struct reference *reference, bool is_whole) {
    const struct sheet_model *parent = &model->sheets[reference->parent];
    buf_add_text(sql, is_whole ? "SELECT " : "SELECT DISTINCT ");
    schema_add_fields(sql, parent->fields, reference->parent_fields, reference->field_count, "p");
    for (size_t i = 0; i < reference->match_count; i++) {
        buf_add_text(sql, ", p.");
        sql_add_name(sql, parent->fields[reference->matches[i].parent_field].name);
    }
    buf_add_text(sql, is_whole ? " FROM " : " FROM goldleaf_parents l JOIN ");
    sql_add_table(sql, "silver", parent->name);
    buf_add_text(sql, " p");
    for (size_t i = 0; !is_whole && i < reference->field_count; i++) {
        buf_add_text(sql, i ? " AND p." : " ON p.");
        sql_add_name(sql, parent->fields[reference->parent_fields[i]].name);
        buf_printf(sql, " = l.p%zu", i);
    }
}

static bool lookup_list(struct warehouse *warehouse, const struct sheet_model *parent,
                        const struct reference *reference, struct row_list rows, struct err *err) {
    struct arena scratch = {0};
    struct shortlist_column *columns =
        arena_array(&scratch, reference->field_count, sizeof *columns);
    for (size_t i = 0; i < reference->field_count; i++)
        columns[i] = (struct shortlist_column){reference->fields[i],
                                               parent->fields[reference->parent_fields[i]].type};
    bool ok =
        shortlist_rows(warehouse, "goldleaf_parents", columns, reference->field_count, rows, err);
    arena_free(&scratch);
    return ok;
}

static bool lookup_read(struct reference_lookup *lookup, struct warehouse *warehouse,
                        const char *sql, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        lookup_add_parent(lookup, statement);
    statement_close(statement);
    if (ok)
        lookup_index(lookup);
    return ok;
}

bool reference_open(struct warehouse *warehouse, const struct model *model,
                    const struct reference *reference, const struct row_list *rows,
                    struct reference_lookup **lookup, struct err *err) {
    struct buf sql = {0};
    *lookup = memory_alloc(sizeof **lookup);
    **lookup = (struct reference_lookup){.reference = reference, .is_in_order = true};
    (*lookup)->matches =
        arena_array(&(*lookup)->arena, reference->match_count + 1, sizeof(struct value));
    lookup_add_select(&sql, model, reference, !rows);
    bool ok = (!rows ||
               lookup_list(warehouse, &model->sheets[reference->parent], reference, *rows, err)) &&
              lookup_read(*lookup, warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

void reference_close(struct reference_lookup *lookup) {
    if (!lookup)
        return;
    free(lookup->parents);
    free(lookup->slots);
    buf_free(&lookup->key);
    arena_free(&lookup->arena);
    free(lookup);
}

/* Rows that are clustered by what they refer to come in the order of their parents: then the next
 * one is the same or stands close behind. NULL when it does not. */
static const struct parent *lookup_find_near(const struct reference_lookup *lookup,
                                             struct span key) {
    for (size_t i = lookup->last; i < lookup->last + NEAR && i < lookup->parent_count; i++)
        if (span_equal(lookup->parents[i].key, key))
            return &lookup->parents[i];
    return NULL;
}

static const struct parent *lookup_find_anywhere(const struct reference_lookup *lookup,
                                                 struct span key) {
    uint64_t hash = XXH3_64bits(key.data, key.size);
    size_t slot = hash & lookup->mask;
    for (; lookup->slots[slot].index; slot = (slot + 1) & lookup->mask) {
        const struct parent *parent = &lookup->parents[lookup->slots[slot].index - 1];
        if (lookup->slots[slot].tag == parent_tag(hash) && span_equal(parent->key, key))
            return parent;
    }
    return NULL;
}

static bool lookup_find(struct reference_lookup *lookup, const struct value *values) {
    const struct reference *reference = lookup->reference;
    buf_clear(&lookup->key);
    for (size_t i = 0; i < reference->field_count; i++)
        reference_add_part(&lookup->key, &values[reference->fields[i]]);
    struct span key = buf_span(&lookup->key);
    const struct parent *parent = lookup->is_in_order ? lookup_find_near(lookup, key) : NULL;
    if (!parent)
        parent = lookup_find_anywhere(lookup, key);
    if (!parent)
        return false;
    size_t found = (size_t)(parent - lookup->parents);
    lookup->is_in_order = found - lookup->last < FAR;
    lookup->last = found;
    for (size_t i = 0; i < reference->match_count; i++)
        lookup->matches[i] = parent->matches[i];
    return true;
}

/* Compares what child and parent share. Returns the first match that differs, or NULL. */
static const struct reference_match *reference_compare(const struct reference *reference,
                                                       struct value *values,
                                                       const struct value *matches,
                                                       struct arena *arena) {
    for (size_t i = 0; i < reference->match_count; i++) {
        const struct reference_match *match = &reference->matches[i];
        struct value *value = &values[match->field];
        if (value->kind == VALUE_NULL && match->inherit)
            *value = reference_keep(arena, matches[i]);
        else if (value->kind != VALUE_NULL && !value_equal(*value, matches[i]))
            return match;
    }
    return NULL;
}

static bool reference_is_empty(const struct reference *reference, const struct value *values) {
    for (size_t i = 0; i < reference->field_count; i++)
        if (values[reference->fields[i]].kind == VALUE_NULL)
            return true;
    return false;
}

void reference_check(struct reference_lookup *const *lookups, const struct sheet_model *sheet,
                     const struct header *header, struct value *values, bool *is_kept,
                     struct clean_fault *fault, struct arena *arena) {
    *is_kept = true;
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        if (reference_is_empty(reference, values))
            continue;
        bool is_found = lookup_find(lookups[i], values);
        const struct reference_match *differs =
            is_found ? reference_compare(reference, values, lookups[i]->matches, arena) : NULL;
        if (is_found && !differs)
            continue;
        struct clean_fault found = {
            .field = (uint32_t)(differs ? differs->field : reference->fields[0]),
            .rule = differs ? differs->rule : RULE_FOREIGN_KEY,
            .reason = differs ? "differs from the row it belongs to"
                              : "refers to a row that does not exist or was rejected"};
        if (*is_kept || header->field_columns[found.field] < header->field_columns[fault->field])
            *fault = found;
        *is_kept = false;
    }
}
