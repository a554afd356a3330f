#include "files.h"
#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool report(struct err *err, const char *path) {
    return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
}

bool files_read(const char *path, struct buf *text, struct err *err) {
    struct stat status;
    ssize_t got = 1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return report(err, path);
    if (fstat(file, &status) == 0)
        buf_reserve(text, (size_t)status.st_size + 1);
    while (got > 0) {
        buf_reserve(text, 4096);
        got = read(file, text->data + text->size, text->capacity - text->size - 1);
        if (got > 0)
            text->size += (size_t)got;
        text->data[text->size] = '\0';
    }
    bool is_read = got == 0 || report(err, path);
    close(file);
    return is_read;
}

static bool write_all(int file, struct span text) {
    while (text.size) {
        ssize_t written = write(file, text.data, text.size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text = (struct span){text.data + written, text.size - (size_t)written};
    }
    return true;
}

bool files_replace(const char *path, struct span text, mode_t mode, struct err *err) {
    struct arena arena = {0};
    char *beside = arena_alloc(&arena, strlen(path) + sizeof ".XXXXXX");
    memcpy(beside, path, strlen(path));
    memcpy(beside + strlen(path), ".XXXXXX", sizeof ".XXXXXX");
    int file = mkostemp(beside, O_CLOEXEC); /* several requests may edit the same file */
    bool is_written = file >= 0 && fchmod(file, mode) == 0 && write_all(file, text);
    if (file >= 0)
        is_written = close(file) == 0 && is_written;
    is_written = is_written && rename(beside, path) == 0;
    if (!is_written) {
        report(err, path);
        unlink(beside);
    }
    arena_free(&arena);
    return is_written;
}
