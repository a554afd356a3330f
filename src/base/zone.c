#include "base/zone.h"

#include "base/span.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define LONGEST_NAME 255

/* Nothing that could lead out of the folder. */
static bool is_name(const char *name) {
    for (const char *c = name; *c; c++)
        if (!ascii_is_alpha(*c) && !ascii_is_digit(*c) && !strchr("/_+-", *c))
            return false;
    size_t size = strlen(name);
    return ascii_is_alpha(name[0]) && size <= LONGEST_NAME && name[size - 1] != '/';
}

/* A zone's file begins with these letters (RFC 8536); the folder has other files, too. */
static bool is_zone_file(const char *path) {
    char magic[4] = "";
    FILE *file = fopen(path, "rbe");
    if (!file)
        return false;
    bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "TZif", sizeof magic) == 0;
    fclose(file);
    return is_zone;
}

bool zone_check(const char *name, struct err *err) {
    char path[sizeof ZONE_FOLDER + LONGEST_NAME];
    if (strcmp(name, "UTC") == 0) /* needs no file */
        return true;
    if (!is_name(name))
        return err_set(err, ERR_USAGE,
                       "\"%s\" is no name of a time zone, such as UTC or Europe/Berlin", name);
    snprintf(path, sizeof path, ZONE_FOLDER "%s", name);
    return is_zone_file(path) ||
           err_set(err, ERR_USAGE, "there is no time zone \"%s\" in " ZONE_FOLDER, name);
}
