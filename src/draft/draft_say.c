/* Sentences one behind the other: what a draft notes and what it doubts. */
#include "draft/draft_parts.h"

#include <stdarg.h>

void draft_say(struct buf *out, const char *format, ...) {
    va_list arguments;
    if (out->size)
        buf_add_char(out, ' ');
    va_start(arguments, format);
    buf_vprintf(out, format, arguments);
    va_end(arguments);
}
