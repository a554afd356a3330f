/* A library to preload into the program: it counts the calls that change files and makes a chosen
 * one go wrong, so that every step of a run can be tried and not only those that chance finds.
 *
 *   FAULT_FILES    only files and folders whose path contains this text
 *   FAULT_CALLS    which calls count: w write, t truncate, s sync, u unlink, c create
 *   FAULT_AT       the number of the call, from 1
 *   FAULT_ACTION   kill    SIGKILL in its place
 *                  tear    SIGKILL after half of what it was to write
 *                  error   it fails with EIO, once
 *                  broken  it fails with EIO, and so do all that follow
 *                  full    ENOSPC for it and for all that follow, if they make a file longer
 *   FAULT_COUNT    file for the number of calls; it is written when the program ends by itself */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DESCRIPTORS 1024

static atomic_int call_count;
static atomic_bool is_watched[MAX_DESCRIPTORS];

static const char *setting(const char *name) {
    const char *text = getenv(name);
    return text ? text : "";
}

static bool matches(const char *path) {
    return path && *setting("FAULT_FILES") && strstr(path, setting("FAULT_FILES"));
}

static bool is_watched_descriptor(int descriptor) {
    return descriptor >= 0 && descriptor < MAX_DESCRIPTORS && is_watched[descriptor];
}

static void watch(int descriptor, const char *path) {
    if (descriptor >= 0 && descriptor < MAX_DESCRIPTORS)
        is_watched[descriptor] = matches(path);
}

static bool is_growing(int descriptor, off_t end) {
    struct stat info;
    return fstat(descriptor, &info) == 0 && end > info.st_size;
}

/* Counts a call; true when it has to fail, with errno set. `end` is where the file would end at
 * least, 0 for calls that make nothing longer. */
static bool is_failing(char call, int descriptor, off_t end) {
    if (!strchr(setting("FAULT_CALLS"), call))
        return false;
    const char *action = setting("FAULT_ACTION");
    int at = atoi(setting("FAULT_AT"));
    int number = atomic_fetch_add(&call_count, 1) + 1;
    if (number == at && strcmp(action, "kill") == 0)
        raise(SIGKILL);
    bool is_due = strcmp(action, "error") == 0 ? number == at : at && number >= at;
    errno = EIO;
    if (strcmp(action, "error") == 0 || strcmp(action, "broken") == 0)
        return is_due;
    errno = ENOSPC;
    return strcmp(action, "full") == 0 && is_due && is_growing(descriptor, end);
}

/* To be asked after is_failing(), which counts. */
static bool is_torn(void) {
    return strcmp(setting("FAULT_ACTION"), "tear") == 0 && strchr(setting("FAULT_CALLS"), 'w') &&
           call_count == atoi(setting("FAULT_AT"));
}

__attribute__((destructor)) static void write_count(void) {
    FILE *file = *setting("FAULT_COUNT") ? fopen(setting("FAULT_COUNT"), "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%d\n", call_count);
    fclose(file);
}

/* The function that ours stands in front of. */
#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, name))

typedef int open_function(const char *, int, ...);
typedef ssize_t write_function(int, const void *, size_t);
typedef ssize_t pwrite_function(int, const void *, size_t, off_t);
typedef int truncate_function(int, off_t);
typedef int sync_function(int);
typedef int unlink_function(const char *);

static int open_with(const char *name, const char *path, int flags, va_list arguments) {
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    if (flags & O_CREAT && matches(path) && access(path, F_OK) != 0 && is_failing('c', -1, 0))
        return -1;
    int descriptor = NEXT(name, open_function *)(path, flags, mode);
    watch(descriptor, path);
    return descriptor;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    int descriptor = open_with("open", path, flags, arguments);
    va_end(arguments);
    return descriptor;
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    int descriptor = open_with("open64", path, flags, arguments);
    va_end(arguments);
    return descriptor;
}

ssize_t write(int descriptor, const void *data, size_t size) {
    if (is_watched_descriptor(descriptor)) {
        off_t end = lseek(descriptor, 0, SEEK_CUR) + (off_t)size;
        if (is_failing('w', descriptor, end))
            return -1;
        if (is_torn()) {
            NEXT("write", write_function *)(descriptor, data, size / 2);
            raise(SIGKILL);
        }
    }
    return NEXT("write", write_function *)(descriptor, data, size);
}

static ssize_t pwrite_with(const char *name, int descriptor, const void *data, size_t size,
                           off_t offset) {
    if (is_watched_descriptor(descriptor)) {
        if (is_failing('w', descriptor, offset + (off_t)size))
            return -1;
        if (is_torn()) {
            NEXT(name, pwrite_function *)(descriptor, data, size / 2, offset);
            raise(SIGKILL);
        }
    }
    return NEXT(name, pwrite_function *)(descriptor, data, size, offset);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
    return pwrite_with("pwrite", descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off_t offset) {
    return pwrite_with("pwrite64", descriptor, data, size, offset);
}

int ftruncate(int descriptor, off_t size) {
    if (is_watched_descriptor(descriptor) && is_failing('t', descriptor, size))
        return -1;
    return NEXT("ftruncate", truncate_function *)(descriptor, size);
}

int ftruncate64(int descriptor, off_t size) {
    if (is_watched_descriptor(descriptor) && is_failing('t', descriptor, size))
        return -1;
    return NEXT("ftruncate64", truncate_function *)(descriptor, size);
}

int fsync(int descriptor) {
    if (is_watched_descriptor(descriptor) && is_failing('s', descriptor, 0))
        return -1;
    return NEXT("fsync", sync_function *)(descriptor);
}

int fdatasync(int descriptor) {
    if (is_watched_descriptor(descriptor) && is_failing('s', descriptor, 0))
        return -1;
    return NEXT("fdatasync", sync_function *)(descriptor);
}

int unlink(const char *path) {
    if (matches(path) && is_failing('u', -1, 0))
        return -1;
    return NEXT("unlink", unlink_function *)(path);
}
