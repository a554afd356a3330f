#include "run/lock.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two names of one database must give one lock, so links are followed as far as the file exists. */
static bool lock_path(struct lock *lock, const char *database_path, struct err *err) {
    char resolved[PATH_MAX];
    const char *path = realpath(database_path, resolved) ? resolved : database_path;
    int size = snprintf(lock->path, sizeof lock->path, "%s.lock", path);
    if (size < 0 || (size_t)size >= sizeof lock->path)
        return err_set(err, ERR_DATABASE, "%s: the path is too long", database_path);
    return true;
}

static bool lock_fail(const struct lock *lock, int error, struct err *err) {
    err_set(err, ERR_DATABASE, "%s: %s", lock->path, strerror(error));
    if (error == ENOENT)
        return err_hint(err, "the folder of the database does not exist; make it, or point "
                             "--database elsewhere");
    if (error == EACCES || error == EROFS || error == EPERM)
        return err_hint(err, "a run writes beside the database; check owner and rights of its "
                             "folder");
    if (error == ENOSPC || error == EDQUOT)
        return err_hint(err, "the disk is full; make room and run again");
    return err_hint(err, "check that the path of the database leads through folders only");
}

static bool lock_is_taken(const struct lock *lock, int descriptor, struct err *err) {
    char holder[256];
    ssize_t size = pread(descriptor, holder, sizeof holder - 1, 0);
    /* It writes its name right after it took the lock. */
    for (int tries = 0; size == 0 && tries < 20; tries++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        size = pread(descriptor, holder, sizeof holder - 1, 0);
    }
    holder[size > 0 ? size : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    err_set(err, ERR_LOCKED, "another run holds %s%s%s", lock->path, *holder ? ": " : "", holder);
    return err_hint(err, "wait until it is done, or end it; the lock goes away with its holder");
}

/* The one who held the lock may have removed the file between our open() and our flock(): then
 * what we hold is a file without a name, and the next one would make a lock of its own. */
static bool is_same_file(const struct lock *lock, int descriptor) {
    struct stat ours, named;
    return fstat(descriptor, &ours) == 0 && stat(lock->path, &named) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

/* For people only; that it cannot be written (a full disk) takes nothing from the lock. */
static void name_holder(int descriptor) {
    char text[256], host[64] = "", now[CLOCK_TEXT_SIZE];
    gethostname(host, sizeof host - 1);
    clock_now_utc(now);
    int size = snprintf(text, sizeof text, "pid %ld on %s since %s\n", (long)getpid(), host, now);
    if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, (size_t)size, 0) != size)
        (void)!ftruncate(descriptor, 0);
}

bool lock_take(struct lock *lock, const char *database_path, struct err *err) {
    lock->descriptor = -1;
    if (!lock_path(lock, database_path, err))
        return false;
    for (;;) {
        int descriptor = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor < 0)
            return lock_fail(lock, errno, err);
        if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            bool is_busy = errno == EWOULDBLOCK;
            is_busy ? lock_is_taken(lock, descriptor, err) : lock_fail(lock, errno, err);
            close(descriptor);
            return false;
        }
        if (is_same_file(lock, descriptor)) {
            name_holder(descriptor);
            lock->descriptor = descriptor;
            return true;
        }
        close(descriptor);
    }
}

void lock_release(struct lock *lock) {
    if (lock->descriptor < 0)
        return;
    unlink(lock->path); /* before the lock is given back, see is_same_file() */
    close(lock->descriptor);
    lock->descriptor = -1;
}
