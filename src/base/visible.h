/* Text from outside, made fit for a terminal.
 *
 * A cell may hold anything: line breaks, escape sequences that repaint the screen, characters that
 * turn the reading direction round or that nobody sees. Here they become visible ("\n", "\x1b",
 * "\u202e"), and so do bytes that are not UTF-8 ("\xff"). A backslash stays as it is: this is for
 * people to read, not for programs to read back. */
#ifndef GOLDLEAF_BASE_VISIBLE_H
#define GOLDLEAF_BASE_VISIBLE_H

#include "base/buf.h"

/* Appends the text. Returns how many columns of a terminal it takes. */
size_t visible_add(struct buf *out, struct span text);

/* The same, cut to `columns`; the last one is an ellipsis when something is missing. */
size_t visible_add_cut(struct buf *out, struct span text, size_t columns);

/* How many columns visible_add() would fill. */
size_t visible_width(struct span text);

#endif
