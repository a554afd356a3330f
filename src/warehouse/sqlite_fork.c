#include "warehouse/sqlite_fork.h"

#include "base/arena.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE 4096

struct sqlite_fork {
    sqlite3_vfs vfs; /* registered under a name of its own */
    char name[40];
    sqlite3_vfs *system; /* for everything that is not the database */
};

/* A file with its own content in some blocks, and that of the real file in the others. */
struct fork_file {
    sqlite3_file base; /* must be first */
    int descriptor;    /* -1: there is no real file */
    sqlite3_int64 size;
    sqlite3_int64 real_size; /* of the real file that still counts: less once it was truncated */
    unsigned char **blocks;  /* NULL where nothing was written */
    size_t block_count;
};

static struct fork_file *file_of(sqlite3_file *file) {
    return (struct fork_file *)file;
}

/* ---- content ---- */

/* Reads from the real file; what lies behind its end is zero. */
static int read_real(const struct fork_file *file, unsigned char *out, size_t size,
                     sqlite3_int64 offset) {
    size_t done = 0;
    while (done < size && offset + (sqlite3_int64)done < file->real_size) {
        size_t left = (size_t)(file->real_size - offset) - done;
        ssize_t count = pread(file->descriptor, out + done, size - done < left ? size - done : left,
                              (off_t)offset + (off_t)done);
        if (count < 0)
            return SQLITE_IOERR_READ;
        if (count == 0)
            break;
        done += (size_t)count;
    }
    memset(out + done, 0, size - done);
    return SQLITE_OK;
}

/* The block's own copy, made when it is written for the first time. */
static unsigned char *own_block(struct fork_file *file, size_t index) {
    if (index >= file->block_count) {
        size_t count = file->block_count ? file->block_count * 2 : 256;
        while (count <= index)
            count *= 2;
        file->blocks = memory_resize(file->blocks, count, sizeof *file->blocks);
        memset(file->blocks + file->block_count, 0,
               (count - file->block_count) * sizeof *file->blocks);
        file->block_count = count;
    }
    if (!file->blocks[index]) {
        unsigned char *block = memory_alloc(BLOCK_SIZE);
        if (read_real(file, block, BLOCK_SIZE, (sqlite3_int64)index * BLOCK_SIZE) != SQLITE_OK) {
            free(block);
            return NULL;
        }
        file->blocks[index] = block;
    }
    return file->blocks[index];
}

static int fork_read(sqlite3_file *base, void *out, int size, sqlite3_int64 offset) {
    struct fork_file *file = file_of(base);
    unsigned char *to = out;
    int status = SQLITE_OK;
    for (size_t done = 0; done < (size_t)size && status == SQLITE_OK;) {
        size_t at = (size_t)offset + done, index = at / BLOCK_SIZE, start = at % BLOCK_SIZE;
        size_t part = BLOCK_SIZE - start;
        if (part > (size_t)size - done)
            part = (size_t)size - done;
        if (index < file->block_count && file->blocks[index])
            memcpy(to + done, file->blocks[index] + start, part);
        else
            status = read_real(file, to + done, part, (sqlite3_int64)at);
        done += part;
    }
    if (status == SQLITE_OK && offset + size > file->size)
        return SQLITE_IOERR_SHORT_READ;
    return status;
}

static int fork_write(sqlite3_file *base, const void *data, int size, sqlite3_int64 offset) {
    struct fork_file *file = file_of(base);
    const unsigned char *from = data;
    for (size_t done = 0; done < (size_t)size;) {
        size_t at = (size_t)offset + done, start = at % BLOCK_SIZE;
        size_t part = BLOCK_SIZE - start;
        if (part > (size_t)size - done)
            part = (size_t)size - done;
        unsigned char *block = own_block(file, at / BLOCK_SIZE);
        if (!block)
            return SQLITE_IOERR_READ;
        memcpy(block + start, from + done, part);
        done += part;
    }
    if (offset + size > file->size)
        file->size = offset + size;
    return SQLITE_OK;
}

/* Nothing of what was cut off may come back when the file grows again. */
static int fork_truncate(sqlite3_file *base, sqlite3_int64 size) {
    struct fork_file *file = file_of(base);
    size_t first = ((size_t)size + BLOCK_SIZE - 1) / BLOCK_SIZE;
    if (size % BLOCK_SIZE) {
        unsigned char *block = own_block(file, (size_t)size / BLOCK_SIZE);
        if (!block)
            return SQLITE_IOERR_READ;
        memset(block + size % BLOCK_SIZE, 0, BLOCK_SIZE - (size_t)(size % BLOCK_SIZE));
    }
    for (size_t i = first; i < file->block_count; i++) {
        free(file->blocks[i]);
        file->blocks[i] = NULL;
    }
    if (file->real_size > size)
        file->real_size = size;
    file->size = size;
    return SQLITE_OK;
}

static int fork_close(sqlite3_file *base) {
    struct fork_file *file = file_of(base);
    for (size_t i = 0; i < file->block_count; i++)
        free(file->blocks[i]);
    free(file->blocks);
    if (file->descriptor >= 0)
        close(file->descriptor);
    return SQLITE_OK;
}

/* ---- what a file of one's own has no need of ---- */

static int fork_sync(sqlite3_file *base, int flags) {
    (void)base;
    (void)flags;
    return SQLITE_OK;
}

static int fork_file_size(sqlite3_file *base, sqlite3_int64 *size) {
    *size = file_of(base)->size;
    return SQLITE_OK;
}

static int fork_lock(sqlite3_file *base, int level) {
    (void)base;
    (void)level;
    return SQLITE_OK;
}

static int fork_check_lock(sqlite3_file *base, int *is_reserved) {
    (void)base;
    *is_reserved = 0;
    return SQLITE_OK;
}

static int fork_control(sqlite3_file *base, int operation, void *argument) {
    (void)base;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int fork_sector_size(sqlite3_file *base) {
    (void)base;
    return BLOCK_SIZE;
}

static int fork_characteristics(sqlite3_file *base) {
    (void)base;
    return 0;
}

/* Version 1: without shared memory, so that the index of the log is in memory, too. */
static const sqlite3_io_methods fork_methods = {
    .iVersion = 1,
    .xClose = fork_close,
    .xRead = fork_read,
    .xWrite = fork_write,
    .xTruncate = fork_truncate,
    .xSync = fork_sync,
    .xFileSize = fork_file_size,
    .xLock = fork_lock,
    .xUnlock = fork_lock,
    .xCheckReservedLock = fork_check_lock,
    .xFileControl = fork_control,
    .xSectorSize = fork_sector_size,
    .xDeviceCharacteristics = fork_characteristics,
};

/* ---- files ---- */

static struct sqlite_fork *fork_of(sqlite3_vfs *vfs) {
    return vfs->pAppData;
}

static bool is_forked(int flags) {
    return (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
}

/* A journal is never read: what a broken-off run left was taken back before. */
static int open_forked(struct fork_file *file, const char *path, int flags, int *out_flags) {
    struct stat info = {0};
    bool has_real = !(flags & SQLITE_OPEN_MAIN_JOURNAL);
    *file = (struct fork_file){.descriptor = -1};
    if (has_real)
        file->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (file->descriptor < 0 && (flags & SQLITE_OPEN_MAIN_DB))
        return SQLITE_CANTOPEN;
    if (file->descriptor >= 0 && fstat(file->descriptor, &info) != 0) {
        close(file->descriptor);
        return SQLITE_IOERR_FSTAT;
    }
    file->size = file->real_size = info.st_size;
    file->base.pMethods = &fork_methods;
    if (out_flags)
        *out_flags = (flags & ~SQLITE_OPEN_READONLY) | SQLITE_OPEN_READWRITE;
    return SQLITE_OK;
}

static int fork_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                     int *out_flags) {
    sqlite3_vfs *system = fork_of(vfs)->system;
    if (!path || !is_forked(flags))
        return system->xOpen(system, path, base, flags, out_flags);
    return open_forked(file_of(base), path, flags, out_flags);
}

static int fork_delete(sqlite3_vfs *vfs, const char *path, int syncs) {
    (void)vfs;
    (void)path;
    (void)syncs;
    return SQLITE_OK;
}

/* Only asked for the journal and the log. */
static int fork_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    size_t size = strlen(path);
    (void)vfs;
    (void)flags;
    *result = size > 4 && strcmp(path + size - 4, "-wal") == 0 && access(path, R_OK) == 0;
    return SQLITE_OK;
}

int sqlite_fork_open(struct sqlite_fork **fork, const char *path, sqlite3 **database) {
    struct sqlite_fork *self = memory_alloc(sizeof *self);
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    *fork = self;
    *self = (struct sqlite_fork){.vfs = *system, .system = system};
    snprintf(self->name, sizeof self->name, "goldleaf-fork-%p", (void *)self);
    self->vfs.zName = self->name;
    self->vfs.pAppData = self;
    self->vfs.pNext = NULL;
    self->vfs.xOpen = fork_open;
    self->vfs.xDelete = fork_delete;
    self->vfs.xAccess = fork_access;
    if ((size_t)self->vfs.szOsFile < sizeof(struct fork_file))
        self->vfs.szOsFile = sizeof(struct fork_file);
    int status = sqlite3_vfs_register(&self->vfs, 0);
    if (status != SQLITE_OK)
        return status;
    status = sqlite3_open_v2(path, database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                             self->name);
    if (status != SQLITE_OK)
        return status;
    sqlite3_db_config(*database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    /* Before the first look at the file: an exclusive owner needs no shared memory for the log. */
    return sqlite3_exec(*database,
                        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA wal_autocheckpoint = 0;"
                        "SELECT 1 FROM sqlite_master LIMIT 1",
                        NULL, NULL, NULL);
}

void sqlite_fork_close(struct sqlite_fork *fork) {
    if (!fork)
        return;
    sqlite3_vfs_unregister(&fork->vfs);
    free(fork);
}
