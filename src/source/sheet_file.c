#include "source/sheet_file.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

struct sheet_file {
    char *path;
    int descriptor;
    struct stat status; /* when it was opened */
    atomic_int error;   /* of a read: errno, or 0 */
};

static bool report_system(struct err *err, const char *path, int error) {
    bool is_forbidden = error == EACCES || error == EPERM;
    err_set(err, ERR_FAILED, "%s: %s", path, strerror(error));
    return is_forbidden && err_hint(err, "give this user the right to read the file");
}

static bool check_kind(struct sheet_file *file, struct err *err) {
    if (fstat(file->descriptor, &file->status) != 0)
        return report_system(err, file->path, errno);
    if (S_ISDIR(file->status.st_mode))
        return err_set(err, ERR_FAILED, "%s: it is a directory, not a CSV file", file->path);
    return S_ISREG(file->status.st_mode) ||
           err_set(err, ERR_FAILED, "%s: not a regular file", file->path);
}

bool sheet_file_open(struct sheet_file **file, const char *path, struct err *err) {
    /* O_NONBLOCK: opening a FIFO that nobody writes to must not wait. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *file = NULL;
    if (descriptor < 0)
        return report_system(err, path, errno);
    struct sheet_file *made = memory_alloc(sizeof *made);
    *made = (struct sheet_file){.path = memory_alloc(strlen(path) + 1), .descriptor = descriptor};
    memcpy(made->path, path, strlen(path) + 1);
    if (check_kind(made, err))
        *file = made;
    else
        sheet_file_close(made);
    return *file != NULL;
}

const char *sheet_file_path(const struct sheet_file *file) {
    return file->path;
}

size_t sheet_file_size(const struct sheet_file *file) {
    return (size_t)file->status.st_size;
}

void sheet_file_read(struct sheet_file *file, size_t at, size_t size, char *out) {
    while (size > 0) {
        ssize_t count = pread(file->descriptor, out, size, (off_t)at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            atomic_store(&file->error, errno);
        if (count <= 0)
            break;
        out += count;
        at += (size_t)count;
        size -= (size_t)count;
    }
    memset(out, ' ', size);
}

/* Some files say that they have no bytes and then give some. */
static bool has_more(const struct sheet_file *file) {
    char next;
    return pread(file->descriptor, &next, 1, file->status.st_size) > 0;
}

bool sheet_file_check(struct sheet_file *file, struct err *err) {
    const struct stat *before = &file->status;
    struct stat now;
    int error = atomic_load(&file->error);
    if (error || fstat(file->descriptor, &now) != 0)
        return report_system(err, file->path, error ? error : errno);
    if (before->st_size == now.st_size && before->st_mtim.tv_sec == now.st_mtim.tv_sec &&
        before->st_mtim.tv_nsec == now.st_mtim.tv_nsec && !has_more(file))
        return true;
    err_set(err, ERR_FAILED, "%s: the file changed while it was being read", file->path);
    return err_hint(err, "run again when no other program writes to it");
}

void sheet_file_close(struct sheet_file *file) {
    if (!file)
        return;
    close(file->descriptor);
    free(file->path);
    free(file);
}
