#include "base/asset.h"

static int compare_name(const void *name, const void *asset) {
    return strcmp(name, ((const struct asset *)asset)->name);
}

bool asset_find(const char *name, struct span *content) {
    const struct asset *found = bsearch(name, assets, asset_count, sizeof assets[0], compare_name);
    if (!found)
        return false;
    *content = (struct span){(const char *)found->data, found->size};
    return true;
}

const struct asset *asset_next(const char *prefix, const struct asset *previous) {
    size_t length = strlen(prefix);
    const struct asset *asset = previous ? previous + 1 : assets;
    for (; asset < assets + asset_count; asset++)
        if (strncmp(asset->name, prefix, length) == 0)
            return asset;
    return NULL;
}
