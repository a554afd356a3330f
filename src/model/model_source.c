#include "model/model_source.h"

#include "base/asset.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "model/model.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A descriptor or a query is written by people; anything larger is some other file. */
#define FILE_MAX_MB 4

#define DESCRIPTOR "/datapackage.json"

static bool read_open_file(int descriptor, struct arena *arena, struct span *text,
                           struct err *err) {
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return err_set(err, ERR_MODEL, "cannot be read: %s", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_MODEL, "is not a file");
    if (status.st_size > (off_t)FILE_MAX_MB * 1024 * 1024)
        return err_set(err, ERR_MODEL, "is larger than %d MB", FILE_MAX_MB);
    size_t size = (size_t)status.st_size, filled = 0;
    char *data = arena_alloc(arena, size + 1);
    while (filled < size) {
        ssize_t got = read(descriptor, data + filled, size - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_MODEL, "cannot be read: %s", strerror(errno));
        if (got == 0)
            break;
        filled += (size_t)got;
    }
    *text = (struct span){data, filled};
    return true;
}

static bool read_from_folder(const struct model_source *source, struct arena *arena,
                             const char *path, struct span *text, struct err *err) {
    const char *full = arena_printf(arena, "%s/%s", source->root, path);
    /* Not blocking: a FIFO in place of a file must not hang the run. */
    int descriptor = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return err_set(err, ERR_MODEL, "cannot be read: %s", strerror(errno));
    bool is_good = read_open_file(descriptor, arena, text, err);
    close(descriptor);
    return is_good;
}

static bool read_from_assets(const struct model_source *source, struct arena *arena,
                             const char *path, struct span *text, struct err *err) {
    const char *name = arena_printf(arena, "%s/%s", source->root, path);
    if (!asset_find(name, text))
        return err_set(err, ERR_MODEL, "is not in the program");
    return true;
}

/* "models/<name>/datapackage.json" -> name, or NULL for any other file. */
static const char *shipped_name(struct arena *arena, const struct asset *asset) {
    const char *name = asset->name + strlen("models/");
    const char *slash = strchr(name, '/');
    if (!slash || strcmp(slash, DESCRIPTOR) != 0)
        return NULL;
    return arena_string(arena, (struct span){name, (size_t)(slash - name)});
}

static bool fault_unknown_model(struct arena *arena, const char *name, struct err *err) {
    const char *names[64];
    size_t count = 0;
    struct buf list = {0};
    for (const struct asset *asset = asset_next("models/", NULL); asset;
         asset = asset_next("models/", asset)) {
        const char *shipped = shipped_name(arena, asset);
        if (!shipped || count == COUNT_OF(names))
            continue;
        buf_printf(&list, "%s%s", count ? ", " : "", shipped);
        names[count++] = shipped;
    }
    const char *nearest = nearest_word(name, names, count);
    err_set(err, ERR_MODEL, "no model and no folder of that name; shipped models are %s%s%s%s",
            buf_text(&list), nearest ? "; did you mean \"" : "", nearest ? nearest : "",
            nearest ? "\"?" : "");
    buf_free(&list);
    return false;
}

bool model_source_open(struct model_source *source, struct arena *arena, const char *name_or_dir,
                       struct err *err) {
    struct stat status;
    bool exists = stat(name_or_dir, &status) == 0;
    if (strchr(name_or_dir, '/') || (exists && S_ISDIR(status.st_mode))) {
        if (exists && !S_ISDIR(status.st_mode))
            return err_set(err, ERR_MODEL,
                           "is a file; name the folder that holds the datapackage.json");
        *source = (struct model_source){read_from_folder, name_or_dir};
        return true;
    }
    const char *root = arena_printf(arena, "models/%s", name_or_dir);
    struct span descriptor;
    if (!asset_find(arena_printf(arena, "%s" DESCRIPTOR, root), &descriptor))
        return fault_unknown_model(arena, name_or_dir, err);
    *source = (struct model_source){read_from_assets, root};
    return true;
}

/* A part of the program, so it is there. */
struct span model_profile(void) {
    struct span text = {0};
    asset_find("model/profile.json", &text);
    return text;
}
