/* The list of differences. */
#include "model/model_diff.h"

#include <string.h>

void model_diff_add(struct arena *arena, struct model_diff *diff,
                    const struct model_difference *difference) {
    if (diff->count == diff->capacity) {
        size_t capacity = diff->capacity ? diff->capacity * 2 : 16;
        struct model_difference *grown = arena_array(arena, capacity, sizeof *grown);
        if (diff->count)
            memcpy(grown, diff->items, diff->count * sizeof *grown);
        diff->items = grown;
        diff->capacity = capacity;
    }
    diff->items[diff->count++] = *difference;
}

size_t model_diff_count_losses(const struct model_diff *diff) {
    size_t count = 0;
    for (size_t i = 0; i < diff->count; i++)
        count += diff->items[i].loss != NULL;
    return count;
}
