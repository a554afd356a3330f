/* Text from somebody else, on its way into a message: shortened, made visible, and without anything
 * that could be a part of a secret. A server may echo what it was sent. */
#ifndef GOLDLEAF_AUTH_REDACT_H
#define GOLDLEAF_AUTH_REDACT_H

#include "base/buf.h"

/* Appends at most `columns` of the text. "[...]" stands for a run of 40 or more of the characters
 * that tokens are made of, and for a run of 16 or more that stands in `sent` too. HTML entities
 * become the characters they stand for. */
void redact_add(struct buf *out, struct span text, struct span sent, size_t columns);

#endif
