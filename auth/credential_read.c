#include "auth/base64.h"
#include "auth/credential_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct span skip_white(struct span text) {
    if (text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) /* byte order mark */
        text = (struct span){text.data + 3, text.size - 3};
    while (text.size && strchr(" \t\r\n", *text.data) && *text.data)
        text = (struct span){text.data + 1, text.size - 1};
    return text;
}

static bool starts_with(struct span text, const char *start) {
    size_t size = strlen(start);
    return text.size >= size && memcmp(text.data, start, size) == 0;
}

bool credential_is_content(struct span path) {
    struct span text = skip_white(path);
    /* "{" and what may follow it in JSON is "ey" or "ew" in base64 */
    bool is_base64 = text.size > 200 && (starts_with(text, "ey") || starts_with(text, "ew"));
    return starts_with(text, "{") || starts_with(text, "-----BEGIN") || is_base64;
}

static bool file_fault(int error, struct err *err) {
    err_set(err, ERR_ACCESS, "%s", strerror(error));
    if (error == ENOENT || error == ENOTDIR)
        return err_hint(err, "the variable must hold the path of the JSON key that was downloaded "
                             "from Google; a whole path, from / on, works from every folder");
    if (error == EACCES || error == EPERM)
        return err_hint(err,
                        "the user who runs Goldleaf must be able to read it: chown, chmod 600");
    return err_hint(err, "the file must be readable for the user who runs Goldleaf");
}

static bool check_file(struct credential *credential, const char *path, int descriptor,
                       const char **warning, struct err *err) {
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return file_fault(errno, err);
    if (!S_ISREG(status.st_mode)) {
        err_set(err, ERR_ACCESS, "this is not a regular file");
        return err_hint(err, "the variable takes the path of a file; a key that is not in a file "
                             "goes into GOLDLEAF_CREDENTIALS");
    }
    if (status.st_mode & 077)
        *warning =
            arena_printf(&credential->arena,
                         "%s can be read by other users of this machine; chmod 600 %s", path, path);
    return true;
}

/* One byte more than the ceiling tells a file that is too large. */
static bool read_all(int descriptor, struct secret *content, struct err *err) {
    size_t limit = CREDENTIAL_MAX_BYTES + 1;
    while (content->size < limit) {
        secret_reserve(content, 4096);
        size_t room = content->capacity - content->size - 1;
        ssize_t size = read(descriptor, content->data + content->size, room);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return file_fault(errno, err);
        if (size == 0)
            break;
        content->size += (size_t)size;
        content->data[content->size] = '\0';
    }
    const char *fault = content->size >= limit ? "the file is larger than 1 MiB"
                        : content->size == 0   ? "the file is empty"
                                               : NULL;
    if (!fault)
        return true;
    err_set(err, ERR_ACCESS, "%s", fault);
    return err_hint(err, "download the JSON key from Google again");
}

bool credential_read_file(struct credential *credential, const char *path, struct secret *content,
                          const char **warning, struct err *err) {
    /* O_NONBLOCK: opening a named pipe would wait for a writer */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return file_fault(errno, err);
    bool is_good = check_file(credential, path, descriptor, warning, err) &&
                   read_all(descriptor, content, err);
    close(descriptor);
    return is_good;
}

bool credential_read_text(struct span text, struct secret *content, struct err *err) {
    text = skip_white(text);
    if (starts_with(text, "{")) {
        secret_add(content, text);
        return true;
    }
    bool is_decoded = base64_decode(content, text);
    if (is_decoded && starts_with(skip_white(secret_span(content)), "{"))
        return true;
    if (text.size && *text.data == '/')
        err_set(err, ERR_ACCESS, "this looks like a path, but the variable takes the content");
    else
        err_set(err, ERR_ACCESS, "%s",
                is_decoded && text.size ? "this is base64, but of something that is not JSON"
                                        : "this is neither JSON nor base64");
    return err_hint(err, "give the JSON of a service account's key, or what `base64 -w0 key.json` "
                         "prints; a path goes into GOOGLE_APPLICATION_CREDENTIALS");
}
