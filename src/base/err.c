#include "base/err.h"

#include <stdarg.h>

bool err_set(struct err *err, enum err_class class, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    err->class = class;
    err->hint[0] = '\0';
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return false;
}

bool err_hint(struct err *err, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->hint, sizeof err->hint, format, arguments);
    va_end(arguments);
    return false;
}

bool err_wrap(struct err *err, const char *format, ...) {
    char context[256];
    char message[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    memcpy(message, err->message, sizeof message);
    /* A message too long for the context is cut at the end, where the detail is. */
    int room = (int)(sizeof err->message - strlen(context) - 3);
    snprintf(err->message, sizeof err->message, "%s: %.*s", context, room, message);
    return false;
}

int err_exit_code(enum err_class class) {
    switch (class) {
    case ERR_NONE:
        return 0;
    case ERR_FAILED:
        return 1;
    case ERR_USAGE:
    case ERR_MODEL:
        return 2;
    case ERR_LOCKED:
        return 5;
    case ERR_ACCESS:
        return 6;
    case ERR_DATABASE:
    case ERR_DATABASE_RETRY:
        return 7;
    case ERR_TEMPORARY:
        return 75;
    case ERR_INTERRUPTED:
        return 130;
    case ERR_TERMINATED:
        return 143;
    }
    return 1;
}
