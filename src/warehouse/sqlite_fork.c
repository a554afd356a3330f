#include "warehouse/sqlite_fork.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE 4096
#define AHEAD_SIZE                                                                                 \
    ((size_t)64 * BLOCK_SIZE) /* what one read takes of a file that is gone through */

struct sqlite_fork {
    sqlite3_vfs vfs; /* registered under a name of its own */
    char name[40];
    sqlite3_vfs *system; /* for everything that is not the database */
    sqlite3_file *main;  /* the pin's; reading it takes and gives back no lock */
    bool has_log;        /* there is something in the log that is not in the file yet */
};

/* A file with its own content in some blocks, and that of the real file in the others. */
struct fork_file {
    sqlite3_file base;  /* must be first */
    sqlite3_file *main; /* of the database: where its real content is read; else NULL */
    int log;            /* of the log: the same; else -1 */
    sqlite3_int64 size;
    sqlite3_int64 real_size; /* of the real file that still counts: less once it was truncated */
    unsigned char **blocks;  /* NULL where nothing was written */
    size_t block_count;
};

static struct fork_file *file_of(sqlite3_file *file) {
    return (struct fork_file *)file;
}

/* ---- content ---- */

static int read_log(int log, unsigned char *out, size_t size, sqlite3_int64 offset) {
    for (size_t done = 0; done < size;) {
        ssize_t count = pread(log, out + done, size - done, (off_t)offset + (off_t)done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return SQLITE_IOERR_READ;
        if (count == 0) {
            memset(out + done, 0, size - done);
            break;
        }
        done += (size_t)count;
    }
    return SQLITE_OK;
}

/* Reads from the real file; what lies behind its end is zero. */
static int read_real(const struct fork_file *file, unsigned char *out, size_t size,
                     sqlite3_int64 offset) {
    sqlite3_int64 left = file->real_size > offset ? file->real_size - offset : 0;
    size_t part = (sqlite3_int64)size < left ? size : (size_t)left;
    memset(out + part, 0, size - part);
    if (part == 0)
        return SQLITE_OK;
    if (!file->main)
        return read_log(file->log, out, part, offset);
    int status = file->main->pMethods->xRead(file->main, out, (int)part, offset);
    return status == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : status;
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

static bool has_own_block(const struct fork_file *file, sqlite3_int64 offset, int size) {
    size_t first = (size_t)offset / BLOCK_SIZE, last = (size_t)(offset + size - 1) / BLOCK_SIZE;
    for (size_t i = first; i <= last && i < file->block_count; i++)
        if (file->blocks[i])
            return true;
    return false;
}

static int fork_read(sqlite3_file *base, void *out, int size, sqlite3_int64 offset) {
    struct fork_file *file = file_of(base);
    unsigned char *to = out;
    int status = SQLITE_OK;
    bool is_mixed = has_own_block(file, offset, size); /* else one look at the file does */
    for (size_t done = 0; done < (size_t)size && status == SQLITE_OK;) {
        size_t at = (size_t)offset + done, index = at / BLOCK_SIZE, start = at % BLOCK_SIZE;
        size_t part = is_mixed ? BLOCK_SIZE - start : (size_t)size;
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
    if (file->log >= 0)
        close(file->log);
    return SQLITE_OK;
}

/* A place to look at in the real file, where it still is the content. */
static int fork_fetch(sqlite3_file *base, sqlite3_int64 offset, int size, void **place) {
    struct fork_file *file = file_of(base);
    sqlite3_file *main = file->main;
    *place = NULL;
    if (!main || main->pMethods->iVersion < 3 || offset + size > file->real_size ||
        has_own_block(file, offset, size))
        return SQLITE_OK;
    return main->pMethods->xFetch(main, offset, size, place);
}

static int fork_unfetch(sqlite3_file *base, sqlite3_int64 offset, void *place) {
    sqlite3_file *main = file_of(base)->main;
    if (!main || main->pMethods->iVersion < 3)
        return SQLITE_OK;
    return main->pMethods->xUnfetch(main, offset, place);
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

/* How much of the file may be looked at in place is for the real file to keep. */
static int fork_control(sqlite3_file *base, int operation, void *argument) {
    sqlite3_file *main = file_of(base)->main;
    if (operation != SQLITE_FCNTL_MMAP_SIZE || !main || main->pMethods->iVersion < 3)
        return SQLITE_NOTFOUND;
    return main->pMethods->xFileControl(main, operation, argument);
}

static int fork_sector_size(sqlite3_file *base) {
    (void)base;
    return BLOCK_SIZE;
}

static int fork_characteristics(sqlite3_file *base) {
    (void)base;
    return 0;
}

/* Without the methods of shared memory, so that the index of the log is in memory, too. */
static const sqlite3_io_methods fork_methods = {
    .iVersion = 3,
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
    .xFetch = fork_fetch,
    .xUnfetch = fork_unfetch,
};

/* ---- files ---- */

static struct sqlite_fork *fork_of(sqlite3_vfs *vfs) {
    return vfs->pAppData;
}

static bool is_forked(int flags) {
    return (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
}

static int open_log(struct fork_file *file, const char *path) {
    struct stat info;
    file->log = open(path, O_RDONLY | O_CLOEXEC);
    if (file->log < 0)
        return SQLITE_CANTOPEN;
    if (fstat(file->log, &info) != 0) {
        close(file->log);
        return SQLITE_IOERR_FSTAT;
    }
    file->real_size = info.st_size;
    return SQLITE_OK;
}

/* A journal is never read: what a broken-off run left was taken back before. */
static int open_forked(const struct sqlite_fork *fork, struct fork_file *file, const char *path,
                       int flags) {
    int status = SQLITE_OK;
    *file = (struct fork_file){.log = -1};
    if (flags & SQLITE_OPEN_MAIN_DB) {
        file->main = fork->main;
        status = file->main->pMethods->xFileSize(file->main, &file->real_size);
    } else if ((flags & SQLITE_OPEN_WAL) && fork->has_log) {
        status = open_log(file, path);
    }
    file->size = file->real_size;
    file->base.pMethods = status == SQLITE_OK ? &fork_methods : NULL;
    return status;
}

static int fork_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                     int *out_flags) {
    const struct sqlite_fork *fork = fork_of(vfs);
    if (!path || !is_forked(flags))
        return fork->system->xOpen(fork->system, path, base, flags, out_flags);
    if (out_flags)
        *out_flags = (flags & ~SQLITE_OPEN_READONLY) | SQLITE_OPEN_READWRITE;
    return open_forked(fork, file_of(base), path, flags);
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
    (void)flags;
    *result = fork_of(vfs)->has_log && size > 4 && strcmp(path + size - 4, "-wal") == 0;
    return SQLITE_OK;
}

/* ---- the log ---- */

/* Where the index of the log, in shared memory, says how many frames there are and how many of them
 * are in the file (sqlite.org/walformat.html, in words of four bytes). */
enum { INDEX_FRAMES = 16 / 4, INDEX_IN_FILE = 96 / 4, INDEX_SIZE = 32768 };

static bool has_mode_of_log(sqlite3 *pin) {
    sqlite3_stmt *statement = NULL;
    bool has_log =
        sqlite3_prepare_v2(pin, "PRAGMA journal_mode", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW &&
        strcmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
    sqlite3_finalize(statement);
    return has_log;
}

static bool is_log_filled(const char *path) {
    struct stat info;
    char name[4096];
    snprintf(name, sizeof name, "%s-wal", path);
    return stat(name, &info) == 0 && info.st_size > 0;
}

/* A reader keeps a log from being begun anew only as long as there is something in it that is not
 * in the file. When all of it is, the file is complete and the reader keeps that still instead; the
 * log may be overwritten at any moment and must not be looked at. So the number of frames in the
 * file is read first: were the log begun anew between the two, less would seem to be in it, and
 * rightly so.
 */
static int look_for_log(struct sqlite_fork *fork, sqlite3 *pin, const char *path) {
    volatile void *memory = NULL;
    sqlite3_file *main = fork->main;
    fork->has_log = false;
    if (!is_log_filled(path) || !has_mode_of_log(pin) || main->pMethods->iVersion < 2)
        return SQLITE_OK;
    int status = main->pMethods->xShmMap(main, 0, INDEX_SIZE, 0, &memory);
    if (status != SQLITE_OK || !memory)
        return status == SQLITE_OK ? SQLITE_CANTOPEN : status;
    const volatile uint32_t *words = memory;
    uint32_t in_file = words[INDEX_IN_FILE];
    main->pMethods->xShmBarrier(main);
    fork->has_log = words[INDEX_FRAMES] > in_file;
    return SQLITE_OK;
}

int sqlite_fork_open(struct sqlite_fork **fork, sqlite3 *pin, const char *path,
                     sqlite3 **database) {
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
    if (status == SQLITE_OK)
        status = sqlite3_file_control(pin, "main", SQLITE_FCNTL_FILE_POINTER, &self->main);
    if (status == SQLITE_OK)
        status = look_for_log(self, pin, path);
    if (status != SQLITE_OK)
        return status;
    status =
        sqlite3_open_v2(path, database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, self->name);
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
