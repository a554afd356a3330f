/* UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629). */
#ifndef GOLDLEAF_BASE_UTF8_H
#define GOLDLEAF_BASE_UTF8_H

#include "base/span.h"

/* False when the text is not UTF-8; `*bad_offset`, if wanted, is then where the first sequence
 * begins that is none. */
bool utf8_is_valid(struct span text, size_t *bad_offset);

/* How many characters (code points) valid text has. */
size_t utf8_length(struct span text);

#endif
