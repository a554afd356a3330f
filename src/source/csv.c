/* The file part of CSV: bytes into memory. What they mean is in csv_parse.c. */
#include "source/csv.h"
#include "base/huge_pages.h"
#include "base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static bool report_system(struct err *err, const char *path) {
    bool is_forbidden = errno == EACCES || errno == EPERM;
    err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
    return is_forbidden && err_hint(err, "give this user the right to read the file");
}

static bool report_change(struct err *err, const char *path) {
    err_set(err, ERR_FAILED, "%s: the file changed while it was being read", path);
    return err_hint(err, "run again when no other program writes to it");
}

/* Bytes of a file that are read by one thread. */
struct file_part {
    int file;
    char *data;
    size_t from, size, got;
    int error; /* errno, or 0 */
};

/* Reads until `size` bytes or the end of the file. */
static void *read_part(void *context) {
    struct file_part *part = context;
    while (part->got < part->size) {
        ssize_t count = pread(part->file, part->data + part->from + part->got,
                              part->size - part->got, (off_t)(part->from + part->got));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            part->error = errno;
        if (count <= 0)
            break;
        part->got += (size_t)count;
    }
    return NULL;
}

#define BYTES_TO_SHARE ((size_t)1 << 20) /* from here on a second thread is worth its start */

/* Most of the time goes into fresh memory, page by page, which two can do at a time. */
static bool read_fully(int file, char *data, size_t size, size_t *got) {
    size_t own = size < BYTES_TO_SHARE ? size : size / 2;
    struct file_part here = {.file = file, .data = data, .size = own};
    struct file_part there = {.file = file, .data = data, .from = own, .size = size - own};
    if (own < size)
        worker_do_both(read_part, &here, &there);
    else
        read_part(&here);
    *got = here.got < own ? here.got : here.got + there.got;
    errno = here.error ? here.error : there.error;
    return errno == 0;
}

static bool is_unchanged(const struct stat *before, const struct stat *after) {
    return before->st_size == after->st_size && before->st_mtim.tv_sec == after->st_mtim.tv_sec &&
           before->st_mtim.tv_nsec == after->st_mtim.tv_nsec;
}

/* `data` has room for one byte more than the file has: a file that fills it has grown. */
static bool read_unchanged(int file, const char *path, const struct stat *status, char *data,
                           struct err *err) {
    size_t size = (size_t)status->st_size, got;
    struct stat after;
    if (!read_fully(file, data, size + 1, &got) || fstat(file, &after) != 0)
        return report_system(err, path);
    return (got == size && is_unchanged(status, &after)) || report_change(err, path);
}

static bool read_open_file(int file, const char *path, struct span *text, struct err *err) {
    struct stat status;
    if (fstat(file, &status) != 0)
        return report_system(err, path);
    if (S_ISDIR(status.st_mode))
        return err_set(err, ERR_FAILED, "%s: it is a directory, not a CSV file", path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_FAILED, "%s: not a regular file", path);
    char *data = malloc((size_t)status.st_size + 1);
    if (!data)
        return err_set(err, ERR_FAILED, "%s: no memory for its %lld bytes", path,
                       (long long)status.st_size);
    huge_pages_advise(data, (size_t)status.st_size + 1);
    if (!read_unchanged(file, path, &status, data, err)) {
        free(data);
        return false;
    }
    *text = (struct span){data, (size_t)status.st_size};
    return true;
}

bool csv_read_file(const char *path, struct span *text, uint64_t *hash, struct err *err) {
    /* O_NONBLOCK: opening a FIFO that nobody writes to must not wait. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return report_system(err, path);
    bool is_read = read_open_file(file, path, text, err);
    close(file);
    if (is_read)
        *hash = XXH3_64bits(text->data, text->size);
    return is_read;
}
