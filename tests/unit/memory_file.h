/* A file that is in no folder, so that nothing is left of it whatever becomes of the test. */
#ifndef GOLDLEAF_TESTS_MEMORY_FILE_H
#define GOLDLEAF_TESTS_MEMORY_FILE_H

#include "base/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY_FILE_PATH 32

static inline void memory_file_write(int file, struct span text, off_t at) {
    if (pwrite(file, text.data, text.size, at) == (ssize_t)text.size)
        return;
    perror("a file in memory");
    abort();
}

/* The caller's to close. It was last written to long ago: on a clock of few ticks a second, what is
 * written next might otherwise be of the same moment. */
static inline int memory_file_make(struct span text, char path[static MEMORY_FILE_PATH]) {
    const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    int file = memfd_create("sheet", MFD_CLOEXEC);
    memory_file_write(file, text, 0);
    futimens(file, long_ago);
    snprintf(path, MEMORY_FILE_PATH, "/proc/self/fd/%d", file);
    return file;
}

#endif
