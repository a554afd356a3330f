#include "stages/reference.h"

#include "stages/schema.h"

#include <xxhash.h>

/* How many parents are compared before the table is asked, and how far apart two have to be for
 * their order to be none. */
#define NEAR 4
#define FAR 256

#define NONE SIZE_MAX
#define BATCH 32

/* What is referred to: bytes in `keys`. */
struct parent {
    size_t start, size;
};

/* A parent's place in the hash table. The tag spares a look at a parent that is another one, which
 * is rarely in a cache when there are millions. */
struct parent_slot {
    uint32_t index; /* + 1; 0: free */
    uint32_t tag;
};

struct reference_lookup {
    const struct reference *reference; /* one of those that it serves */
    struct parent *parents;            /* in the order of silver */
    struct buf keys;
    struct value *shared; /* what children have to share with them: match_count a parent */
    size_t parent_count, parent_capacity;
    struct parent_slot *slots; /* of the first `linked` of them; NULL: nobody needed it yet */
    size_t mask, linked;
    size_t last;         /* the parent found last */
    bool is_in_order;    /* and the one before it stood close in front of it */
    struct value *parts; /* of the parent being added */
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

static uint32_t parent_tag(uint64_t hash) {
    return (uint32_t)(hash >> 32);
}

static struct span lookup_key(const struct reference_lookup *lookup, size_t index) {
    const struct parent *parent = &lookup->parents[index];
    return (struct span){lookup->keys.data + parent->start, parent->size};
}

static const struct value *lookup_shared(const struct reference_lookup *lookup, size_t index) {
    return lookup->shared + index * lookup->reference->match_count;
}

static void lookup_grow(struct reference_lookup *lookup) {
    size_t capacity = lookup->parent_capacity ? lookup->parent_capacity * 2 : 16;
    lookup->parent_capacity = capacity;
    lookup->parents = memory_resize(lookup->parents, capacity, sizeof *lookup->parents);
    lookup->shared = memory_resize(lookup->shared, capacity * lookup->reference->match_count,
                                   sizeof *lookup->shared);
}

/* An empty hash table of which at most half will be filled. */
static void table_make(struct reference_lookup *lookup) {
    size_t count = 16;
    while (count < lookup->parent_count * 2)
        count *= 2;
    lookup->mask = count - 1;
    lookup->slots = memory_resize(lookup->slots, count, sizeof *lookup->slots);
    memset(lookup->slots, 0, count * sizeof *lookup->slots);
    lookup->linked = 0;
}

/* The slots of a batch are sent for before the first is looked at: they lie anywhere in memory. */
static void table_link_batch(struct reference_lookup *lookup) {
    uint64_t hashes[BATCH];
    size_t left = lookup->parent_count - lookup->linked, count = left < BATCH ? left : BATCH;
    for (size_t i = 0; i < count; i++) {
        struct span key = lookup_key(lookup, lookup->linked + i);
        hashes[i] = XXH3_64bits(key.data, key.size);
        __builtin_prefetch(&lookup->slots[hashes[i] & lookup->mask], 1);
    }
    for (size_t i = 0; i < count; i++) {
        size_t slot = hashes[i] & lookup->mask;
        while (lookup->slots[slot].index)
            slot = (slot + 1) & lookup->mask;
        lookup->slots[slot] =
            (struct parent_slot){(uint32_t)++lookup->linked, parent_tag(hashes[i])};
    }
}

/* Only once somebody asks out of order: children often come in the order of their parents. */
static void table_bring_up_to_date(struct reference_lookup *lookup) {
    if (!lookup->slots || lookup->parent_count * 2 > lookup->mask + 1)
        table_make(lookup);
    while (lookup->linked < lookup->parent_count)
        table_link_batch(lookup);
}

/* Adds the parent of `parts`: what is referred to, and then what a child has to share with it. */
static void lookup_add_parts(struct reference_lookup *lookup) {
    const struct reference *reference = lookup->reference;
    size_t width = reference->match_count, index = lookup->parent_count;
    if (index == lookup->parent_capacity)
        lookup_grow(lookup);
    size_t start = lookup->keys.size;
    for (size_t i = 0; i < reference->field_count; i++)
        reference_add_part(&lookup->keys, &lookup->parts[i]);
    lookup->parents[index] = (struct parent){start, lookup->keys.size - start};
    for (size_t i = 0; i < width; i++)
        lookup->shared[index * width + i] =
            reference_keep(&lookup->arena, lookup->parts[reference->field_count + i]);
    lookup->parent_count++;
}

void reference_add(struct reference_lookup *lookup, const struct value *row) {
    const struct reference *reference = lookup->reference;
    for (size_t i = 0; i < reference->field_count; i++)
        lookup->parts[i] = row[reference->parent_fields[i]];
    for (size_t i = 0; i < reference->match_count; i++)
        lookup->parts[reference->field_count + i] = row[reference->matches[i].parent_field];
    lookup_add_parts(lookup);
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
    size_t width = lookup->reference->field_count + lookup->reference->match_count;
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        for (size_t i = 0; i < width; i++)
            lookup->parts[i] = statement_value(statement, i);
        lookup_add_parts(lookup);
    }
    statement_close(statement);
    return ok;
}

struct reference_lookup *reference_new(const struct reference *reference) {
    struct reference_lookup *lookup = memory_alloc(sizeof *lookup);
    *lookup = (struct reference_lookup){.reference = reference, .is_in_order = true};
    lookup->parts = arena_array(&lookup->arena, reference->field_count + reference->match_count,
                                sizeof *lookup->parts);
    lookup_grow(lookup);
    return lookup;
}

bool reference_open(struct warehouse *warehouse, const struct model *model,
                    const struct reference *reference, const struct row_list *rows,
                    struct reference_lookup **lookup, struct err *err) {
    struct buf sql = {0};
    *lookup = reference_new(reference);
    lookup_add_select(&sql, model, reference, !rows);
    bool ok = (!rows ||
               lookup_list(warehouse, &model->sheets[reference->parent], reference, *rows, err)) &&
              lookup_read(*lookup, warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

bool reference_serves(const struct reference_lookup *lookup, const struct reference *reference) {
    const struct reference *own = lookup->reference;
    if (own->parent != reference->parent || own->field_count != reference->field_count ||
        own->match_count != reference->match_count)
        return false;
    for (size_t i = 0; i < own->field_count; i++)
        if (own->parent_fields[i] != reference->parent_fields[i])
            return false;
    for (size_t i = 0; i < own->match_count; i++)
        if (own->matches[i].parent_field != reference->matches[i].parent_field)
            return false;
    return true;
}

void reference_close(struct reference_lookup *lookup) {
    if (!lookup)
        return;
    free(lookup->parents);
    free(lookup->shared);
    free(lookup->slots);
    buf_free(&lookup->keys);
    buf_free(&lookup->key);
    arena_free(&lookup->arena);
    free(lookup);
}

/* Rows that are clustered by what they refer to come in the order of their parents: then the next
 * one is the same or stands close behind. NONE when it does not. */
static size_t lookup_find_near(const struct reference_lookup *lookup, struct span key) {
    for (size_t i = lookup->last; i < lookup->last + NEAR && i < lookup->parent_count; i++)
        if (span_equal(lookup_key(lookup, i), key))
            return i;
    return NONE;
}

static size_t lookup_find_anywhere(struct reference_lookup *lookup, struct span key) {
    table_bring_up_to_date(lookup);
    uint64_t hash = XXH3_64bits(key.data, key.size);
    size_t slot = hash & lookup->mask;
    for (; lookup->slots[slot].index; slot = (slot + 1) & lookup->mask) {
        size_t parent = lookup->slots[slot].index - 1;
        if (lookup->slots[slot].tag == parent_tag(hash) &&
            span_equal(lookup_key(lookup, parent), key))
            return parent;
    }
    return NONE;
}

/* The parent that a child's row refers to, or NONE. */
static size_t lookup_find(struct reference_lookup *lookup, const struct reference *reference,
                          const struct value *values) {
    buf_clear(&lookup->key);
    for (size_t i = 0; i < reference->field_count; i++)
        reference_add_part(&lookup->key, &values[reference->fields[i]]);
    struct span key = buf_span(&lookup->key);
    size_t found = lookup->is_in_order ? lookup_find_near(lookup, key) : NONE;
    if (found == NONE)
        found = lookup_find_anywhere(lookup, key);
    if (found == NONE)
        return NONE;
    lookup->is_in_order = found - lookup->last < FAR;
    lookup->last = found;
    return found;
}

void reference_add_vouched(struct reference_lookup *lookup, const struct reference *reference,
                           const struct value *child) {
    if (lookup_find(lookup, reference, child) != NONE)
        return;
    for (size_t i = 0; i < reference->field_count; i++)
        lookup->parts[i] = child[reference->fields[i]];
    for (size_t i = 0; i < reference->match_count; i++)
        lookup->parts[reference->field_count + i] = child[reference->matches[i].field];
    lookup_add_parts(lookup);
}

/* Compares what child and parent share. Returns the first match that differs, or NULL. */
static const struct reference_match *reference_compare(const struct reference *reference,
                                                       struct value *values,
                                                       const struct value *shared,
                                                       struct arena *arena) {
    for (size_t i = 0; i < reference->match_count; i++) {
        const struct reference_match *match = &reference->matches[i];
        struct value *value = &values[match->field];
        if (value->kind == VALUE_NULL && match->inherit)
            *value = reference_keep(arena, shared[i]);
        else if (value->kind != VALUE_NULL && !value_equal(*value, shared[i]))
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
        size_t parent = lookup_find(lookups[i], reference, values);
        bool is_found = parent != NONE;
        const struct reference_match *differs =
            is_found
                ? reference_compare(reference, values, lookup_shared(lookups[i], parent), arena)
                : NULL;
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
