/* From a DATABASE_URL to the driver that serves it. */
#include "warehouse/driver.h"

/* "sqlite:///x" is relative and "sqlite:////x" absolute, as SQLAlchemy has it; a bare path and
 * "sqlite:x" are taken as they stand. */
static const char *sqlite_path(const char *url) {
    if (strncmp(url, "sqlite:///", 10) == 0)
        return url + 10;
    if (strncmp(url, "sqlite:", 7) == 0)
        return url + 7;
    return url;
}

static bool is_postgres(const char *url) {
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
}

/* Meant for a server: psql takes "host=db.example.org dbname=sales", too. As the name of a file it
 * would be repeated in messages, with its password. */
static bool is_no_url(const char *url) {
    static const char *const beginnings[] = {
        "postgresql:", "postgres:", "host=",     "hostaddr=", "port=",
        "dbname=",     "user=",     "password=", "service="};
    for (size_t i = 0; i < COUNT_OF(beginnings); i++)
        if (strncmp(url, beginnings[i], strlen(beginnings[i])) == 0)
            return !is_postgres(url);
    return false;
}

const char *warehouse_file(const char *url) {
    bool is_server = (strstr(url, "://") && strncmp(url, "sqlite:", 7) != 0) || is_no_url(url);
    return is_server ? NULL : sqlite_path(url);
}

bool warehouse_open(struct warehouse **warehouse, const char *url, enum warehouse_mode mode,
                    struct err *err) {
    *warehouse = NULL;
    if (is_postgres(url))
        return postgres_open(warehouse, url, mode, err);
    if (is_no_url(url)) {
        err_set(err, ERR_USAGE, "DATABASE_URL is not written as a URL");
        return err_hint(err, "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
    }
    const char *path = warehouse_file(url);
    if (!path) {
        /* The URL may hold a password: only its scheme is repeated. */
        int scheme = (int)strcspn(url, ":");
        err_set(err, ERR_USAGE, "DATABASE_URL: this build has no driver for %.*s:", scheme, url);
        return err_hint(err, "use a path, sqlite:PATH, or postgresql://...");
    }
    if (!*path)
        return err_set(err, ERR_USAGE, "DATABASE_URL: the path is empty");
    return sqlite_open(warehouse, path, mode, err);
}
