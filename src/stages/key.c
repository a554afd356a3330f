#include "stages/key.h"

#include "base/buf.h"
#include "model/cell.h"

static void key_add_part(struct buf *key, struct span part) {
    for (size_t i = 0; i < part.size; i++) {
        if (part.data[i] == '|' || part.data[i] == '\\')
            buf_add_char(key, '\\');
        buf_add_char(key, part.data[i]);
    }
}

struct span key_join(const struct span *parts, size_t count, struct arena *arena) {
    if (count == 1)
        return parts[0];
    struct buf key = {0};
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&key, '|');
        key_add_part(&key, parts[i]);
    }
    struct span copy = arena_copy(arena, buf_span(&key));
    buf_free(&key);
    return copy;
}

static struct span key_part_of_cell(const struct field *field, struct span raw,
                                    struct arena *arena) {
    struct cell cell = cell_clean(field, raw, arena);
    if (cell.value.kind != VALUE_NULL)
        return cell_format(field, cell.value, arena);
    if (cell.step == STEP_REQUIRED && cell.rule == RULE_REQUIRED)
        return (struct span){0};
    return cell_trim(raw);
}

struct span key_of_cells(const struct sheet_model *model, const struct header *header,
                         const struct span *cells, struct arena *arena) {
    struct span single;
    struct span *parts =
        model->key_count == 1 ? &single : arena_array(arena, model->key_count, sizeof *parts);
    for (size_t i = 0; i < model->key_count; i++) {
        int column = header->field_columns[model->key[i]];
        if (column < 0)
            return (struct span){0};
        parts[i] = key_part_of_cell(&model->fields[model->key[i]], cells[column], arena);
        if (!parts[i].data)
            return (struct span){0};
    }
    return key_join(parts, model->key_count, arena);
}

struct span key_of_values(const struct sheet_model *model, const struct value *values,
                          struct arena *arena) {
    struct span single;
    struct span *parts =
        model->key_count == 1 ? &single : arena_array(arena, model->key_count, sizeof *parts);
    for (size_t i = 0; i < model->key_count; i++)
        parts[i] = cell_format(&model->fields[model->key[i]], values[model->key[i]], arena);
    return key_join(parts, model->key_count, arena);
}

/* Takes the text up to the next bare '|' off the front of `key`. */
static struct span key_next_part(struct span *key, struct arena *arena) {
    struct buf part = {0};
    size_t i = 0;
    for (; i < key->size && key->data[i] != '|'; i++) {
        if (key->data[i] == '\\' && i + 1 < key->size)
            i++;
        buf_add_char(&part, key->data[i]);
    }
    size_t taken = i < key->size ? i + 1 : i;
    *key = (struct span){key->data + taken, key->size - taken};
    struct span copy = arena_copy(arena, buf_span(&part));
    buf_free(&part);
    return copy;
}

bool key_parse(const struct sheet_model *model, struct span key, struct value *parts,
               struct arena *arena) {
    for (size_t i = 0; i < model->key_count; i++) {
        struct span text = model->key_count == 1 ? key : key_next_part(&key, arena);
        parts[i] = cell_clean(&model->fields[model->key[i]], text, arena).value;
        if (parts[i].kind == VALUE_NULL)
            return false;
    }
    return true;
}
